"""Who proved an e-mail before anything was booked says here who they are."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from practice import authentication, runtime
from practice.domain.actors import SYSTEM, VISITOR
from practice.domain.errors import Invalid
from practice.i18n import _
from practice.services.access import require
from practice.services.accounts import newcomers
from practice.services.accounts.sessions import Found
from practice.site.account import sign_in_view as views
from practice.site.account.sign_in import may_answer
from practice.site.document import forms
from practice.site.document.form_pages import Door, Table, go


class Introducing(Door):
    def table(self) -> Table:
        return [
            ("/sign-in/name", self.naming, "GET"),
            ("/sign-in/name", self.named, "POST"),
        ]

    async def naming(self, request: Request) -> Response:
        found = await self._found(request)
        if not await _is_new(found):
            return go(authentication.way(found))
        return await self._form({}, {})

    async def named(self, request: Request) -> Response:
        found = await self._found(request)
        form = await forms.read(request)
        if not await _is_new(found):
            return go(authentication.way(found))
        account = require(found.account_id)
        try:
            await runtime.transact(newcomers.introduce, SYSTEM, account_id=account, form=form)
        except Invalid as refusal:
            errors = {name: _(reason) for name, reason in refusal.fields.items()}
            return await self._form(form, errors, refusal.status)
        return go("/book")

    async def _form(
        self, typed: Mapping[str, str], errors: Mapping[str, str], status: int = 200
    ) -> Response:
        version = await runtime.query(newcomers.find_privacy, VISITOR)
        return await self._page(views.introduce(version or "", typed, errors), status)


async def _is_new(found: Found) -> bool:
    if not may_answer(found) or found.actor.client_id:
        return False
    account = require(found.account_id)
    return await runtime.query(newcomers.is_new, SYSTEM, account_id=account)
