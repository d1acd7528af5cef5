"""Lets one address have only so many requests worked on at a time; its others wait their turn, and
nobody else waits behind them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practice import metrics
from practice.network import network_of
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
        network = network_of(HTTPConnection(scope), self.settings.trusted_proxy_hops)
        if network in self.lines and self.lines[network].length >= LONGEST_LINE:
            metrics.turns_refused.inc()
            await self._refuse(scope, receive, send)
            return
        async with AsyncExitStack() as turn:
            await turn.enter_async_context(self._turn(network))
            if scope["type"] == "http":
                await self.app(scope, receive, send)
            else:
                await self.app(scope, receive, _until_answered(send, turn))

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.refusal(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": TOO_MANY})

    @asynccontextmanager
    async def _turn(self, network: str) -> AsyncGenerator[None]:
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


def _until_answered(send: Send, turn: AsyncExitStack) -> Send:
    """A websocket stays open for hours; its turn is over when it is let in or not."""

    async def passed_on(message: Message) -> None:
        await send(message)
        await turn.aclose()

    return passed_on
