"""What every page of the door shares: its languages, its cookies, its forms and its patience."""

import asyncio
import functools
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import reflex as rx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from practice import authentication, i18n, runtime, vault
from practice.client_address import network_of
from practice.domain.accounts import devices
from practice.domain.accounts.sessions import ASKER_LIFE
from practice.domain.actors import SYSTEM, VISITOR
from practice.domain.errors import BadRequest, Busy, Refusal, TooMany
from practice.i18n import _, here
from practice.routes import headers
from practice.services.accounts import cookies, sign_in
from practice.services.accounts.sessions import Found
from practice.services.accounts.sign_in import Origin
from practice.services.content import published
from practice.services.links.sign_in import Asker
from practice.settings import Settings
from practice.site.document import forms, refused
from practice.site.document.head import Page
from practice.site.document.layout import document
from practice.site.document.setting import Setting

ASKER_AGE = int(ASKER_LIFE.total_seconds())
# A page whose address must go nowhere still has to say where its own forms come from.
NO_PATH = "strict-origin"

Answer = Callable[[Request], Awaitable[Response]]
# The page for what is not there.
Missing = Callable[[], Awaitable[Response]]
Table = Sequence[tuple[str, Answer, str]]


class Door:
    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings = settings
        self.setting = setting

    def table(self) -> Table:
        """What has an address in each language."""
        return ()

    def routes(self) -> list[BaseRoute]:
        return [
            Route(i18n.path_in(code, path), self._in(code, answer), methods=[method])
            for path, answer, method in self.table()
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
                    return await self._page(refused.refused(_(refusal.message)), refusal.status)

        return spoken

    async def _found(self, request: Request) -> Found:
        return await authentication.find(request.cookies.get(cookies.cookie_name()))

    def _network(self, request: Request) -> bytes:
        hops = self.settings.trusted_proxy_hops
        return vault.ring().index("network", network_of(request, hops))

    async def _patience(self, seconds: int) -> Response:
        answer = await self._page(refused.wait(seconds), 429)
        answer.headers["retry-after"] = str(seconds)
        return answer

    def _asker(self, request: Request) -> Asker:
        """Which browser it is, for the link that comes back; it says nothing else."""
        nonce = request.cookies.get(cookies.asker_cookie()) or secrets.token_urlsafe(32)
        return Asker(nonce, device(request))

    async def _send_link(self, request: Request, email: str) -> Response:
        """The same words whether somebody is known under this address or not."""
        asker = self._asker(request)
        origin = Origin.of(network_of(request, self.settings.trusted_proxy_hops))
        wanted = {"email": email, "asker": asker}
        admitted = await runtime.transact(sign_in.admit, SYSTEM, **wanted, origin=origin)
        if admitted.wait:
            return await self._patience(admitted.wait)
        if admitted.may_send:
            await runtime.transact(sign_in.ask, SYSTEM, **wanted)
        return self._with_asker(request, go("/sign-in/sent"), asker.nonce)

    def _with_asker(self, request: Request, answer: Response, nonce: str) -> Response:
        if not request.cookies.get(cookies.asker_cookie()):
            keep(answer, cookies.asker_cookie(), nonce, ASKER_AGE)
        return answer

    async def _page(self, matter: rx.Component, status: int = 200) -> Response:
        title, description = _("Sign in"), _("Your pages, opened by a letter.")
        return await self._private(
            self.setting.page("/sign-in", title, description), matter, status
        )

    async def _private(self, page: Page, matter: rx.Component, status: int = 200) -> Response:
        """Kept by nobody, and its address goes nowhere."""
        frame = await runtime.query(published.find_frame, VISITOR)
        page = replace(page, frame=frame, indexed=False)
        html = await asyncio.to_thread(document, page, matter)
        found = {
            "content-security-policy": headers.CSP_STATIC,
            "cache-control": headers.PRIVATE,
            "referrer-policy": NO_PATH,
        }
        return Response(html, status, headers=found, media_type="text/html")


def go(path: str) -> Response:
    return RedirectResponse(here(path), status_code=303, headers={"cache-control": "no-store"})


def patient(answer: Response, refusal: Refusal) -> Response:
    """Says to programs as well when to try again."""
    if isinstance(refusal, (TooMany, Busy)):
        answer.headers["retry-after"] = str(refusal.retry_after)
    return answer


def keep(answer: Response, name: str, value: str, age: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=age,
        path="/",
        secure=cookies.is_secure(),
        httponly=True,
        samesite="lax",
    )


def drop(answer: Response, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=cookies.is_secure(), httponly=True, samesite="lax")


def device(request: Request) -> str:
    return devices.name_of(request.headers.get("user-agent", "")[:400])
