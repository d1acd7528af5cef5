"""Booking without a script: a day, a time, a form; each page has an address that says it all, and
what was typed goes along from page to page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import reflex as rx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from practice import booking_flow, clock, runtime
from practice.booking_flow import Caller
from practice.client_address import network_of
from practice.domain import inputs
from practice.domain.actors import VISITOR, Actor, Role
from practice.domain.booking.refusals import NotOffered, SlotTaken
from practice.domain.clients.refusals import Locked
from practice.domain.errors import Invalid, KeyReused, NotFound, Refusal, TooMany
from practice.i18n import _, here
from practice.services.booking import offers
from practice.services.booking.idempotency import Booked
from practice.services.booking.offers import Desk, Kind, Offered
from practice.settings import Settings
from practice.site.booking import selection
from practice.site.booking.form_data import Typed
from practice.site.booking.selection import Look, Sight
from practice.site.booking.views import alternatives, choose_time, details, unavailable
from practice.site.booking.views.alternatives import Lost
from practice.site.booking.views.choose_time import Booking
from practice.site.document import forms
from practice.site.document.form_pages import Door, Missing, Table, device, patient
from practice.site.document.setting import Setting
from practice.wording import booking as wording_booking
from practice.wording import times

PATH = "/plain/book"


@dataclass(frozen=True)
class Visit:
    """Who came for what."""

    request: Request
    actor: Actor
    desk: Desk
    kind: Kind

    @property
    def zone(self) -> ZoneInfo:
        """By whose clock times are shown to who names none."""
        return ZoneInfo(self.desk.own.zone if self.desk.own else self.desk.zone)


class Plain(Door):
    def __init__(self, settings: Settings, setting: Setting, missing: Missing) -> None:
        super().__init__(settings, setting)
        self.missing = missing

    def table(self) -> Table:
        return [
            (PATH, self.shown, "GET"),
            (f"{PATH}/{{slug:slug}}", self.shown, "GET"),
            (f"{PATH}/{{slug:slug}}", self.sent, "POST"),
        ]

    async def shown(self, request: Request) -> Response:
        try:
            visit = await self._visit(request)
        except NotFound:
            return await self.missing()
        if isinstance(visit, Desk):
            return await self._answer(request, unavailable.kinds(visit), _("Book a session"))
        if is_shut(visit.kind):
            return await self._instead(visit)
        look = selection.read(request.query_params)
        try:
            sight = await self._see(visit, look)
        except Locked as refusal:
            return await self._locked(visit, refusal)
        return await self._show(visit, self._booking(visit, sight, Typed.nothing()))

    async def sent(self, request: Request) -> Response:
        said = await forms.read(request, forms.LARGEST_WITH_A_NOTE)
        try:
            visit = await self._visit(request)
        except NotFound:
            return await self.missing()
        if isinstance(visit, Desk) or is_shut(visit.kind):
            return await self.shown(request)
        try:
            if "look" in said:
                return await self._look(visit, said)
            async with booking_flow.no_sooner():
                return await self._book(visit, said)
        except Locked as refusal:
            return await self._locked(visit, refusal)

    async def _visit(self, request: Request) -> Visit | Desk:
        """The desk alone where nothing was named and more than one thing may be meant."""
        actor = (await self._found(request)).actor
        # The therapist sees what her visitors see; she books from her calendar.
        if actor.role is not Role.CLIENT or actor.client_id is None:
            actor = VISITOR
        slug = request.path_params.get("slug", "")
        desk = await runtime.query(offers.find_desk, actor, slug=slug)
        kind = desk.find(slug) if slug else desk.first
        if slug and kind is None:
            raise NotFound
        return Visit(request, actor, desk, kind) if kind else desk

    # Looking

    async def _see(self, visit: Visit, look: Look) -> Sight:
        async def ask(first: date, last: date, zone: ZoneInfo) -> Offered:
            return await runtime.query(
                offers.find_offered,
                visit.actor,
                slug=visit.kind.slug,
                first=first,
                last=last,
                zone=zone,
            )

        return await selection.see(ask, look, visit.zone)

    def _booking(self, visit: Visit, sight: Sight, typed: Typed) -> Booking:
        address = here(f"{PATH}/{visit.kind.slug}")
        is_sent = visit.request.method == "POST"
        return Booking(visit.desk, visit.kind, sight, typed, address, is_sent=is_sent)

    async def _look(self, visit: Visit, said: Mapping[str, str]) -> Response:
        """Nothing is booked yet: another day is looked at, or what was typed is changed."""
        wanted = selection.read_query(said["look"])
        edits = wanted.get("edit", "")
        start = {"start": said.get("start", "")} if edits else {}
        look = selection.read({"tz": said.get("tz", ""), **start, **wanted})
        booking = self._booking(visit, await self._see(visit, look), Typed.read(said))
        return await self._show(visit, replace(booking, edits=edits))

    async def _show(self, visit: Visit, booking: Booking, status: int = 200) -> Response:
        time = booking.sight.chosen
        view = details.filling(booking, time) if time else choose_time.choosing(booking)
        return await self._answer(visit.request, view, wording_booking.title(visit.kind), status)

    # Booking

    async def _book(self, visit: Visit, said: Mapping[str, str]) -> Response:
        typed = Typed.read(said)
        look = selection.read({name: said.get(name, "") for name in ("tz", "start")})
        if look.start is None:
            booking = self._booking(visit, await self._see(visit, look), typed)
            return await self._show(visit, booking, 422)
        try:
            found = await self._booked(visit, typed, look.start, look.zone or visit.zone)
        except NotFound:
            return await self.missing()
        except SlotTaken as taken:
            return await self._taken(visit, typed, look, taken)
        except Locked:
            raise
        except Refusal as refusal:
            return await self._again(visit, typed, look, refusal)
        return _onward(found)

    async def _booked(self, visit: Visit, typed: Typed, start: datetime, zone: ZoneInfo) -> Booked:
        reading = inputs.Reading()
        wanted = typed.wish(visit.kind, start, zone.key, reading)
        hops = self.settings.trusted_proxy_hops
        network = network_of(visit.request, hops)
        caller = Caller(visit.actor, network, device(visit.request))
        once = typed.sent_once(caller, wanted)
        return await booking_flow.book(caller, wanted, typed.contact(), once, reading)

    async def _again(self, visit: Visit, typed: Typed, look: Look, refusal: Refusal) -> Response:
        """The form as it was, and what is wrong with it."""
        # A form that has booked already books again only by somebody's own will.
        kept = typed.afresh() if isinstance(refusal, KeyReused) else typed
        sight = await self._see(visit, look)
        booking = self._booking(visit, sight, kept)
        if isinstance(refusal, Invalid):
            errors = {name: _(said) for name, said in refusal.fields.items()}
            booking = replace(booking, errors=errors)
        else:
            trouble = trouble_of(refusal, sight.zone.key, visit.desk.email)
            booking = replace(booking, trouble=trouble)
        return patient(await self._show(visit, booking, refusal.status), refusal)

    async def _taken(self, visit: Visit, typed: Typed, look: Look, taken: SlotTaken) -> Response:
        start = look.start or clock.now()
        lost = Lost(start, taken.alternatives, was_offered=not isinstance(taken, NotOffered))
        day = start.astimezone(look.zone or visit.zone).date()
        sight = await self._see(visit, replace(look, start=None, day=day))
        view = alternatives.view(self._booking(visit, sight, typed), lost)
        return await self._answer(visit.request, view, alternatives.title(lost), taken.status)

    async def _locked(self, visit: Visit, refusal: Locked) -> Response:
        kind = replace(visit.kind, lock=refusal.lock)
        return await self._instead(replace(visit, kind=kind))

    async def _instead(self, visit: Visit) -> Response:
        status = 403 if visit.request.method == "POST" else 200
        view = unavailable.instead(visit.desk, visit.kind)
        return await self._answer(visit.request, view, wording_booking.title(visit.kind), status)

    async def _answer(
        self, request: Request, view: rx.Component, title: str, status: int = 200
    ) -> Response:
        """A form that came back has no other language: what was typed would be lost on the way."""
        path = request.path_params.get("slug")
        address = f"{PATH}/{path}" if path else PATH
        query = f"?{request.url.query}" if request.url.query else ""
        page = self.setting.page(f"{address}{query}", title, _("Choose a time."))
        is_sent = request.method == "POST"
        page = replace(page, is_calm=True, is_in_one_language=is_sent)
        return await self._private(page, view, status)


def is_shut(kind: Kind) -> bool:
    """What costs something is arranged by letter until it can be paid here."""
    return kind.lock is not None or kind.price_cents > 0


def trouble_of(refusal: Refusal, zone: str, email: str) -> str:
    """What stands against it, in the words of a person; of a limit, when it is over."""
    if isinstance(refusal, TooMany):
        now = clock.now()
        again = now + timedelta(seconds=refusal.retry_after)
        said = _(
            "I can take no more bookings from here for now. You can send it again {time}; what you "
            "wrote is kept here until then. Or write to me: {email}"
        )
        return said.format(time=times.near_day_and_time(again, now, zone), email=email)
    if isinstance(refusal, KeyReused):
        return _(
            "This form has booked a time already; the letter about it is on its way. "
            "Send it again if you want another one."
        )
    return _(refusal.message)


def _onward(found: Booked) -> Response:
    """To the page that says it: whoever reloads that books nothing."""
    key = (found.manage_url or "").partition("/manage/")[2]
    answer = RedirectResponse(f"/booked/{key}", status_code=303)
    answer.headers["cache-control"] = "no-store"
    return answer
