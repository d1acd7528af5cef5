"""What a websocket may do: how many of one address, how fast, how long, and that an end is one."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from practice import metrics
from practice.environment import Rate
from practice.routes.sockets import Bucket, Sockets
from practice.settings import Settings
from tests.test_settings import refusal_of

pytestmark = pytest.mark.anyio
QUICK = {"PRACTICE_LIMIT_FRAMES": "10000/1", "PRACTICE_LIMIT_FRAME_BURST": "10000"}


def counted(limit: str) -> float:
    return metrics.registry.get_sample_value("practice_socket_limits_total", {"limit": limit}) or 0


class Browser:
    """The far end of one websocket: says what it was given, then listens until it is shut."""

    def __init__(self, frames: Iterable[str | bytes] = (), address: str = "198.51.100.7") -> None:
        self.says = asyncio.Queue[Message]()
        for message in ({"type": "websocket.connect"}, *map(a_frame, frames)):
            self.says.put_nowait(message)
        self.hears: list[Message] = []
        # As in the server: whoever closes waits for whoever listens.
        self.line = asyncio.Lock()
        self.scope: Scope = {"type": "websocket", "client": (address, 1), "headers": []}

    async def receive(self) -> Message:
        async with self.line:
            return await self.says.get()

    async def send(self, message: Message) -> None:
        if message["type"] == "websocket.close":
            async with self.line:
                self.hears.append(message)
        else:
            self.hears.append(message)

    def leave(self) -> None:
        self.says.put_nowait({"type": "websocket.disconnect", "code": 1001})

    @property
    def closed_with(self) -> int | None:
        codes = [one.get("code") for one in self.hears if one["type"] == "websocket.close"]
        assert len(codes) <= 1
        return codes[0] if codes else None


def a_frame(said: str | bytes) -> Message:
    kind = "text" if isinstance(said, str) else "bytes"
    return {"type": "websocket.receive", kind: said}


class Portal:
    """Counts what reaches it, says goodbye to whoever asks for it, ends when the socket does."""

    def __init__(self) -> None:
        self.heard: list[str | bytes] = []

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            said = message.get("text") or message.get("bytes") or ""
            self.heard.append(said)
            if said == "enough":
                await send({"type": "websocket.send", "text": "41/_event,"})
                await send({"type": "websocket.send", "text": "1"})
                await send({"type": "websocket.send", "text": "too late"})
                await send({"type": "websocket.close"})


@asynccontextmanager
async def visiting(sockets: Sockets, *browsers: Browser) -> AsyncIterator[None]:
    tasks = [
        asyncio.create_task(sockets(one.scope, one.receive, one.send))  # type: ignore[arg-type]
        for one in browsers
    ]
    await settled()
    yield
    for one in browsers:
        one.leave()
    await asyncio.gather(*tasks)


async def settled() -> None:
    for _ in range(200):
        await asyncio.sleep(0)


def around(portal: Portal, **env: str) -> Sockets:
    return Sockets(portal, Settings.read({**QUICK, **env}))


# How fast


def test_a_bucket_lets_a_burst_through_and_then_its_rate():
    bucket = Bucket(Rate(20, Settings.read({}).limits.frames.within), 40)
    waits = [bucket.take(100.0) for _ in range(43)]
    assert waits[:40] == [0.0] * 40
    assert waits[40:] == pytest.approx([0.05, 0.1, 0.15])


def test_a_bucket_is_full_again_after_a_pause_and_never_fuller():
    bucket = Bucket(Rate(20, Settings.read({}).limits.frames.within), 40)
    for _ in range(40):
        bucket.take(100.0)
    assert [bucket.take(101.0) for _ in range(20)] == [0.0] * 20
    assert bucket.take(101.0) > 0
    assert [bucket.take(1000.0) for _ in range(40)] == [0.0] * 40
    assert bucket.take(1000.0) > 0


async def test_a_flood_is_held_back_and_nothing_of_it_is_lost(monkeypatch: pytest.MonkeyPatch):
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("practice.routes.sockets.asyncio.sleep", sleep)
    portal, before = Portal(), counted("frames")
    flooding = Browser(f"{n}" for n in range(60))
    flooding.leave()
    await Sockets(portal, Settings.read({}))(flooding.scope, flooding.receive, flooding.send)
    assert portal.heard == [f"{n}" for n in range(60)]
    assert len(waited) == counted("frames") - before == 20
    assert flooding.closed_with is None


async def test_while_one_is_held_back_another_is_heard():
    portal = Portal()
    sockets = Sockets(portal, Settings.read({"PRACTICE_LIMIT_FRAMES": "1/3600"}))
    flooding = Browser(f"flood {n}" for n in range(60))
    other = Browser(["hello"], "203.0.113.5")
    tasks = [
        asyncio.create_task(sockets(one.scope, one.receive, one.send)) for one in (flooding, other)
    ]
    await settled()
    assert "hello" in portal.heard
    assert len(portal.heard) == 41
    for one in tasks:
        one.cancel()


# How long


@pytest.mark.parametrize("frame", ["x" * 65537, "€" * 30000, b"x" * 65537])
async def test_a_frame_that_is_too_long_ends_its_socket(frame: str | bytes):
    portal, before = Portal(), counted("length")
    browser, neighbour = Browser(["first", frame, "after"]), Browser(["hello"])
    async with visiting(around(portal), browser, neighbour):
        assert browser.closed_with == 1009
        assert neighbour.closed_with is None
    assert sorted(map(str, portal.heard)) == ["first", "hello"]
    assert counted("length") - before == 1


async def test_twenty_thousand_characters_of_any_script_pass():
    portal = Portal()
    frame = "語" * 20_000
    async with visiting(around(portal), Browser([frame])):
        assert portal.heard == [frame]


# How many


async def test_one_address_has_so_many_sockets_and_another_its_own():
    portal, before = Portal(), counted("sockets")
    sockets = around(portal, PRACTICE_LIMIT_SOCKETS_PER_ADDRESS="3")
    many = [Browser() for _ in range(5)]
    other = Browser(address="203.0.113.5")
    async with visiting(sockets, *many, other):
        assert [one.closed_with for one in many] == [None, None, None, 4429, 4429]
        assert other.closed_with is None
    assert counted("sockets") - before == 2


async def test_who_leaves_makes_room_and_is_forgotten():
    sockets = around(Portal(), PRACTICE_LIMIT_SOCKETS_PER_ADDRESS="1")
    for _ in range(3):
        browser = Browser()
        async with visiting(sockets, browser):
            assert browser.closed_with is None
    assert not sockets.open


async def test_a_socket_that_breaks_makes_room_too():
    async def breaks(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ValueError

    sockets = Sockets(breaks, Settings.read(QUICK))
    with pytest.raises(ValueError):  # noqa: PT011 - any that goes through
        await sockets(Browser().scope, Browser().receive, Browser().send)
    assert not sockets.open


async def test_behind_a_proxy_the_visitor_counts_and_not_the_proxy():
    sockets = around(
        Portal(), PRACTICE_LIMIT_SOCKETS_PER_ADDRESS="1", PRACTICE_TRUSTED_PROXY_HOPS="1"
    )
    here, there, again = Browser(), Browser(), Browser()
    for one, seen in ((here, b"203.0.113.1"), (there, b"203.0.113.2"), (again, b"203.0.113.1")):
        one.scope["headers"] = [(b"x-forwarded-for", seen)]
    async with visiting(sockets, here, there, again):
        assert [one.closed_with for one in (here, there, again)] == [None, None, 4429]


async def test_with_limits_off_nothing_is_held_back_or_refused():
    portal = Portal()
    sockets = Sockets(portal, Settings.read({"PRACTICE_LIMITS": "off"}))
    many = [Browser(["x" * 70_000] * 50) for _ in range(25)]
    async with visiting(sockets, *many):
        assert {one.closed_with for one in many} == {None}
        assert len(portal.heard) == 25 * 50


# The end


async def test_whoever_is_hung_up_is_gone_even_if_they_do_not_listen():
    """Engine.IO only says goodbye, and would go on hearing whoever stays."""
    portal = Portal()
    browser = Browser(["enough", "still here"])
    async with visiting(around(portal), browser):
        assert browser.closed_with == 1000
    said = [one["text"] for one in browser.hears if one["type"] == "websocket.send"]
    assert said == ["41/_event,", "1"]
    assert portal.heard == ["enough"]


async def test_whoever_listens_while_the_end_is_said_hears_it():
    """Engine.IO always listens, beside whatever it says."""
    over: list[Message] = []

    async def listens(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        listening = asyncio.ensure_future(receive())
        await settled()
        await send({"type": "websocket.send", "text": "1"})
        over.append(await listening)

    browser = Browser()
    await Sockets(listens, Settings.read(QUICK))(browser.scope, browser.receive, browser.send)
    assert browser.closed_with == 1000
    assert [one["type"] for one in over] == ["websocket.disconnect"]


async def test_a_listener_that_is_cancelled_is_cancelled():
    browser = Browser()
    reached = asyncio.Event()

    async def listens(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()
        reached.set()
        await receive()

    sockets = Sockets(listens, Settings.read(QUICK))
    task = asyncio.ensure_future(sockets(browser.scope, browser.receive, browser.send))
    await reached.wait()
    await settled()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not sockets.open


@pytest.mark.parametrize("name", ["SOCKETS_PER_ADDRESS", "FRAMES", "FRAME_BURST", "FRAME_BYTES"])
def test_a_limit_that_is_none_is_named(name: str):
    assert f"PRACTICE_LIMIT_{name} must be" in refusal_of({f"PRACTICE_LIMIT_{name}": "none"})


def test_the_limits_that_were_promised():
    own: Any = Settings.read({}).limits
    assert (own.sockets_per_address, own.frame_burst, own.frame_bytes) == (20, 40, 65536)
    assert own.frames.count / own.frames.within.total_seconds() == 20
