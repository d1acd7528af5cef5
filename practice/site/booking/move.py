"""Moving a booking without a script: another day, another time, and one button."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from starlette.responses import Response

from practice import booking_flow, runtime
from practice.domain.booking.refusals import NotOffered, SlotTaken
from practice.domain.errors import NotFound, Refusal
from practice.services.booking import move, offers
from practice.services.booking.offers import Offered
from practice.site.booking import selection
from practice.site.booking.by_link import LINK, ByLink, Held, Work, onward
from practice.site.booking.selection import Look, Sight
from practice.site.booking.views import move as views
from practice.site.booking.views.alternatives import Lost
from practice.site.document import forms

PATH = f"/manage{LINK}/move"


class Moving(ByLink):
    def pages(self) -> Sequence[tuple[str, Work, str]]:
        return [(PATH, self.shown, "GET"), (PATH, self.moved, "POST")]

    async def shown(self, held: Held) -> Response:
        if not held.plate.choices.may_move:
            # Why not is said there.
            return onward(held.path())
        sight = await self._see(held, selection.read(held.request.query_params))
        view = views.confirming if sight.chosen else views.choosing
        return await self._say(view(held.plate, sight, held.path()), views.title(held.plate))

    async def _see(self, held: Held, look: Look) -> Sight:
        async def ask(first: date, last: date, zone: ZoneInfo) -> Offered:
            return await runtime.query(
                offers.find_offered_to_move,
                held.holder,
                reference=held.reference,
                first=first,
                last=last,
                zone=zone,
            )

        return await selection.see(ask, look, ZoneInfo(held.plate.zone))

    async def moved(self, held: Held) -> Response:
        said = await forms.read(held.request)
        look = selection.read({name: said.get(name, "") for name in ("tz", "start")})
        if look.start is None:
            return onward(f"{held.path()}/move")
        caller = self._caller(held)
        try:
            await booking_flow.move(caller, reference=held.reference, start=look.start)
        except NotFound:
            raise
        except SlotTaken as taken:
            return await self._taken(held, look, look.start, taken)
        except Refusal as refusal:
            return await self._stand(await self._opened(held.request), refusal)
        return onward(f"{held.path()}?done=moved")

    async def _taken(self, held: Held, look: Look, start: datetime, taken: SlotTaken) -> Response:
        asked = {"reference": held.reference, "start": start}
        found = await runtime.query(move.list_alternatives, held.holder, **asked)
        day = start.astimezone(look.zone or ZoneInfo(held.plate.zone)).date()
        sight = await self._see(held, replace(look, start=None, day=day))
        lost = Lost(start, found, was_offered=not isinstance(taken, NotOffered))
        view = views.taken(held.plate, sight, held.path(), lost)
        return await self._say(view, views.title(held.plate), taken.status)
