"""What a websocket may do: how many of one address, how fast, how long, and that an end is one."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from practice import metrics
from practice.environment import Rate
from practice.routes.sockets import Bucket, Openings, Sockets
from practice.settings import Settings
from tests.architecture.test_settings import refusal_of

pytestmark = pytest.mark.anyio
QUICK = {"PRACTICE_LIMIT_FRAMES": "10000/1", "PRACTICE_LIMIT_FRAME_BURST": "10000"}
# What a page's event begins with.
EVENT = "42/_event,"


def counted(limit: str) -> float:
    return metrics.registry.get_sample_value("practice_socket_limits_total", {"limit": limit}) or 0


class Browser:
    """The far end of one websocket: says what it was given, then listens until it is shut."""

    def __init__(
        self, frames: Iterable[str | bytes | Message] = (), address: str = "198.51.100.7"
    ) -> None:
        self.says = asyncio.Queue[Message]()
        self.says.put_nowait({"type": "websocket.connect"})
        for frame in frames:
            self.says.put_nowait(a_frame(frame))
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


def a_frame(said: str | bytes | Message) -> Message:
    """A text as a page's event; what is given whole is left as it is."""
    if isinstance(said, str):
        return raw(EVENT + said)
    return {"type": "websocket.receive", "bytes": said} if isinstance(said, bytes) else said


def raw(text: str) -> Message:
    return {"type": "websocket.receive", "text": text}


