"""Lets one address have only so many requests worked on at a time; its others wait their turn, and
nobody else waits behind them."""

import asyncio
import functools
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practice import metrics
from practice.client_address import household_of, network_of
from practice.settings import Settings

# Who leaves while waiting is not noticed, so the line itself has an end.
LONGEST_LINE = 100
TOO_MANY = 4429


class _Line:
    """The requests of one network, waiting ones and those that are worked on."""

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.length = 0


class Turns:
    def __init__(self, app: ASGIApp, refusal: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.refusal = refusal
        self.settings = settings
        self.lines: dict[str, _Line] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.settings.limits.are_on:
            await self.app(scope, receive, send)
            return
        asker = network_of(HTTPConnection(scope), self.settings.trusted_proxy_hops)
        network = household_of(asker)
        if network in self.lines and self.lines[network].length >= LONGEST_LINE:
            metrics.turns_refused.inc()
            await self._refuse(scope, receive, send)
            return
        turn = _Turn(functools.partial(self._place, network))
        if scope["type"] == "http":
            receive = turn.waiting_outside(receive)
        await turn.take()
        try:
            await self.app(scope, receive, turn.until_answered(send))
        finally:
            await turn.end()

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.refusal(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": TOO_MANY})

    @asynccontextmanager
    async def _place(self, network: str) -> AsyncGenerator[None]:
        """Nobody's address is remembered longer than its requests."""
        line = self.lines.setdefault(network, _Line(self.settings.limits.at_once))
        line.length += 1
        try:
            async with line.places:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self.lines[network]


class _Turn:
    """Is held while something is worked on, and not while the other end is waited for."""

    def __init__(self, place: Callable[[], AbstractAsyncContextManager[None]]) -> None:
        self.place = place
        self.held = AsyncExitStack()
        self.is_over = False

    async def take(self) -> None:
        if not self.is_over:
            await self.held.enter_async_context(self.place())

    async def end(self) -> None:
        self.is_over = True
        await self.held.aclose()

    def waiting_outside(self, receive: Receive) -> Receive:
        """A body may drip for as long as the server lets it."""

        async def received() -> Message:
            await self.held.aclose()
            message = await receive()
            await self.take()
            return message

        return received

    def until_answered(self, send: Send) -> Send:
        """A websocket stays open for hours, and an answer may be read slowly or never."""

        async def passed_on(message: Message) -> None:
            await self.end()
            await send(message)

        return passed_on
