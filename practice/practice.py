"""Composition root: pages, mounted routes, guards, and what lives as long as the server."""

import asyncio
import functools
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from math import ceil
from pathlib import Path

import reflex as rx
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from practice import (
    authentication,
    build,
    db,
    i18n,
    keyfile,
    log,
    providers,
    runtime,
    settings,
    vault,
    worker,
)
from practice.components.broken import boundary
from practice.components.head import head_of_every_page
from practice.domain.actors import Role
from practice.pages import Route as Page
from practice.pages import routes
from practice.routes import api, feeds, health, sharing, webhooks
from practice.routes.edge import Shield
from practice.routes.frontend import Frontend
from practice.routes.read_limit import Reads
from practice.routes.request_turns import Turns
from practice.routes.sockets import Sockets
from practice.services.booking import offers
from practice.site.booking import prerender
from practice.site.dev import mailbox
from practice.site.routes import Site
from practice.state.framework import closed_tabs, exceptions, session_watch, socket
from practice.state.framework.allowed_events import Undeclared
from practice.state.framework.session import SessionGuard
from practice.state.messages import live

STYLESHEETS = [
    f"/styles/{name}.css" for name in ("tokens", "base", "public", "forms", "picker", "booking")
]
NOT_INDEXED = [{"name": "robots", "content": "noindex"}]
# The one address of Reflex's own that is reachable; its others are not needed.
SOCKET = "/_event"
ORPHAN_CHECK_SECONDS = 1
# Reflex writes the part of an address that differs in brackets, everybody else in braces.
AS_PATTERN = str.maketrans("[]", "{}")

configured = settings.current()
pages = routes(configured)


def in_language(code: str, view: Callable[[], rx.Component]) -> Callable[[], rx.Component]:
    """Each page is compiled once per language; wraps keeps the module, by which code is split."""

    @functools.wraps(view)
    def translated() -> rx.Component:
        with i18n.speaking(code):
            return view()

    return translated


@asynccontextmanager
async def lifespan() -> AsyncGenerator[None]:
    log.configure(as_json=configured.is_production)
    if configured.database_url:
        db.connect(configured.database_url)
        vault.use(keyfile.find(configured))
    lasting = [_leave_with(os.getppid()), session_watch.watch(app), closed_tabs.sweep(app)]
    if configured.database_url:
        lasting.append(live.listen(app, configured.database_url))
    watches = [asyncio.create_task(one) for one in lasting]
    sys.stdout.write(f"  ready     {configured.public_url}\n")
    sys.stdout.flush()
    async with at_work():
        yield
    for one in watches:
        one.cancel()
    db.disconnect()


def at_work() -> AbstractAsyncContextManager[None]:
    """In this process, unless processes of their own do it (`python -m practice worker`)."""
    if configured.works and configured.database_url:
        return worker.running(configured.database_url, providers.build(configured))
    return nullcontext()


async def _leave_with(parent: int) -> None:
    """A server whose launcher was killed must not go on holding the port."""
    while os.getppid() == parent:  # noqa: ASYNC110 - nobody tells a child that it is orphaned
        await asyncio.sleep(ORPHAN_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


app = rx.App(
    stylesheets=STYLESHEETS,
    head_components=head_of_every_page(),
    toaster=None,
    app_wraps={(55, "ErrorBoundary"): boundary},
    backend_exception_handler=exceptions.on_the_server,
    frontend_exception_handler=exceptions.on_the_page,
    html_lang=i18n.DEFAULT_LANGUAGE,
)
socket.lay(app)
app.add_middleware(Undeclared())
app.add_middleware(SessionGuard())
app.register_lifespan_task(lifespan)
for page in pages:
    for code in i18n.LANGUAGES:
        with i18n.speaking(code):
            app.add_page(
                in_language(code, page.view),
                route=i18n.path_in(code, page.path),
                title=i18n._(page.title),
                description=i18n._(page.description) if page.description else None,
                image=i18n.path_in(code, sharing.CARD),
                meta=[] if page.is_indexed else NOT_INDEXED,
                on_load=page.on_load,
            )


def asgi() -> ASGIApp:
    """What the server runs: our routes first, then the built pages, then Reflex's socket."""
    frontend, site = surfaces(build.OUTPUT)
    app.api_transformer = functools.partial(ours_first, frontend, site)
    return Shield(app(), configured, site.apology)


def surfaces(output: Path) -> tuple[Frontend, Site]:
    """Every address there is, but for the socket: the pages of a build, and our own routes."""
    frontend = Frontend(output, addresses(pages), is_bookable, prerender.first_times)
    interface = Route("/api/{path:path}", api.make())
    letters = [] if configured.is_production else mailbox.ROUTES
    return frontend, Site(
        configured,
        frontend.stylesheet,
        [*letters, *feeds.ROUTES, interface],
        uncounted=[*health.ROUTES, *webhooks.ROUTES],
    )


def ours_first(frontend: Frontend, site: Site, reflex: ASGIApp) -> ASGIApp:
    sockets = Sockets(reflex, configured)
    request = within_limits(frontend, site)

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await request(scope, receive, send)
        elif scope["path"].rstrip("/") == SOCKET:
            await sockets(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 4404})

    async def later(scope: Scope, receive: Receive, send: Send) -> None:
        await site.too_often(scope["path"], 1)(scope, receive, send)

    return Turns(dispatch, later, site.settings)


def within_limits(frontend: Frontend, site: Site) -> ASGIApp:
    """What lies in memory is for everybody; what is made anew is counted, and refused before
    anything is read for it."""
    reads = Reads(site.settings)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if frontend.keeps(path):
            await frontend(scope, receive, send)
        elif not site.keeps(path) and (seconds := reads.wait(scope)):
            await site.too_often(path, ceil(seconds))(scope, receive, send)
        elif await frontend.has(scope):
            await frontend(scope, receive, send)
        else:
            await site(scope, receive, send)

    return answer


def addresses(pages: Sequence[Page]) -> dict[str, Role]:
    """Every page in every language, with the role it is for."""
    return {
        i18n.path_in(code, page.path).translate(AS_PATTERN): page.role
        for page in pages
        for code in i18n.LANGUAGES
    }


async def is_bookable(slug: str, cookie: str | None) -> bool:
    """A page for each session type; of what is hidden or gone there is none."""
    actor = await authentication.actor_for(cookie)
    return await runtime.query(offers.may_be_picked, actor, slug=slug)
