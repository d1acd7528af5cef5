"""The addresses of the door: plain forms and full page loads, so that it opens without a script."""

import asyncio
import base64
import functools
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from io import BytesIO
from time import perf_counter
from typing import Any
from uuid import UUID

import reflex as rx
import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from practice import callers, i18n, runtime, vault
from practice.domain import devices, inputs
from practice.domain.actors import SYSTEM, VISITOR
from practice.domain.errors import BadRequest, Invalid, NotFound, Refusal
from practice.domain.refusals import CodeWrong, LinkGone
from practice.domain.signin import LinkState, Standing
from practice.i18n import _, here
from practice.routes import headers
from practice.routes.network import network_of
from practice.services import content, factors, limits, sessions, sign_in_links, signin
from practice.services.access import require
from practice.services.sessions import Found
from practice.services.sign_in_links import Asker
from practice.settings import Settings
from practice.site import forms
from practice.site.frame import document
from practice.site.head import Page
from practice.site.sheets import Setting
from practice.site.views import sign_in as views

ASKER_AGE = 365 * 86400
LINK_AGE = 15 * 60
NO_PATH = "strict-origin"

Answer = Callable[[Request], Awaitable[Response]]


class SigningIn:
    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings = settings
        self.setting = setting

    def routes(self) -> list[BaseRoute]:
        found: list[tuple[str, Answer, list[str]]] = [
            ("/sign-in", self.asking, ["GET"]),
            ("/sign-in", self.asked, ["POST"]),
            ("/sign-in/sent", self.sent, ["GET"]),
            ("/sign-in/link/{token:str}", self.opened, ["GET"]),
            ("/sign-in/confirm", self.confirming, ["GET"]),
            ("/sign-in/confirm", self.confirmed, ["POST"]),
            ("/sign-in/code", self.coding, ["GET"]),
            ("/sign-in/code", self.coded, ["POST"]),
            ("/sign-out", self.signed_out, ["POST"]),
            ("/sign-out/one", self.ended_one, ["POST"]),
            ("/sign-out/all", self.ended_all, ["POST"]),
            ("/me/switch", self.switched, ["POST"]),
        ]
        return [
            Route(i18n.path_in(code, path), self._in(code, answer), methods=methods)
            for path, answer, methods in found
            for code in i18n.LANGUAGES
        ]

    def _in(self, code: str, answer: Answer) -> Answer:
        """In the language of the address; what changes something comes from a page of ours."""

        @functools.wraps(answer)
        async def spoken(request: Request) -> Response:
            with i18n.speaking(code):
                try:
                    if request.method == "POST":
                        forms.require_ours(request, self.settings)
                    return await answer(request)
                except BadRequest as refusal:
                    return await self._page(views.refused(_(refusal.message)), refusal.status)

        return spoken

    async def asking(self, request: Request) -> Response:
        found = await callers.find(request.cookies.get(signin.cookie_name()))
        if found.standing is not Standing.ENDED:
            return _go(callers.way(found))
        return self._with_asker(request, await self._page(views.ask()))

    async def asked(self, request: Request) -> Response:
        """The same words, headers and time whether there is such an account or not."""
        started = perf_counter()
        said = await forms.read(request)
        try:
            email = inputs.email("email", said.get("email", ""))
        except Invalid as refusal:
            reason = refusal.fields["email"]
            view = views.ask(_(reason), said.get("email", ""))
            return await self._page(view, 422)
        answer = await self._asked(request, email)
        floor = self.settings.answer_floor.total_seconds()
        await asyncio.sleep(max(0.0, floor - (perf_counter() - started)))
        return answer

    async def _asked(self, request: Request, email: str) -> Response:
        own = self.settings.limits
        tries = [
            ("links_per_email", vault.ring().index("email", email), own.links_per_email),
            ("links_per_address", self._network(request), own.links_per_address),
        ]
        wait = await runtime.transact(limits.count, VISITOR, tries=tries)
        if wait:
            return await self._patience(wait)
        nonce = request.cookies.get(signin.asker_cookie()) or secrets.token_urlsafe(32)
        asker = Asker(nonce, _device(request))
        await runtime.transact(sign_in_links.ask, SYSTEM, email=email, asker=asker)
        return self._with_asker(request, _go("/sign-in/sent"), nonce)

    async def sent(self, _request: Request) -> Response:
        return await self._page(views.sent())

    async def opened(self, request: Request) -> Response:
        """Moves the token out of the address bar and changes nothing else, however often a mail
        scanner comes by."""
        answer = _go("/sign-in/confirm")
        token = request.path_params["token"]
        if len(token) <= 100 and token.isascii():
            _set(answer, signin.link_cookie(), token, LINK_AGE)
        answer.headers["referrer-policy"] = NO_PATH
        return answer

    async def confirming(self, request: Request) -> Response:
        token = request.cookies.get(signin.link_cookie(), "")
        nonce = request.cookies.get(signin.asker_cookie(), "")
        try:
            seen = await runtime.query(sign_in_links.look, SYSTEM, token=token, nonce=nonce)
        except LinkGone:
            return await self._gone(request)
        if seen.state is not LinkState.GOOD:
            return await self._gone(request)
        if seen.is_same_browser:
            return await self._page(views.confirm())
        asked_at = i18n.clock_time(seen.asked_at, seen.zone)
        return await self._page(views.confirm_elsewhere(seen.device, asked_at))

    async def _gone(self, request: Request) -> Response:
        found = await callers.find(request.cookies.get(signin.cookie_name()))
        if found.standing is not Standing.ENDED:
            return _go(callers.way(found))
        return await self._page(views.gone(), LinkGone.status)

    async def confirmed(self, request: Request) -> Response:
        own = self.settings.limits
        tries = [("answers_per_address", self._network(request), own.answers_per_address)]
        wait = await runtime.transact(limits.count, VISITOR, tries=tries)
        if wait:
            return await self._patience(wait)
        said = await forms.read(request)
        try:
            opened = await runtime.transact(
                sign_in_links.redeem,
                SYSTEM,
                token=request.cookies.get(signin.link_cookie(), ""),
                nonce=request.cookies.get(signin.asker_cookie(), ""),
                it_was_me=said.get("it_was_me") == "yes",
                device=_device(request),
            )
        except LinkGone:
            # Of a double click the first has signed in already: the page behind this knows.
            return _go("/sign-in/confirm")
        answer = _go("/portal" if opened.is_therapist else "/me")
        _set(answer, signin.cookie_name(), opened.cookie, opened.seconds)
        _drop(answer, signin.link_cookie())
        return answer

    async def coding(self, request: Request) -> Response:
        found = await callers.find(request.cookies.get(signin.cookie_name()))
        is_asked = found.standing in {Standing.NEEDS_FACTOR, Standing.LOCKED}
        # While developing the second factor is a choice, made here.
        may_enrol = found.standing is Standing.OPEN and not found.has_factor
        if not found.is_therapist or not (is_asked or may_enrol):
            return _go(callers.way(found))
        return await self._code_page(found)

    async def _code_page(self, found: Found, error: str = "", status: int = 200) -> Response:
        if found.has_factor:
            return await self._page(views.code(error), status)
        wanted = await runtime.transact(factors.enrol, SYSTEM, account_id=require(found.account_id))
        return await self._page(views.enrol(_picture(wanted.uri), wanted.secret, error), status)

    async def coded(self, request: Request) -> Response:
        found = await callers.find(request.cookies.get(signin.cookie_name()))
        if not found.is_therapist or found.standing is Standing.ENDED:
            return _go("/sign-in")
        subject = vault.ring().index("codes", str(found.account_id))
        tries = [("codes", subject, self.settings.limits.codes)]
        wait = await runtime.transact(limits.count, VISITOR, tries=tries)
        if wait:
            return await self._patience(wait)
        said = await forms.read(request)
        return await self._coded(found, said.get("code", "")[:40])

    async def _coded(self, found: Found, code: str) -> Response:
        work = factors.show if found.has_factor else factors.confirm
        try:
            codes = await runtime.transact(
                work, SYSTEM, session_id=require(found.session_id), code=code
            )
        except CodeWrong as refusal:
            return await self._code_page(found, _(refusal.message), refusal.status)
        except Refusal:
            return _go("/sign-in")
        if codes:
            return await self._page(views.recovery(codes, here("/portal")))
        return _go("/portal")

    async def signed_out(self, request: Request) -> Response:
        found = await callers.find(request.cookies.get(signin.cookie_name()))
        if found.session_id:
            await runtime.transact(sessions.end_this, SYSTEM, session_id=found.session_id)
        answer = _go("/")
        _drop(answer, signin.cookie_name())
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
        found = await callers.find(request.cookies.get(signin.cookie_name()))
        if found.standing is not Standing.OPEN:
            return _go(callers.way(found))
        with suppress(NotFound):
            await runtime.transact(work, found.actor, **said)
        after = await callers.find(request.cookies.get(signin.cookie_name()))
        return _go(callers.way(after) + (back if after.standing is Standing.OPEN else ""))

    def _network(self, request: Request) -> bytes:
        hops = self.settings.trusted_proxy_hops
        return vault.ring().index("network", network_of(request, hops))

    async def _patience(self, seconds: int) -> Response:
        answer = await self._page(views.wait(seconds), 429)
        answer.headers["retry-after"] = str(seconds)
        return answer

    def _with_asker(self, request: Request, answer: Response, nonce: str = "") -> Response:
        """Which browser it is, for the link that comes back; it says nothing else."""
        known = request.cookies.get(signin.asker_cookie())
        if not known:
            value = nonce or secrets.token_urlsafe(32)
            _set(answer, signin.asker_cookie(), value, ASKER_AGE)
        return answer

    async def _page(self, matter: rx.Component, status: int = 200) -> Response:
        """Private: kept by nobody, and its address goes nowhere."""
        frame = await runtime.query(content.find_frame, VISITOR)
        page = Page(
            path="/sign-in",
            title=_("Sign in"),
            description=_("Your pages, opened by a letter."),
            frame=frame,
            public_url=self.setting.public_url,
            stylesheet=self.setting.stylesheet,
            indexed=False,
        )
        html = await asyncio.to_thread(document, page, matter)
        found = {
            "content-security-policy": headers.CSP_STATIC,
            "cache-control": headers.PRIVATE,
            "referrer-policy": NO_PATH,
        }
        return Response(html, status, headers=found, media_type="text/html")


def _go(path: str) -> Response:
    return RedirectResponse(here(path), status_code=303, headers={"cache-control": "no-store"})


def _set(answer: Response, name: str, value: str, age: int) -> None:
    answer.set_cookie(
        name, value, max_age=age, path="/", secure=signin.is_secure(), httponly=True, samesite="lax"
    )


def _drop(answer: Response, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=signin.is_secure(), httponly=True, samesite="lax")


def _id(given: str | None) -> UUID:
    try:
        return UUID(given or "")
    except ValueError:
        raise BadRequest from None


def _device(request: Request) -> str:
    return devices.name_of(request.headers.get("user-agent", "")[:400])


def _picture(uri: str) -> str:
    """As data in the page: the secret is in no address."""
    drawn = BytesIO()
    segno.make(uri, error="m").save(drawn, kind="svg", scale=4, border=2, light="#fff")
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()
