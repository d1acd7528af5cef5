"""After a booking: what is agreed, what happens next, and an account for who wants one."""

from collections.abc import Sequence

from starlette.responses import Response

from practice import runtime
from practice.domain.bookings import Status
from practice.domain.signin import Standing
from practice.services import bookplates
from practice.site.bylink import LINK, ByLink, Held, Work, onward
from practice.site.views import booked as views

PATH = f"/booked{LINK}"
SAID_HERE = {Status.CONFIRMED, Status.REQUESTED}


class Booked(ByLink):
    def pages(self) -> Sequence[tuple[str, Work, str]]:
        return [(PATH, self.shown, "GET"), (f"{PATH}/account", self.asked, "POST")]

    async def shown(self, held: Held) -> Response:
        plate = held.plate
        if not plate.is_ahead or plate.status not in SAID_HERE:
            # Whatever became of it is said where it can be changed.
            return onward(held.path())
        entry = None
        if plate.status is Status.CONFIRMED:
            asked = {"reference": held.reference}
            entry = await runtime.query(bookplates.find_entry, held.holder, **asked)
        is_in = (await self._found(held.request)).standing is not Standing.ENDED
        view = views.view(plate, entry, manage=held.path(), own=held.path("booked"), is_in=is_in)
        return await self._say(view, views.title(plate))

    async def asked(self, held: Held) -> Response:
        """A link to the address of the booking, whoever may have an account there."""
        asked = {"reference": held.reference}
        email = await runtime.query(bookplates.find_email, held.holder, **asked)
        return await self._send_link(held.request, email)
