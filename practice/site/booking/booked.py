"""After a booking: what is agreed, what happens next, and an account for who wants one."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from practice import i18n, runtime
from practice.domain.accounts.sessions import Standing
from practice.domain.actors import VISITOR
from practice.domain.booking.status import Status
from practice.domain.errors import NotFound
from practice.routes import negotiation
from practice.services.booking import management_page
from practice.services.content import published
from practice.site.booking.by_link import LINK, ByLink, Held, Work, onward
from practice.site.booking.views import booked as views
from practice.site.booking.views import not_booked

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
            entry = await runtime.query(management_page.find_entry, held.holder, **asked)
        is_in = (await self._found(held.request)).standing is not Standing.ENDED
        view = views.view(plate, entry, manage=held.path(), own=held.path("booked"), is_in=is_in)
        return await self._say(view, views.title(plate))

    async def _nothing(self, request: Request) -> Response:
        """Who comes here has just sent a form. Where it was taken for a machine's, a person finds
        the way back, and a machine what it finds behind any link that does not open."""
        frame = await runtime.query(published.find_frame, VISITOR)
        if frame is None:
            return await self.missing()
        said = negotiation.weighed(request.headers.get("accept-language", ""))
        with i18n.speaking(i18n.preferred(said) or i18n.DEFAULT_LANGUAGE):
            return await self._say(not_booked.view(frame), not_booked.title(), NotFound.status)

    async def asked(self, held: Held) -> Response:
        """A link to the address of the booking, whoever may have an account there."""
        asked = {"reference": held.reference}
        email = await runtime.query(management_page.find_email, held.holder, **asked)
        return await self._send_link(held.request, email)
