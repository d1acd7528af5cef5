"""Booking a time: what may be booked by whoever asks, the free times, and the wish itself."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import reflex as rx

from practice import booking_flow, i18n
from practice.booking_flow import Contact
from practice.domain import inputs
from practice.domain.actors import Actor, Role
from practice.domain.booking.refusals import HoldOpen, ProofNeeded, SlotTaken
from practice.domain.booking.status import Place
from practice.domain.clients.refusals import LOCKS, Locked
from practice.domain.clients.stages import Lock
from practice.domain.errors import N_, BadRequest, Busy, Invalid, NotFound, TooMany
from practice.i18n import _
from practice.runtime import query
from practice.services.access import require
from practice.services.booking import offers as booking_offers
from practice.services.booking.book import Wish
from practice.services.booking.idempotency import Booked
from practice.services.booking.offers import Desk, Kind, Offered
from practice.state.booking import picker_data
from practice.state.booking.base import DeskState, caller_of
from practice.state.framework.handler import handler
from practice.state.framework.session import actor_of
from practice.wording import booking

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
UNKNOWN = ZoneInfo(key="UTC")
A_FIELD = 5000
A_KEY = 255
MOST_EARLIER = 5
# Where it goes on from each lock: to the own pages, to the first call, to a letter.
WAYS = {
    Lock.DISCOVERY_REQUIRED: "call",
    Lock.DISCOVERY_OPEN: "mine",
    Lock.DISCOVERY_DONE: "open",
    Lock.INTAKE_REQUIRED: "mine",
    Lock.PAUSED: "letter",
    Lock.ENDED: "letter",
}
# The form's name for what the service calls otherwise.
FIELDS = {"privacy_version": "consent"}
NOT_YET = N_("Nothing can be booked here yet.")
HERS = N_("You are signed in as the therapist; this is what clients book on.")


@dataclass(frozen=True)
class Open:
    """A session type that can be chosen, as a line of the list."""

    slug: str
    name: str
    line: str


class BookState(DeskState):
    slug: str = ""
    places: rx.Field[list[str]] = rx.field(default_factory=list)
    price: str = ""
    privacy_version: str = ""
    is_call: bool = False
    # Of whoever is signed in; a guest has none.
    own_name: str = ""
    kinds: rx.Field[list[Open]] = rx.field(default_factory=list)

    @handler(Role.PUBLIC)
    async def open(self, asked: dict[str, str]) -> None:
        """All that the page needs, at once: what is booked, for whom, and its free times."""
        actor = await actor_of(self)
        slug = asked.get("slug", "")[:80]
        try:
            desk = await query(booking_offers.find_desk, actor, slug=slug)
        except NotFound:
            self.mode, self.sentence = "words", _(NOT_YET)
        else:
            kind = require(desk.find(slug)) if slug else desk.first
            self._begin(desk)
            self.own_name = desk.own.name if desk.own else ""
            self.privacy_version = desk.privacy_version or ""
            await self._show(actor, desk, kind, asked)
        await self._lead_to_what_was_booked(await caller_of(self), asked)
        self.answered = asked.get("opening", "")[:40]

    @handler(Role.PUBLIC)
    async def more(self, asked: dict[str, str]) -> None:
        """Another month; it asks for everything again, because this tab may have slept."""
        actor = await actor_of(self)
        desk = await query(booking_offers.find_desk, actor, slug=asked.get("slug", "")[:80])
        slug = _with_times(actor, desk, asked.get("slug", "")).slug
        zone = picker_data.zone_of(asked.get("zone", ""), desk.zone)
        find = _finder(actor, slug, zone)
        self.offer = picker_data.said(
            desk, *await picker_data.another_look(find, zone, asked.get("month", ""))
        )

    @handler(Role.PUBLIC)
    async def book(self, form: dict[str, str]) -> None:
        """Refused or taken, what was typed stays in the browser."""
        caller = await caller_of(self)
        self._ask_again()
        if not form.get("key"):
            raise BadRequest
        async with booking_flow.no_sooner() if caller.is_guest else nullcontext():
            try:
                if not await self._lead_to_what_was_booked(caller, form):
                    await self._book(caller, form)
            except Invalid as refusal:
                self._mark(refusal)
            except SlotTaken as refusal:
                await self._lose(caller.actor, form, refusal)
            except (TooMany, Busy, Locked, HoldOpen, ProofNeeded) as refusal:
                self._refuse(refusal)
        self.answer += 1

    async def _book(self, caller: booking_flow.Caller, form: dict[str, str]) -> None:
        reading = inputs.Reading()
        wish = _wish(form, reading)
        said = {name: text for name, text in form.items() if name not in {"key", "earlier"}}
        once = booking_flow.once(caller, _of_a_page(form["key"][:A_KEY]), said)
        booked = await booking_flow.book(caller, wish, _contact(form), once, reading)
        self.way_on = _after(booked)

    async def _lead_to_what_was_booked(
        self, caller: booking_flow.Caller, said: dict[str, str]
    ) -> bool:
        """By a wish of the same person whose answer was lost with the connection, or with a reload:
        whoever is told nothing sends again, and perhaps for another time."""
        keys = said.get("earlier", "").split()[-MOST_EARLIER:]
        found = await booking_flow.find_earlier(caller, [_of_a_page(key[:A_KEY]) for key in keys])
        self.way_on = _after(found) if found else ""
        return found is not None

    def _mark(self, refusal: Invalid) -> None:
        """At its field, where there is one."""
        for name, reason in refusal.fields.items():
            if name in {"start", "zone"}:
                self.refused = _(reason)
            else:
                self.errors[FIELDS.get(name, name)] = _(reason)

    async def _lose(self, actor: Actor, form: dict[str, str], refusal: SlotTaken) -> None:
        reading = inputs.Reading()
        wish = _wish(form, reading)
        desk = await query(booking_offers.find_desk, actor, slug=wish.slug)
        zone = picker_data.zone_of(wish.zone, desk.zone)
        own = wish.start.astimezone(zone)
        self.taken = picker_data.taken(refusal, own, zone)
        find = _finder(actor, wish.slug, zone)
        self.offer = picker_data.said(
            desk, *await picker_data.first_look(find, zone, f"{own:%Y-%m-%d}")
        )

    async def _show(
        self, actor: Actor, desk: Desk, kind: Kind | None, asked: dict[str, str]
    ) -> None:
        self.kinds = [_line(one) for one in desk.kinds if one.lock is None]
        if actor.role is Role.THERAPIST:
            self.title, self.mode, self.sentence = desk.practice, "hers", _(HERS)
        elif kind is None:
            self._show_several(desk)
        else:
            self._name(kind)
            await self._show_one(actor, desk, kind, asked)

    def _name(self, kind: Kind) -> None:
        self.slug, self.title = kind.slug, booking.title(kind)
        self.length = i18n.minutes(kind.minutes)
        self.places_said = booking.places(kind)
        self.price, self.is_call = booking.price(kind), booking.is_call(kind)
        self.places = [place.value for place in kind.places]
        self.place = self.places[0]
        self.also = self.price if kind.price_cents else ""

    def _show_several(self, desk: Desk) -> None:
        """Several are open, or none is; then each of them is shut for the same reason."""
        self.title = _("Book a session")
        if self.kinds:
            self.mode = "list"
            return
        lock = next((one.lock for one in desk.kinds if one.lock), None)
        self.mode = WAYS[lock] if lock else "words"
        self.sentence = _(LOCKS[lock].message) if lock else _(NOT_YET)

    async def _show_one(self, actor: Actor, desk: Desk, kind: Kind, asked: dict[str, str]) -> None:
        if kind.lock:
            self.mode, self.sentence = WAYS[kind.lock], _(LOCKS[kind.lock].message)
            if self.mode == "open" and not self.kinds:
                self.mode = "mine"
        elif kind.price_cents:
            self.mode, self.sentence = "letter", _(booking.BY_LETTER)
        else:
            self.mode = "times"
            zone = picker_data.zone_of(asked.get("zone", ""), desk.zone)
            find = _finder(actor, kind.slug, zone)
            self.offer = picker_data.said(
                desk, *await picker_data.first_look(find, zone, asked.get("day", ""))
            )


def _of_a_page(key: str) -> str:
    """Programs choose their keys as they like; those of pages are made by our script, and nobody
    guesses them, so only for them may somebody ask what became of them."""
    return f"page {key}"


def _after(booked: Booked) -> str:
    """The page after booking, for whoever holds this link."""
    return (booked.manage_url or "").replace("/manage/", "/booked/")


def _with_times(actor: Actor, desk: Desk, slug: str) -> Kind:
    """Of nothing else has a page of ours ever shown a time."""
    kind = require(desk.find(slug) if slug else desk.first)
    if kind.lock or kind.price_cents or actor.role is Role.THERAPIST:
        raise NotFound
    return kind


def _finder(actor: Actor, slug: str, zone: ZoneInfo) -> picker_data.Find:
    async def find(first: date, last: date) -> Offered:
        return await query(
            booking_offers.find_offered, actor, slug=slug, first=first, last=last, zone=zone
        )

    return find


def _wish(form: dict[str, str], reading: inputs.Reading) -> Wish:
    place = form.get("place", "")
    return Wish(
        slug=form.get("slug", "")[:80],
        start=reading.read(inputs.instant, "start", form.get("start", "")[:40], EPOCH),
        zone=reading.read(inputs.zone, "zone", form.get("zone", ""), UNKNOWN).key,
        language=i18n.language(),
        place=next((one for one in Place if one.value == place), None),
        note=reading.read(inputs.note, "note", form.get("note", "")[:A_FIELD], ""),
    )


def _contact(form: dict[str, str]) -> Contact:
    return Contact(
        name=form.get("name", "")[:400],
        email=form.get("email", "")[:400],
        phone=form.get("phone", "")[:60],
        privacy_version=form.get("privacy_version", "")[:80] if form.get("consent") else "",
        website=form.get("website", "")[:2000],
    )


def _line(kind: Kind) -> Open:
    return Open(kind.slug, kind.name, booking.in_a_line(kind))
