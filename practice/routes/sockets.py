"""What a websocket may do before Reflex hears of it: how many, how fast, how long; and its end."""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Mapping
from time import monotonic
from typing import NamedTuple

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practice import metrics
from practice.client_address import network_of, shares_of
from practice.environment import Rate
from practice.settings import Limits, Settings

# Engine.IO's word for the end. It waits for the browser to shut the connection, but a stranger's
# program need not.
GOODBYE = "1"
NORMAL = 1000
TOO_MANY = 4429
TOO_LONG = 1009
NOT_OURS = 1003
# What our pages send: the end, the answer to a ping, and Socket.IO's connect, disconnect and event
# in one namespace. Binary frames and announced attachments would be collected in memory.
OF_A_PAGE = re.compile(r"1$|3$|4[012]/_event(?:,|$)")
# Whoever has sent what takes longer than this to read, at the rate that is allowed, is no page.
SECONDS_BEHIND = 5.0
# Frames of the greatest length that may wait for each other.
LONGEST_WAITING = 8
# How often the addresses are forgotten whose sockets were opened long enough ago.
A_WHILE = 60.0
# Sums of fractions are not exact.
A_MOMENT = 1e-6


class Sockets:
    """Stands around Reflex and takes websockets only."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.limits = settings.limits
        self.open: Counter[str] = Counter()
        self.opened = Openings(settings.limits.new_sockets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        network = network_of(HTTPConnection(scope), self.settings.trusted_proxy_hops)
        shares = shares_of(network)
        limit = self._limit_met(shares) if self.limits.are_on else None
        if limit:
            metrics.socket_limits.labels(limit).inc()
            await receive()
            await send({"type": "websocket.close", "code": TOO_MANY})
            return
        self.open.update(shares.keys())
        socket = _Socket(receive, send, self.limits)
        try:
            await self.app(scope, socket.receive, socket.send)
        finally:
            self.open.subtract(shares.keys())
            # Nobody's address is kept longer than its sockets.
            self.open += Counter()
            await socket.leave()

    def _limit_met(self, shares: Mapping[str, int]) -> str | None:
        most = self.limits.sockets_per_address
        if any(self.open[name] >= most * times for name, times in shares.items()):
            return "sockets"
        return None if self.opened.let(shares, monotonic()) else "new_sockets"


class Frame(NamedTuple):
    due: float
    size: int
    message: Message


class _Socket:
    """Reads ahead of Reflex, so that the end is noticed while frames are held back."""

    def __init__(self, receive: Receive, send: Send, limits: Limits) -> None:
        self._receive = receive
        self._send = send
        self.limits = limits
        self.bucket = Bucket(limits.frames, limits.frame_burst)
        self.frames: deque[Frame] = deque()
        # Something came, or nothing will any more.
        self.news = asyncio.Event()
        self.reading: asyncio.Task[None] | None = None
        self.is_left = False
        self.is_over = False

    async def receive(self) -> Message:
        """The next frame when its time has come; what was sent faster waits. Whoever left has
        said all that is heard of them: what was due is handed on, the rest is dropped."""
        while not self.is_over:
            if self.reading is None:
                return await self._receive()
            now = monotonic()
            if self.frames and self.frames[0].due <= now:
                return self.frames.popleft().message
            if self.is_left:
                break
            await self._wait(self.frames[0].due - now if self.frames else None)
        return _gone()

    async def _wait(self, seconds: float | None) -> None:
        self.news.clear()
        try:
            async with asyncio.timeout(seconds):
                await self.news.wait()
        except TimeoutError:
            pass

    async def send(self, message: Message) -> None:
        if self.is_over:
            return
        if message["type"] == "websocket.close":
            await self._end(message.get("code", NORMAL))
            return
        try:
            # For as long as it takes: the server cuts off whoever reads nothing.
            await self._send(message)
        except OSError:
            await self._give_up()
            raise
        if message["type"] == "websocket.accept":
            self.reading = asyncio.create_task(self._read())
        elif message.get("text") == GOODBYE:
            await self._end(NORMAL)

    async def leave(self) -> None:
        """However the conversation ended, nobody reads on."""
        if self.reading:
            self.reading.cancel()
            await asyncio.wait([self.reading])
        self.frames.clear()

    async def _read(self) -> None:
        try:
            while (message := await self._receive())["type"] == "websocket.receive":
                refusal = self._refused(message) or self._put(message, monotonic())
                if refusal:
                    metrics.socket_limits.labels(refusal[0]).inc()
                    await self._close(refusal[1])
                    break
        finally:
            self.is_left = True
            self.news.set()

    def _refused(self, message: Message) -> tuple[str, int] | None:
        text = message.get("text")
        if self.limits.are_on and _length(message) > self.limits.frame_bytes:
            return "length", TOO_LONG
        if text is None or not OF_A_PAGE.match(text):
            return "kind", NOT_OURS
        return None

    def _put(self, message: Message, now: float) -> tuple[str, int] | None:
        due = now
        if self.limits.are_on:
            due += self.bucket.take(now)
            if due > now:
                metrics.socket_limits.labels("frames").inc()
            if self._is_behind(due - now, _length(message)):
                return "behind", TOO_MANY
        self.frames.append(Frame(due, _length(message), message))
        self.news.set()
        return None

    def _is_behind(self, wait: float, size: int) -> bool:
        most = self.bucket.most + SECONDS_BEHIND / self.bucket.every
        waiting = size + sum(frame.size for frame in self.frames)
        return (
            wait > SECONDS_BEHIND
            or len(self.frames) > most
            or waiting > LONGEST_WAITING * self.limits.frame_bytes
        )

    async def _give_up(self) -> None:
        """Nothing more is written: the goodbye would wait behind what is not read."""
        self.is_over = True
        await self.leave()
        self.news.set()

    async def _end(self, code: int) -> None:
        """The server closes nothing while somebody listens, and whoever reads ahead does."""
        if self.reading and self.reading.cancel():
            await asyncio.wait([self.reading])
        await self._close(code)

    async def _close(self, code: int) -> None:
        self.is_over = True
        self.frames.clear()
        self.news.set()
        await self._send({"type": "websocket.close", "code": code})


class Bucket:
    """Fills at a steady rate; whoever finds it empty is told how long to wait."""

    def __init__(self, rate: Rate, burst: int) -> None:
        self.every = rate.within.total_seconds() / rate.count
        self.most = burst
        self.burst = burst * self.every
        # The moment at which it would be full again.
        self.full_at = 0.0

    def take(self, now: float) -> float:
        self.full_at = max(self.full_at, now) + self.every
        return max(0.0, self.full_at - now - self.burst)

    def lets(self, now: float) -> bool:
        """Takes nothing where there is nothing: whoever is refused is not refused for longer."""
        has_one = self.has_one(now)
        if has_one:
            self.take(now)
        return has_one

    def has_one(self, now: float) -> bool:
        return max(self.full_at, now) + self.every - now <= self.burst + A_MOMENT


class Openings:
    """How many sockets each address has opened of late."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self.buckets: dict[str, Bucket] = {}
        self.cleared_at = 0.0

    def lets(self, network: str, now: float) -> bool:
        return self.let({network: 1}, now)

    def let(self, shares: Mapping[str, int], now: float) -> bool:
        """Takes from all of these networks, or from none."""
        if now >= self.cleared_at + A_WHILE:
            self.buckets = {
                name: bucket for name, bucket in self.buckets.items() if bucket.full_at > now
            }
            self.cleared_at = now
        buckets = [self._bucket(name, times) for name, times in shares.items()]
        return all(bucket.has_one(now) for bucket in buckets) and all(
            bucket.lets(now) for bucket in buckets
        )

    def _bucket(self, name: str, times: int) -> Bucket:
        count = self.rate.count * times
        return self.buckets.setdefault(name, Bucket(Rate(count, self.rate.within), count))


def _length(message: Message) -> int:
    text = message.get("text")
    return len(text.encode()) if text is not None else len(message.get("bytes") or b"")


def _gone() -> Message:
    return {"type": "websocket.disconnect", "code": NORMAL}
