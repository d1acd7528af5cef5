"""What a websocket may do before Reflex hears of it: how many, how fast, how long; and its end."""

import asyncio
from collections import Counter
from time import monotonic

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practice import metrics
from practice.environment import Rate
from practice.network import network_of
from practice.settings import Settings

# Engine.IO's word for the end. It waits for the browser to shut the connection, but a stranger's
# program need not.
GOODBYE = "1"
TOO_MANY = 4429
TOO_LONG = 1009


class Sockets:
    """Stands around Reflex and takes websockets only."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.limits = settings.limits
        self.open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        network = network_of(HTTPConnection(scope), self.settings.trusted_proxy_hops)
        if self.limits.are_on and self.open[network] >= self.limits.sockets_per_address:
            metrics.socket_limits.labels("sockets").inc()
            await receive()
            await send({"type": "websocket.close", "code": TOO_MANY})
            return
        self.open[network] += 1
        try:
            socket = _Socket(receive, send, self.settings)
            await self.app(scope, socket.receive, socket.send)
        finally:
            self.open[network] -= 1
            # Nobody's address is kept longer than its sockets.
            self.open += Counter()


class _Socket:
    def __init__(self, receive: Receive, send: Send, settings: Settings) -> None:
        self._receive = receive
        self._send = send
        self.limits = settings.limits
        self.bucket = Bucket(settings.limits.frames, settings.limits.frame_burst)
        self.is_over = False
        self.listening: asyncio.Future[Message] | None = None

    async def receive(self) -> Message:
        """Held back here, a frame stays with its sender: the connection itself fills up, nothing
        is thrown away, and nobody else waits."""
        message = await self._heard()
        if message["type"] != "websocket.receive" or not self.limits.are_on:
            return message
        if _length(message) > self.limits.frame_bytes:
            metrics.socket_limits.labels("length").inc()
            await self._end(TOO_LONG)
            return _gone()
        wait = self.bucket.take(monotonic())
        if wait:
            metrics.socket_limits.labels("frames").inc()
            await asyncio.sleep(wait)
        return message

    async def _heard(self) -> Message:
        if self.is_over:
            return _gone()
        self.listening = asyncio.ensure_future(self._receive())
        try:
            return await self.listening
        except asyncio.CancelledError:
            if self.is_over:
                return _gone()
            raise

    async def send(self, message: Message) -> None:
        if self.is_over:
            return
        await self._send(message)
        if message.get("text") == GOODBYE:
            await self._end(1000)

    async def _end(self, code: int) -> None:
        """The server closes nothing while somebody listens, and Engine.IO always does."""
        self.is_over = True
        if self.listening and self.listening.cancel():
            await asyncio.wait([self.listening])
        await self._send({"type": "websocket.close", "code": code})


class Bucket:
    """Fills at a steady rate; whoever finds it empty is told how long to wait."""

    def __init__(self, rate: Rate, burst: int) -> None:
        self.every = rate.within.total_seconds() / rate.count
        self.burst = burst * self.every
        # The moment at which it would be full again.
        self.full_at = 0.0

    def take(self, now: float) -> float:
        self.full_at = max(self.full_at, now) + self.every
        return max(0.0, self.full_at - now - self.burst)


def _length(message: Message) -> int:
    text = message.get("text")
    return len(text.encode()) if text is not None else len(message.get("bytes") or b"")


def _gone() -> Message:
    return {"type": "websocket.disconnect", "code": 1000}
