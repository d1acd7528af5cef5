"""Moving a booking to another time, for whoever holds the letter that names it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from practice import i18n, settings
from practice.domain import inputs
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.errors import Busy, NotFound
from practice.domain.refusals import NotPossibleNow, SlotTaken, TooLate
from practice.i18n import _, sentence
from practice.runtime import query, transact
from practice.services import links, moves, picking
from practice.services.picking import Desk, Moving, Offered
from practice.state import offers, words
from practice.state.desk import DeskState
from practice.state.guard import handler


class MoveState(DeskState):
    # When it is now, and of what.
    now_said: str = ""

    @handler(Role.PUBLIC)
    async def open(self, asked: dict[str, str]) -> None:
        self.answered = asked.get("opening", "")[:40]
        try:
            holder = await _holder(asked)
            moving = await query(picking.find_moving, holder, reference=_reference(asked))
        except NotFound:
            self.title, self.mode = _("Move your appointment"), "words"
            self.sentence = _("This link does not open an appointment.")
            raise
        desk = await query(picking.find_desk, holder, slug=moving.slug)
        self._begin(desk)
        await self._show(holder, desk, moving, asked)

    @handler(Role.PUBLIC)
    async def more(self, asked: dict[str, str]) -> None:
        holder = await _holder(asked)
        desk = await query(picking.find_desk, holder)
        zone = offers.zone_of(asked.get("zone", ""), desk.zone)
        find = _finder(holder, _reference(asked), zone)
        self.offer = offers.said(
            desk, *await offers.another_look(find, zone, asked.get("month", ""))
        )

    @handler(Role.PUBLIC)
    async def move(self, form: dict[str, str]) -> None:
        holder, reference = await _holder(form), _reference(form)
        self._ask_again()
        start = inputs.instant("start", form.get("start", "")[:40])
        try:
            await transact(moves.move, holder, reference=reference, start=start)
        except SlotTaken as refusal:
            await self._lose(holder, form, type(refusal), start)
        except (TooLate, NotPossibleNow, Busy) as refusal:
            self._refuse(refusal)
        else:
            self.way_on = _management(form)
        self.answer += 1

    async def _show(self, holder: Actor, desk: Desk, moving: Moving, asked: dict[str, str]) -> None:
        zone = offers.zone_of(asked.get("zone", ""), moving.zone)
        self.title = _("Move your appointment")
        self.length = i18n.minutes(moving.minutes)
        self.places_said = moving.name
        self.now_said = sentence(words.day_and_time(moving.starts_at, zone.key))
        if not moving.may_move:
            self.mode, self.sentence = "letter", _(TooLate.message)
            return
        self.mode = "times"
        find = _finder(holder, _reference(asked), zone)
        self.offer = offers.said(desk, *await offers.first_look(find, zone, asked.get("day", "")))

    async def _lose(
        self, holder: Actor, form: dict[str, str], refusal: type[SlotTaken], start: datetime
    ) -> None:
        reference = _reference(form)
        desk = await query(picking.find_desk, holder)
        zone = offers.zone_of(form.get("zone", ""), desk.zone)
        free = await query(moves.list_alternatives, holder, reference=reference, start=start)
        own = start.astimezone(zone)
        self.taken = offers.taken(refusal(free), own, zone)
        find = _finder(holder, reference, zone)
        self.offer = offers.said(desk, *await offers.first_look(find, zone, f"{own:%Y-%m-%d}"))


async def _holder(asked: dict[str, str]) -> Actor:
    return await query(
        links.holder, SYSTEM, reference=_reference(asked), token=asked.get("token", "")[:200]
    )


def _reference(asked: dict[str, str]) -> str:
    return asked.get("booking", "")[:20]


def _management(asked: dict[str, str]) -> str:
    """Built here from what was proven: the browser's word is an address for nobody."""
    public_url = settings.current().public_url
    return f"{public_url}/manage/{_reference(asked)}/{asked.get('token', '')[:200]}"


def _finder(holder: Actor, reference: str, zone: ZoneInfo) -> offers.Find:
    async def find(first: date, last: date) -> Offered:
        return await query(
            picking.find_offered_to_move,
            holder,
            reference=reference,
            first=first,
            last=last,
            zone=zone,
        )

    return find