class Portal:
    """Counts what reaches it, says goodbye to whoever asks for it, ends when the socket does."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            said = str(message.get("text") or message.get("bytes")).removeprefix(EVENT)
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


async def test_what_is_too_fast_is_held_back_and_nothing_of_it_is_lost():
    """Sixty frames at once: forty now, the others one by one."""
    portal, before = Portal(), counted("frames")
    flooding = Browser(f"{n}" for n in range(60))
    started = asyncio.get_running_loop().time()
    async with visiting(Sockets(portal, Settings.read({})), flooding):
        assert len(portal.heard) == 40
        while len(portal.heard) < 60:  # noqa: ASYNC110 - the portal is looked at, it rings nothing
            await asyncio.sleep(0.005)
        assert asyncio.get_running_loop().time() - started >= 20 / 20
    assert portal.heard == [f"{n}" for n in range(60)]
    assert counted("frames") - before == 20
    assert flooding.closed_with is None


async def test_m1_whoever_is_more_than_five_seconds_behind_is_shut():
    """Forty at once, then a hundred that wait for five seconds: one more is too many."""
    portal, before = Portal(), counted("behind")
    patient, flooding = Browser(map(str, range(140))), Browser(map(str, range(2000)))
    async with visiting(Sockets(portal, Settings.read({})), patient, flooding):
        assert patient.closed_with is None
        assert flooding.closed_with == 4429
    assert counted("behind") - before == 1


async def test_m1_what_was_held_back_is_dropped_when_its_sender_is_gone():
    portal = Portal()
    sockets = Sockets(portal, Settings.read({"PRACTICE_LIMIT_FRAMES": "1/4"}))
    gone = Browser(map(str, range(41)))
    gone.leave()
    await asyncio.wait_for(sockets(gone.scope, gone.receive, gone.send), 3)  # type: ignore[arg-type]
    assert portal.heard == [str(number) for number in range(40)]
    assert not sockets.open


async def test_m1_whoever_leaves_while_held_back_makes_room_at_once():
    portal = Portal()
    sockets = Sockets(portal, Settings.read({"PRACTICE_LIMIT_FRAMES": "1/4"}))
    held = Browser(map(str, range(40)))
    async with visiting(sockets, held):
        assert len(portal.heard) == 40
        held.says.put_nowait(a_frame("one more"))
        await settled()
        assert sockets.open
        held.leave()
        await settled()
        assert not sockets.open
    assert portal.heard == [str(number) for number in range(40)]


async def test_m1_what_was_due_when_a_page_left_is_still_heard():
    """A page saves its draft with its last breath."""
    portal = Portal()
    leaving = Browser(["the last line"])
    leaving.leave()
    await around(portal)(leaving.scope, leaving.receive, leaving.send)  # type: ignore[arg-type]
    assert portal.heard == ["the last line"]


async def test_m1_few_long_frames_wait_and_not_many():
    """Or twenty sockets of one address would keep a hundred frames of 64 KiB each."""
    portal = Portal()
    sockets = Sockets(portal, Settings.read({"PRACTICE_LIMIT_FRAME_BURST": "1"}))
    few, many = Browser(["x" * 60_000] * 8), Browser(["x" * 60_000] * 12, "203.0.113.5")
    async with visiting(sockets, few, many):
        assert few.closed_with is None
        assert many.closed_with == 4429


async def test_while_one_is_held_back_another_is_heard():
    portal = Portal()
    sockets = Sockets(portal, Settings.read({}))
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
    assert [said for said in portal.heard if said != "first"] == ["hello"]
    assert counted("length") - before == 1


async def test_twenty_thousand_characters_of_any_script_pass():
    portal = Portal()
    frame = "語" * 20_000
    async with visiting(around(portal), Browser([frame])):
        assert portal.heard == [frame]


# What no page sends


@pytest.mark.parametrize(
    "frame",
    [
        b"x",
        raw("bAAAA"),
        raw('451-/_event,["event",{"_placeholder":true,"num":0}]'),
        raw('459999999999-/_event,["event"]'),
        raw("46/_event,1-[]"),
        raw('421-/_event,["event"]'),
        raw("40"),
        raw("40/another"),
        raw("40/_eventual"),
        raw("2probe"),
        raw("5"),
        raw("6"),
        raw(""),
        raw("hello"),
    ],
    ids=lambda frame: str(frame.get("text")) if isinstance(frame, dict) else "binary",
)
async def test_h5_what_no_page_sends_ends_its_socket(frame: bytes | Message):
    portal, before = Portal(), counted("kind")
    browser = Browser(["first", frame, "after"])
    async with visiting(around(portal), browser):
        assert browser.closed_with == 1003
    assert "after" not in portal.heard
    assert counted("kind") - before == 1


@pytest.mark.parametrize("frame", ["1", "3", "40/_event,", "41/_event", '42/_event,["event",{}]'])
async def test_h5_what_a_page_sends_passes(frame: str):
    portal = Portal()
    browser = Browser([raw(frame)])
    async with visiting(around(portal), browser):
        assert browser.closed_with is None
    assert portal.heard == [frame.removeprefix(EVENT)]


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


async def test_h5_a_household_has_one_share_of_sockets_however_many_networks_it_has():
    sockets = around(Portal(), PRACTICE_LIMIT_SOCKETS_PER_ADDRESS="3")
    many = [Browser(address=f"2001:db8:0:{number:x}::1") for number in range(5)]
    other = Browser(address="2001:db8:1::1")
    async with visiting(sockets, *many, other):
        assert [each.closed_with for each in many] == [None, None, None, 4429, 4429]
        assert other.closed_with is None
    assert not sockets.open


async def test_h5_a_household_opens_sockets_at_one_rate_however_many_networks_it_has():
    sockets = around(Portal(), PRACTICE_LIMIT_NEW_SOCKETS="3/3600")
    codes = [
        code for number in range(5) for code in await visits(sockets, 1, f"2001:db8:0:{number}::1")
    ]
    assert codes == [None, None, None, 4429, 4429]


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
    many = [Browser(["x" * 70_000] * 150) for _ in range(25)]
    async with visiting(sockets, *many):
        assert {one.closed_with for one in many} == {None}
        assert len(portal.heard) == 25 * 150


async def visits(sockets: Sockets, many: int, address: str = "198.51.100.7") -> list[int | None]:
    """One after the other: each comes and goes."""
    browsers = [Browser(address=address) for _ in range(many)]
    for browser in browsers:
        async with visiting(sockets, browser):
            pass
    return [browser.closed_with for browser in browsers]


async def test_h5_one_address_opens_so_many_sockets_a_minute_and_another_its_own():
    sockets, before = around(Portal(), PRACTICE_LIMIT_NEW_SOCKETS="3/3600"), counted("new_sockets")
    assert await visits(sockets, 5) == [None, None, None, 4429, 4429]
    assert await visits(sockets, 1, "203.0.113.5") == [None]
    assert counted("new_sockets") - before == 2


async def test_h5_two_hundred_drops_of_a_bad_line_are_all_let_in_again():
    sockets = Sockets(Portal(), Settings.read({}))
    assert set(await visits(sockets, 200)) == {None}


def test_h5_whoever_is_refused_waits_no_longer_for_having_tried():
    openings = Openings(Rate(2, timedelta(seconds=10)))
    assert [openings.lets("a", 100.0) for _ in range(50)] == [True, True] + [False] * 48
    assert [openings.lets("a", 105.0) for _ in range(2)] == [True, False]


def test_h5_no_address_is_kept_longer_than_it_counts():
    openings = Openings(Rate(2, timedelta(seconds=10)))
    for number in range(1000):
        openings.lets(f"address {number}", 100.0)
    openings.lets("the next", 161.0)
    assert openings.buckets.keys() == {"the next"}


# The end


async def test_whoever_is_hung_up_is_gone_even_if_they_do_not_listen():
    """Engine.IO only says goodbye, and would go on hearing whoever stays."""
    portal = Portal()
    browser = Browser(["enough"])
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
        await send({"type": "websocket.accept"})
        listening = asyncio.ensure_future(receive())
        await settled()
        await send({"type": "websocket.send", "text": "1"})
        over.append(await listening)

    browser = Browser()
    await Sockets(listens, Settings.read(QUICK))(browser.scope, browser.receive, browser.send)
    assert browser.closed_with == 1000
    assert [one["type"] for one in over] == ["websocket.disconnect"]


async def test_a_socket_that_engine_io_shuts_is_shut_while_it_is_read():
    async def shuts(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await settled()
        await send({"type": "websocket.close"})
        assert (await receive())["type"] == "websocket.disconnect"

    browser = Browser()
    await Sockets(shuts, Settings.read(QUICK))(browser.scope, browser.receive, browser.send)
    assert browser.closed_with == 1000


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


async def test_h4_whoever_reads_slowly_is_left_to_the_server(monkeypatch: pytest.MonkeyPatch):
    """It sees whether something is read at all; here an hour looks like any other."""
    browser, may_go = Browser(["enough"]), asyncio.Event()

    async def send(message: Message) -> None:
        if message["type"] == "websocket.send":
            await may_go.wait()
        await browser.send(message)

    sockets = around(Portal())
    visit = asyncio.ensure_future(sockets(browser.scope, browser.receive, send))  # type: ignore[arg-type]
    await settled()
    loop = asyncio.get_running_loop()
    later = loop.time() + 3600
    monkeypatch.setattr(loop, "time", lambda: later)
    await settled()
    assert sockets.open
    monkeypatch.undo()
    may_go.set()
    await visit
    assert browser.closed_with == 1000


async def test_h5_whoever_is_cut_while_something_is_written_is_given_up():
    browser = Browser(["enough"])

    async def send(message: Message) -> None:
        if message["type"] != "websocket.accept":
            raise ConnectionResetError

    sockets = around(Portal())
    with pytest.raises(ConnectionResetError):
        await sockets(browser.scope, browser.receive, send)  # type: ignore[arg-type]
    assert not sockets.open


@pytest.mark.parametrize(
    "name", ["SOCKETS_PER_ADDRESS", "NEW_SOCKETS", "FRAMES", "FRAME_BURST", "FRAME_BYTES"]
)
def test_a_limit_that_is_none_is_named(name: str):
    assert f"PRACTICE_LIMIT_{name} must be" in refusal_of({f"PRACTICE_LIMIT_{name}": "none"})


def test_the_limits_that_were_promised():
    own: Any = Settings.read({}).limits
    assert (own.sockets_per_address, own.frame_burst, own.frame_bytes) == (20, 40, 65536)
    assert own.new_sockets == Rate(240, timedelta(minutes=1))
    assert own.frames.count / own.frames.within.total_seconds() == 20
