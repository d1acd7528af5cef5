"""The portal's doors without a build and without a socket: our own pages, those of the build as
stubs, and a browser that goes in and out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from starlette.types import Receive, Scope, Send

from practice import settings
from practice.pages import PRIVATE, PUBLIC
from practice.practice import addresses, is_bookable, ours_first
from practice.routes.frontend import Frontend, drawn
from practice.routes.prerender import PLACE
from practice.site.booking import prerender
from practice.site.routes import Site

ORIGIN = "http://localhost:3000"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
STUB = f"<!DOCTYPE html><html><body>A page of the build {PLACE}</body></html>"


@asynccontextmanager
async def browser(
    agent: str = FIREFOX, address: str = "203.0.113.7"
) -> AsyncIterator[httpx.AsyncClient]:
    with TemporaryDirectory() as directory:
        app = ours_first(_stubs(Path(directory)), _site(), _no_socket)
        transport = httpx.ASGITransport(app, client=(address, 1))
        headers = {"user-agent": agent, "origin": ORIGIN}
        async with httpx.AsyncClient(
            transport=transport, base_url=ORIGIN, headers=headers, follow_redirects=False
        ) as client:
            yield client


def _site() -> Site:
    return Site(settings.current(), "/assets/x.css", [])


def _stubs(directory: Path) -> Frontend:
    pages = addresses((*PUBLIC, *PRIVATE))
    for page in pages:
        path = directory / drawn(page)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(STUB)
    return Frontend(directory, pages, is_bookable, prerender.first_times)


async def _no_socket(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("nobody opens a socket here")
