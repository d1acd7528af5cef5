"""The addresses of the public pages, and how each is sent."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import Receive, Scope, Send

from practice import i18n, runtime
from practice.domain.actors import VISITOR
from practice.domain.content import Frame, Published
from practice.domain.errors import NotFound
from practice.routes import api, headers, negotiation
from practice.routes.sharing import CARD
from practice.services.content import published as content_published
from practice.settings import Settings
from practice.site.account.account import SignedIn
from practice.site.account.introduce import Introducing
from practice.site.account.second_factor import Codes
from practice.site.account.sign_in import SigningIn
from practice.site.booking.book import Plain
from practice.site.booking.booked import Booked
from practice.site.booking.manage import Managing
from practice.site.booking.move import Moving
from practice.site.content import pages as content_pages
from practice.site.content.pages import Sheet
from practice.site.document import setting as document_setting
from practice.site.document.page_cache import Kept, Rendered
from practice.site.feedback.feedback import Asked
from practice.site.seo.sitemap import robots, sitemap

# For programs: a browser only ever asks for a page.
METHOD_NOT_ALLOWED = "Method not allowed\n"


class Slug(Convertor[str]):
    """What the last part of an address can be; anything else is not found without being sought."""

    regex = "[a-z0-9-]{1,80}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("slug", Slug())


class Site:
    def __init__(
        self,
        settings: Settings,
        stylesheet: str,
        others: Sequence[BaseRoute],
        uncounted: Sequence[BaseRoute] = (),
    ) -> None:
        self.settings = settings
        self.setting = document_setting.Setting(settings.public_url, stylesheet)
        self.kept = Kept()
        pages = [
            Route(i18n.path_in(code, sheet.path), self._endpoint(sheet, code))
            for sheet in content_pages.SHEETS
            for code in i18n.LANGUAGES
        ]
        found = [
            Route("/robots.txt", self._robots),
            Route("/sitemap.xml", self._sitemap),
            *(Route(i18n.path_in(code, CARD), self._card_in(code)) for code in i18n.LANGUAGES),
        ]
        door = [
            route
            for part in (SigningIn, Introducing, Codes, SignedIn)
            for route in part(settings, self.setting).routes()
        ]
        kept = [
            route
            for part in (Plain, Booked, Managing, Moving, Asked)
            for route in part(settings, self.setting, self._not_found).routes()
        ]
        free = [*pages, *found, *uncounted]
        self.free = [route for route in free if isinstance(route, Route)]
        self.router = Router([*free, *door, *kept, *others], default=self._missing)
        self.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.router(scope, receive, send)

    def keeps(self, path: str) -> bool:
        """Whether its answer is ready in memory, or is for a program that must not be held up."""
        return any(route.path_regex.match(path) for route in self.free)

    def too_often(self, path: str, seconds: int) -> Response:
        """Ready as well, since whoever asks too often gets it often."""
        if path.startswith(api.PREFIX):
            answer = api.too_often()
        else:
            answer = _html(content_pages.patience_page(i18n.language_of(path), self.setting), 429)
        answer.headers["retry-after"] = str(seconds)
        return answer

    def _endpoint(self, sheet: Sheet, code: str) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            offer = _prefers_another(request, code)
            with i18n.speaking(code):
                try:
                    page = await self._page(sheet, request.path_params, offer)
                except NotFound:
                    return await self._not_found()
                return _sent(page, request)

        return answer

    def _card_in(self, code: str) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            with i18n.speaking(code):
                try:
                    made = await self.kept.find(
                        (CARD, code), content_published.find_frame, {}, _drawn
                    )
                except NotFound:
                    return await self._not_found()
            return _picture(made, request)

        return answer

    async def _page(self, sheet: Sheet, wanted: dict[str, Any], offer: bool = False) -> Rendered:
        key = (sheet.path, *wanted.values(), i18n.language(), offer)
        setting = self.setting.offering(offer)

        def render(found: Any) -> bytes:
            return sheet.render(found, setting).encode()

        return await self.kept.find(key, sheet.read, wanted, render)

    async def _missing(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        with i18n.speaking(i18n.language_of(path)):
            if scope["method"] not in {"GET", "HEAD"}:
                response: Response = PlainTextResponse(status_code=405, content=METHOD_NOT_ALLOWED)
            elif path != path.rstrip("/") and self._knows({**scope, "path": path.rstrip("/")}):
                query = f"?{asked.decode('latin-1')}" if (asked := scope["query_string"]) else ""
                response = RedirectResponse(path.rstrip("/") + query, status_code=308)
            else:
                response = await self._not_found()
        await response(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is Match.FULL for route in self.router.routes)

    async def _not_found(self) -> Response:
        page = await self._page(content_pages.NOT_FOUND, {})
        return _html(page.body, 404)

    def apology(self, path: str, status: int, reference: str) -> Response:
        """Says sorry without asking the database, which may be what failed."""
        if path.startswith(api.PREFIX) and path != content_pages.MANUAL:
            return api.apology(status, reference)
        with i18n.speaking(i18n.language_of(path)):
            return _html(content_pages.trouble_page(reference, self.setting), status)

    async def _robots(self, _request: Request) -> Response:
        return PlainTextResponse(robots(self.settings.public_url))

    async def _sitemap(self, _request: Request) -> Response:
        found = await runtime.query(content_published.list_published, VISITOR)
        body = sitemap(self.settings.public_url, _addresses_of(found) if found else [])
        return Response(body, media_type="application/xml")


def _addresses_of(published: Published) -> list[str]:
    """Booking has its page in the build; what can be booked is known only here."""
    listed = [sheet.path for sheet in content_pages.SHEETS if sheet.is_listed]
    booking = ["/book", *(f"/book/{slug}" for slug in published.calls)] if published.calls else []
    return [
        *(path for path in listed if "{" not in path),
        *booking,
        *(f"/reading/{slug}" for slug in published.readings),
    ]


def _sent(page: Rendered, request: Request) -> Response:
    found = {
        "cache-control": headers.REVALIDATE,
        "content-security-policy": headers.CSP_STATIC,
        "content-type": "text/html; charset=utf-8",
        "etag": f'W/"{page.etag[:20]}"',
        "vary": "accept-encoding, accept-language",
    }
    if negotiation.is_known(found["etag"], request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=found)
    if negotiation.encoding(request.headers.get("accept-encoding", ""), ["gzip"]):
        return Response(page.packed, headers={**found, "content-encoding": "gzip"})
    return Response(page.body, headers=found)


def _drawn(frame: Frame | None) -> bytes:
    # Wanted once for each change of the content: the library need not be there before.
    from practice.site.seo import share_image

    if frame is None:
        raise NotFound
    return share_image.draw(frame.profile)


def _picture(made: Rendered, request: Request) -> Response:
    """Shown wherever the link is: the one thing of ours that other sites may embed."""
    found = {
        "cache-control": headers.REVALIDATE,
        "content-type": "image/png",
        "cross-origin-resource-policy": "cross-origin",
        "etag": f'"{made.etag[:20]}"',
    }
    if negotiation.is_known(found["etag"], request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=found)
    return Response(made.body, headers=found)


def _html(html: str | bytes, status: int) -> Response:
    found = {"content-security-policy": headers.CSP_STATIC, "cache-control": headers.PRIVATE}
    return Response(html, status, headers=found, media_type="text/html")


def _prefers_another(request: Request, code: str) -> bool:
    """The browser's first language that we speak is not this page's: the other is offered."""
    wanted = i18n.preferred(negotiation.weighed(request.headers.get("accept-language", "")))
    return wanted is not None and wanted != code
