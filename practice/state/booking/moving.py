"""Moving a booking to another time: what is the same for whoever may."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from practice import booking_flow, i18n
from practice.booking_flow import Caller
from practice.domain import inputs
from practice.domain.actors import VISITOR, Actor
from practice.domain.booking.refusals import NotPossibleNow, ProofNeeded, SlotTaken, TooLate
from practice.domain.errors import Busy, Refusal, TooMany
from practice.i18n import _, sentence
from practice.runtime import query
from practice.services.booking import move
from practice.services.booking import offers as booking_offers
from practice.services.booking.offers import Desk, Moving, Offered
from practice.state.booking import picker_data
from practice.state.booking.base import DeskState, network
from practice.wording import booking, times


class MovingState(DeskState):
    # When it is now, and of what.
    now_said: str = ""

    async def _open(self, mover: Actor, asked: dict[str, str]) -> None:
        moving = await query(booking_offers.find_moving, mover, reference=reference_in(asked))
        desk = await query(booking_offers.find_desk, mover, slug=moving.slug)
        self._begin(desk)
        await self._show(mover, desk, moving, asked)

    async def _show_nothing(self, why: str) -> None:
        """Whoever holds a link that opens nothing can still write."""
        self._begin(await query(booking_offers.find_desk, VISITOR))
        self.title, self.mode, self.sentence = _("Move your appointment"), "letter", why

    async def _more(self, mover: Actor, asked: dict[str, str]) -> None:
        desk = await query(booking_offers.find_desk, mover)
        zone = picker_data.zone_of(asked.get("zone", ""), desk.zone)
        find = _finder(mover, reference_in(asked), zone)
        self.offer = picker_data.said(
            desk, *await picker_data.another_look(find, zone, asked.get("month", ""))
        )

    async def _move(self, mover: Actor, form: dict[str, str], *, way_on: str) -> None:
        reference = reference_in(form)
        self._ask_again()
        start = inputs.instant("start", form.get("start", "")[:40])
        try:
            await booking_flow.move(Caller(mover, network(self)), reference=reference, start=start)
        except SlotTaken as refusal:
            await self._lose(mover, form, type(refusal), start)
        except (TooLate, NotPossibleNow, TooMany, ProofNeeded, Busy) as refusal:
            self._refuse(refusal)
        else:
            self.way_on = way_on
        self.answer += 1

    def _refuse(self, refusal: Refusal) -> None:
        self.refused = times.refused(refusal)

    async def _show(self, mover: Actor, desk: Desk, moving: Moving, asked: dict[str, str]) -> None:
        zone = picker_data.zone_of(asked.get("zone", ""), moving.zone)
        self.title = _("Move your appointment")
        self.length = i18n.minutes(moving.minutes)
        self.places_said = moving.name
        self.now_said = sentence(times.day_and_time(moving.starts_at, zone.key))
        clocks = booking.clocks(desk, zone.key, moving.starts_at)
        self.also = _("Now: {time}, {clocks}").format(
            time=times.day_and_time(moving.starts_at, zone.key), clocks=clocks
        )
        if not moving.may_move:
            self.mode, self.sentence = "letter", _(TooLate.message)
            return
        self.mode = "times"
        find = _finder(mover, reference_in(asked), zone)
        self.offer = picker_data.said(
            desk, *await picker_data.first_look(find, zone, asked.get("day", ""))
        )

    async def _lose(
        self, mover: Actor, form: dict[str, str], refusal: type[SlotTaken], start: datetime
    ) -> None:
        reference = reference_in(form)
        desk = await query(booking_offers.find_desk, mover)
        zone = picker_data.zone_of(form.get("zone", ""), desk.zone)
        free = await query(move.list_alternatives, mover, reference=reference, start=start)
        own = start.astimezone(zone)
        self.taken = picker_data.taken(refusal(free), own, zone)
        find = _finder(mover, reference, zone)
        self.offer = picker_data.said(
            desk, *await picker_data.first_look(find, zone, f"{own:%Y-%m-%d}")
        )


def reference_in(asked: dict[str, str]) -> str:
    return asked.get("booking", "")[:20]


def _finder(mover: Actor, reference: str, zone: ZoneInfo) -> picker_data.Find:
    async def find(first: date, last: date) -> Offered:
        return await query(
            booking_offers.find_offered_to_move,
            mover,
            reference=reference,
            first=first,
            last=last,
            zone=zone,
        )

    return find
