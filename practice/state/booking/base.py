"""What every page has on which a time is picked: whose practice it is, the free days, and what
became of the wish."""

from typing import Any

import reflex as rx
from starlette.requests import HTTPConnection

from practice import settings
from practice.booking_flow import Caller
from practice.client_address import network_of
from practice.domain.accounts import devices
from practice.domain.errors import Refusal, TooMany
from practice.i18n import _
from practice.services.booking.offers import Desk
from practice.state.framework.session import actor_of
from practice.wording import times

# Of what a browser calls itself, as much as is looked at.
AN_AGENT = 400


class DeskState(rx.State):
    # Which opening of a page this answers: what a tab still holds of an earlier one is not shown.
    answered: str = ""
    practice: str = ""
    therapist: str = ""
    # Where "Write to me" leads.
    letter: str = ""
    title: str = ""
    length: str = ""
    places_said: str = ""
    # Of the first of these places, which gives the line its mark.
    place: str = ""
    # What it costs, where it costs something; when it is now, where it is moved.
    also: str = ""
    # What stands on the page instead of the times: words, and which ways lead on.
    mode: str = ""
    sentence: str = ""
    offer: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    # The time that was lost, and what is free instead.
    taken: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    # What stands against the wish as a whole, and in each field.
    refused: str = ""
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    # Rises with each answer to a form.
    answer: int = 0
    # Where it goes on: an address of ours, opened as a whole page.
    way_on: str = ""

    def _begin(self, desk: Desk) -> None:
        self.practice, self.therapist = desk.practice, desk.therapist
        self.letter = f"mailto:{desk.email}"
        self.mode = self.sentence = self.way_on = ""
        self.length = self.places_said = self.place = self.also = ""
        self._ask_again()

    def _ask_again(self) -> None:
        self.refused, self.errors, self.taken = "", {}, {}

    def _refuse(self, refusal: Refusal) -> None:
        if isinstance(refusal, TooMany):
            full = _("I can take no more bookings from here for now.")
            write = _("You can also write to me: {email}")
            email = self.letter.removeprefix("mailto:")
            said = [full, times.try_again(refusal.retry_after), write.format(email=email)]
            self.refused = " ".join(said if email else said[:2])
        else:
            self.refused = _(refusal.message)


async def caller_of(state: rx.State) -> Caller:
    """The same network that the interface would count for this browser."""
    return Caller(await actor_of(state), network(state), device(state))


def device(state: rx.State) -> str:
    """From the socket's own handshake, too."""
    known: dict[str, Any] = dict(state.router_data)
    agent = (known.get("headers") or {}).get("user-agent", "")
    return devices.name_of(agent[:AN_AGENT])


def network(state: rx.State) -> str:
    """From the socket's own handshake: a payload cannot forge it."""
    known: dict[str, Any] = dict(state.router_data)
    forwarded = (known.get("headers") or {}).get("x-forwarded-for", "")
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"type": "websocket", "headers": headers, "client": (known.get("ip") or "", 0)}
    return network_of(HTTPConnection(scope), settings.current().trusted_proxy_hops)
