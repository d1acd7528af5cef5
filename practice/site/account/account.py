"""For whoever is in: signing out here or elsewhere, and looking at another of one's people."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from practice import authentication, runtime
from practice.domain.accounts.sessions import Standing
from practice.domain.actors import SYSTEM
from practice.domain.errors import BadRequest, NotFound
from practice.services.accounts import cookies, sessions
from practice.site.document import forms
from practice.site.document.form_pages import Door, Table, drop, go


class SignedIn(Door):
    def table(self) -> Table:
        return [
            ("/sign-out", self.signed_out, "POST"),
            ("/sign-out/one", self.ended_one, "POST"),
            ("/sign-out/all", self.ended_all, "POST"),
            ("/me/switch", self.switched, "POST"),
        ]

    async def signed_out(self, request: Request) -> Response:
        found = await self._found(request)
        if found.session_id:
            await runtime.transact(sessions.end_this, SYSTEM, session_id=found.session_id)
        answer = go("/")
        drop(answer, cookies.cookie_name())
        answer.headers["clear-site-data"] = '"cache", "storage"'
        return answer

    async def switched(self, request: Request) -> Response:
        said = await forms.read(request)
        return await self._changed(
            request, sessions.switch_client, client_id=_id(said.get("client"))
        )

    async def ended_one(self, request: Request) -> Response:
        said = await forms.read(request)
        return await self._changed(
            request, sessions.end, back="/devices", session_id=_id(said.get("session"))
        )

    async def ended_all(self, request: Request) -> Response:
        return await self._changed(request, sessions.end_all)

    async def _changed(
        self, request: Request, work: Callable[..., Any], *, back: str = "", **said: Any
    ) -> Response:
        """Missing and another's look the same: the page again, as it is."""
        found = await self._found(request)
        if found.standing is not Standing.OPEN:
            return go(authentication.way(found))
        with suppress(NotFound):
            await runtime.transact(work, found.actor, **said)
        after = await self._found(request)
        return go(authentication.way(after) + (back if after.standing is Standing.OPEN else ""))


def _id(given: str | None) -> UUID:
    try:
        return UUID(given or "")
    except ValueError:
        raise BadRequest from None
