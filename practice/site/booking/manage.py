"""The page behind the link of every letter: it says how a booking stands, and changes it."""

import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from practice import booking_flow, i18n, runtime
from practice.domain.actors import SYSTEM
from practice.domain.booking.refusals import CostsMore
from practice.domain.errors import NotFound, Refusal
from practice.i18n import _
from practice.services import rate_limits
from practice.services.booking import management_page
from practice.services.links import management
from practice.site.booking.by_link import (
    LINK,
    LONGEST_TOKEN,
    ByLink,
    Held,
    Work,
    language_of,
    onward,
)
from practice.site.booking.views import manage as views
from practice.site.booking.views import replaced_link
from practice.site.document import forms

PATH = f"/manage{LINK}"
# In cents; whatever else was sent, nothing was said.
A_PRICE = re.compile(r"[0-9]{1,9}")


class Managing(ByLink):
    def pages(self) -> Sequence[tuple[str, Work, str]]:
        return [
            (PATH, self.shown, "GET"),
            (f"{PATH}/cancel", self.asking, "GET"),
            (f"{PATH}/cancel", self.cancelled, "POST"),
            (f"{PATH}/calendar.ics", self.filed, "GET"),
        ]

    def routes(self) -> list[BaseRoute]:
        answer = self._in(i18n.DEFAULT_LANGUAGE, self.renewed)
        return [*super().routes(), Route(f"{PATH}/renew", answer, methods=["POST"])]

    async def renewed(self, request: Request) -> Response:
        """A fresh letter for whoever holds a link that was replaced; past the limit the same words
        and no letter."""
        said = {name: request.path_params[name] for name in ("reference", "token")}
        if len(said["token"]) > LONGEST_TOKEN:
            return await self.missing()
        try:
            await runtime.query(management.check_replaced, SYSTEM, **said)
        except NotFound:
            return await self.missing()
        tries = rate_limits.renewals(said["reference"], self._network(request))
        if not await runtime.transact(rate_limits.count, SYSTEM, tries=tries):
            await runtime.transact(management.renew, SYSTEM, **said)
        with i18n.speaking(language_of(request)):
            return await self._say(replaced_link.sent(), replaced_link.title())

    async def shown(self, held: Held) -> Response:
        return await self._stand(held)

    async def asking(self, held: Held) -> Response:
        if not held.plate.choices.may_cancel:
            return onward(held.path())
        return await self._ask(held)

    async def _ask(self, held: Held, trouble: str = "", status: int = 200) -> Response:
        view = views.asking(held.plate, held.path(), trouble)
        return await self._say(view, views.question(held.plate), status)

    async def cancelled(self, held: Held) -> Response:
        """For the price that was said, and never for more."""
        said = (await forms.read(held.request)).get("at_most_cents", "")
        at_most = int(said) if A_PRICE.fullmatch(said) else 0
        caller = self._caller(held)
        try:
            await booking_flow.cancel(caller, reference=held.reference, at_most_cents=at_most)
        except CostsMore as refusal:
            return await self._ask(await self._opened(held.request), _(refusal.message), 409)
        except Refusal as refusal:
            return await self._stand(await self._opened(held.request), refusal)
        return onward(held.path())

    async def filed(self, held: Held) -> Response:
        asked = {"reference": held.reference}
        entry = await runtime.query(management_page.find_entry, held.holder, **asked)
        name = _("appointment.ics")
        return Response(
            entry.file,
            media_type="text/calendar; charset=utf-8; method=REQUEST",
            headers={
                "content-disposition": f'attachment; filename="{name}"',
                "cache-control": "no-store",
            },
        )
