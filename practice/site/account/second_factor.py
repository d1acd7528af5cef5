"""The therapist's second factor: set up, shown, and kept on paper."""

import base64
from io import BytesIO

import segno
from starlette.requests import Request
from starlette.responses import Response

from practice import authentication, runtime
from practice.domain.accounts.refusals import CodeWrong
from practice.domain.accounts.sessions import Standing
from practice.domain.actors import SYSTEM
from practice.domain.errors import Refusal
from practice.i18n import _, here
from practice.services.access import require
from practice.services.accounts import second_factor
from practice.services.accounts.sessions import Found
from practice.site.account import sign_in_view as views
from practice.site.document import forms
from practice.site.document.form_pages import Door, Table, go

# Longer than any code, a recovery code with its spaces included.
LONGEST = 40


class Codes(Door):
    def table(self) -> Table:
        return [("/sign-in/code", self.coding, "GET"), ("/sign-in/code", self.coded, "POST")]

    async def coding(self, request: Request) -> Response:
        found = await self._found(request)
        is_asked = found.standing in {Standing.NEEDS_FACTOR, Standing.LOCKED}
        # While developing the second factor is a choice, made here.
        may_enrol = found.standing is Standing.OPEN and not found.has_factor
        if not found.is_therapist or not (is_asked or may_enrol):
            return go(authentication.way(found))
        return await self._code_page(found)

    async def _code_page(self, found: Found, error: str = "", status: int = 200) -> Response:
        if found.has_factor:
            return await self._page(views.code(error), status)
        wanted = await runtime.transact(
            second_factor.enrol, SYSTEM, account_id=require(found.account_id)
        )
        return await self._page(views.enrol(_picture(wanted.uri), wanted.secret, error), status)

    async def coded(self, request: Request) -> Response:
        found = await self._found(request)
        if not found.is_therapist or found.standing is Standing.ENDED:
            return go("/sign-in")
        if wait := await authentication.count_code(found):
            return await self._patience(wait)
        said = await forms.read(request)
        return await self._coded(found, said.get("code", "")[:LONGEST])

    async def _coded(self, found: Found, code: str) -> Response:
        work = second_factor.show if found.has_factor else second_factor.confirm
        try:
            codes = await runtime.transact(
                work, SYSTEM, session_id=require(found.session_id), code=code
            )
        except CodeWrong as refusal:
            return await self._code_page(found, _(refusal.message), refusal.status)
        except Refusal:
            return go("/sign-in")
        if codes:
            return await self._page(views.recovery(codes, here("/portal")))
        return go("/portal")


def _picture(uri: str) -> str:
    """As data in the page: the secret is in no address."""
    drawn = BytesIO()
    segno.make(uri, error="m").save(drawn, kind="svg", scale=4, border=2, light="#fff")
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()
