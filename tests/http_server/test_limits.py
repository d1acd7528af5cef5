"""The server below ASGI, with a small application: who is let in, and who is cut off."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from starlette.types import Receive, Scope, Send

from practice.http_server import server
from practice.http_server.admission import RESERVED, Doorman
from practice.http_server.write_deadline import LEAST_READ, Counted, Reader
from practice.settings import Settings
from tests.support import hostile_clients

pytestmark = pytest.mark.anyio
QUICK = {"PRACTICE_DEADLINE_SECONDS": "1", "PRACTICE_KEEP_ALIVE_SECONDS": "1"}
GENEROUS = 10_000
PATIENCE = 8
ASK = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The loop that the portal runs on."""
    return "asyncio", {"use_uvloop": True}


async def talks(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request with a word, and tells a websocket more and more."""
    if scope["type"] == "lifespan":
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"fine"})
    else:
        await receive()
        await send({"type": "websocket.accept"})
        while True:
            await send({"type": "websocket.send", "text": "x" * 10_000})


class Patient:
    """Reads what a request brings, and answers with its length when it may."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await talks(scope, receive, send)
            return
        size, is_more = 0, True
        while is_more:
            message = await receive()
            size, is_more = size + len(message["body"]), message["more_body"]
        await self.may_answer.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"{size} bytes".encode()})


async def tells_much(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request with more than the kernel keeps."""
    if scope["type"] != "http":
        await talks(scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(2_000):
        await send({"type": "http.response.body", "body": b"x" * 10_000, "more_body": True})
    await send({"type": "http.response.body"})


async def echoes(scope: Scope, receive: Receive, send: Send) -> None:
    """Says to a websocket how long each of its messages was."""
    if scope["type"] != "websocket":
        await talks(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": str(len(message["text"]))})


@asynccontextmanager
async def serving(app: Any, **env: str) -> AsyncIterator[str]:
    found = server.make(lambda: app, Settings.read({**QUICK, **env}))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        task = asyncio.create_task(found._serve([listener]))
        while not found.started:  # noqa: ASYNC110 - uvicorn sets a flag and tells nobody
            await asyncio.sleep(0.01)
        try:
            yield f"http://localhost:{listener.getsockname()[1]}"
        finally:
            found.should_exit = True
            await task


def first_line(line: socket.socket) -> bytes:
    return line.makefile("rb").readline()


async def test_h4_a_websocket_that_never_reads_is_cut():
    """It asks for nothing; the application just has much to tell."""
    async with serving(talks) as base:
        line = await asyncio.to_thread(hostile_clients.open_socket, base, receives=2048)
        with line:
            await asyncio.sleep(0)
            assert await asyncio.to_thread(is_broken, line)


def is_broken(line: socket.socket) -> bool:
    """Whether it breaks while this end only writes; nothing is read, which would be patience."""
    pong = hostile_clients.frame(b"", 10)
    return hostile_clients.keeps_sending(line, pong, PATIENCE, 0.5) < PATIENCE * 2 * len(pong)


async def test_h4_who_reads_slowly_is_served():
    async with serving(talks) as base:
        line = await asyncio.to_thread(hostile_clients.open_socket, base, receives=65536)
        with line:
            for _ in range(8):
                await asyncio.sleep(0.5)
                assert await asyncio.to_thread(line.recv, 65536)


async def test_h4_an_answer_may_take_longer_than_a_head_may():
    app = Patient()
    async with serving(app, PRACTICE_KEEP_ALIVE_SECONDS="8") as base:
        line = await asyncio.to_thread(hostile_clients.connect, base)
        with line:
            line.sendall(ASK)
            assert not await asyncio.to_thread(hostile_clients.is_cut, line, 3)
            app.may_answer.set()
            line.settimeout(PATIENCE)
            assert b" 200 " in await asyncio.to_thread(first_line, line)


async def test_h4_who_reads_an_answer_slowly_is_served():
    """More than lies in the kernel's buffers, or an end would come too late to be seen."""
    async with serving(tells_much) as base:
        line = await asyncio.to_thread(hostile_clients.connect, base, receives=65536)
        with line, line.makefile("rb") as answer:
            line.sendall(ASK)
            for _ in range(8):
                await asyncio.sleep(0.5)
                assert len(await asyncio.to_thread(answer.read, 2_000_000)) == 2_000_000


async def test_h4_a_connection_may_rest_longer_than_a_head_may_take():
    """As long as it was set up to be kept, and no longer."""
    async with serving(talks, PRACTICE_KEEP_ALIVE_SECONDS="5") as base:
        line = await asyncio.to_thread(hostile_clients.connect, base)
        with line:
            line.sendall(ASK)
            assert not await asyncio.to_thread(hostile_clients.is_cut, line, 3)
            line.sendall(ASK)
            line.settimeout(PATIENCE)
            assert b" 200 " in await asyncio.to_thread(first_line, line)
            assert await asyncio.to_thread(hostile_clients.is_cut, line, PATIENCE)


async def test_h4_a_rested_connection_begins_a_head_and_must_end_it():
    async with serving(talks, PRACTICE_KEEP_ALIVE_SECONDS="60") as base:
        for beginning in (b"GET", b"\r\n"):
            line = await asyncio.to_thread(hostile_clients.connect, base)
            with line:
                line.sendall(ASK)
                assert b" 200 " in await asyncio.to_thread(first_line, line)
                line.sendall(beginning)
                assert await asyncio.to_thread(hostile_clients.is_cut, line, PATIENCE)


@pytest.mark.parametrize("size", [100, 33_000, 45_000, 64 * 1024, 200_000])
async def test_h4_a_body_in_one_piece_is_no_head(size: int):
    app = Patient()
    app.may_answer.set()
    async with serving(app) as base:
        line = await asyncio.to_thread(hostile_clients.connect, base)
        with line:
            head = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size
            for _ in range(2):
                await asyncio.to_thread(line.sendall, head + b"a" * size)
                heard = b""
                while b"0\r\n\r\n" not in heard:
                    more = await asyncio.to_thread(line.recv, 4096)
                    assert more, "cut without an answer"
                    heard += more
                assert b"%d bytes" % size in heard


async def test_h4_a_body_before_another_head_is_no_part_of_it():
    app = Patient()
    app.may_answer.set()
    first = b"POST / HTTP/1.1\r\nContent-Length: 45000\r\n\r\n" + b"a" * 45_000
    async with serving(app) as base:
        line = await asyncio.to_thread(hostile_clients.connect, base)
        with line:
            line.sendall(first + b"GET / HT")
            assert b" 200 " in await asyncio.to_thread(first_line, line)


async def test_h4_a_message_may_be_as_large_as_the_limit_and_no_larger():
    async with serving(echoes, PRACTICE_LIMIT_FRAME_BYTES="16384") as base:
        line = await asyncio.to_thread(hostile_clients.open_socket, base)
        with line:
            line.sendall(hostile_clients.frame(b"a" * 16_384))
            assert b"16384" in await asyncio.to_thread(line.recv, 100)
            line.sendall(hostile_clients.frame(b"a" * 10_000, ends=False))
            line.sendall(hostile_clients.frame(b"a" * 10_000, 0))
            assert await asyncio.to_thread(hostile_clients.is_cut, line, PATIENCE)


async def test_h4_thousands_of_small_messages_are_taken_one_after_the_other():
    async with serving(echoes) as base:
        line = await asyncio.to_thread(hostile_clients.open_socket, base)
        with line:
            await asyncio.to_thread(line.sendall, hostile_clients.frame(b"four") * 5_000)
            heard = b""
            while heard.count(b"\x81\x014") < 5_000:
                heard += await asyncio.to_thread(line.recv, 65536)


async def test_h4_a_request_after_another_is_answered_on_the_same_connection():
    async with serving(talks) as base:
        line = await asyncio.to_thread(hostile_clients.connect, base)
        with line:
            for _ in range(3):
                line.sendall(ASK)
                heard = b""
                while b"0\r\n\r\n" not in heard:
                    heard += await asyncio.to_thread(line.recv, 4096)
            assert await asyncio.to_thread(hostile_clients.is_cut, line, PATIENCE)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n", b" 431 "),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 33_000 + b"\r\n\r\n", b" 431 "),
        (b"GET /" + b"a" * 33_000 + b" HTTP/1.1\r\n\r\n", b" 431 "),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 90 + b"\r\n", b" 200 "),
        (b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", b" 200 "),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b" 400 "),
        (b"CONNECT evil.example:443 HTTP/1.1\r\n\r\n", b" 400 "),
        (b"nonsense\r\n\r\n", b" 400 "),
    ],
)
async def test_h4_a_head_is_taken_or_refused_by_its_size(head: bytes, status: bytes):
    async with serving(talks) as base:
        line = await asyncio.to_thread(hostile_clients.connect, base)
        with line:
            line.sendall(head)
            assert status in await asyncio.to_thread(first_line, line)


async def test_h4_an_early_answer_is_read_by_who_still_sends():
    """Whoever sends ten megabytes to a page that reads none of them hears what it says."""
    body = b"POST / HTTP/1.1\r\nContent-Length: 10000000\r\n\r\n" + b"a" * 10_000_000
    async with serving(talks) as base:
        line = await asyncio.to_thread(hostile_clients.connect, base)
        with line:
            await asyncio.to_thread(line.sendall, body)
            assert b" 200 " in await asyncio.to_thread(first_line, line)


def doorman(descriptors: int = GENEROUS, **env: str) -> Doorman:
    few = {"PRACTICE_LIMIT_CONNECTIONS": "30", "PRACTICE_LIMIT_CONNECTIONS_PER_ADDRESS": "10"}
    return Doorman(Settings.read({**few, **env}), descriptors)


def test_h4_an_address_has_its_share_and_gets_it_back():
    door = doorman()
    assert [door.admit("203.0.113.7") for _ in range(12)] == [True] * 10 + [False] * 2
    assert door.admit("203.0.113.8")
    door.release("203.0.113.7")
    assert door.admit("203.0.113.7")


def test_h4_who_comes_and_goes_without_end_is_let_in_only_now_and_then():
    door = doorman(PRACTICE_LIMIT_NEW_CONNECTIONS="20/600")
    let_in = 0
    for _ in range(100):
        if door.admit("203.0.113.7"):
            let_in += 1
            door.release("203.0.113.7")
    assert let_in == 20
    assert door.admit("203.0.113.8")


def test_h4_a_household_has_one_share_however_many_addresses_it_has():
    door = doorman()
    assert sum(door.admit(f"2001:db8::{number:x}") for number in range(50)) == 10
    assert door.admit("2001:db8:0:100::1")


def test_h4_a_household_has_one_share_however_many_networks_it_has():
    """And the wider network around it a few, whoever holds it."""
    door = doorman(PRACTICE_LIMIT_CONNECTIONS="1000")
    assert sum(door.admit(f"2001:db8:0:{number:x}::1") for number in range(50)) == 10
    assert sum(door.admit(f"2001:db8:0:{number:x}00::1") for number in range(1, 60)) == 20
    assert door.admit("2001:db8:1::1")
    for number in range(10):
        door.release(f"2001:db8:0:{number:x}::1")
    assert sum(door.admit(f"2001:db8:0:{number:x}::1") for number in range(50)) == 10


def test_h4_the_last_places_are_for_whoever_has_none():
    door = doorman(PRACTICE_LIMIT_CONNECTIONS="30")
    crowd = [f"198.51.100.{number % 10}" for number in range(100)]
    assert sum(door.admit(address) for address in crowd) == 27
    assert door.admit("203.0.113.8")
    assert not door.admit("203.0.113.8")


def test_h4_behind_a_proxy_only_the_total_counts():
    door = doorman(PRACTICE_TRUSTED_PROXY_HOPS="1")
    assert sum(door.admit("10.0.0.2") for _ in range(50)) == 30


def test_h4_so_many_in_all():
    door = doorman()
    assert sum(door.admit(f"198.51.100.{number}") for number in range(100)) == 30


def test_h4_never_more_than_there_are_descriptors_for():
    door = doorman(RESERVED + 12)
    assert sum(door.admit(f"198.51.100.{number}") for number in range(100)) == 12


def test_h4_nobody_is_remembered_who_has_left():
    door = doorman()
    for number in range(20):
        door.admit(f"198.51.100.{number}")
    for number in range(20):
        door.release(f"198.51.100.{number}")
    assert (len(door.open), door.total) == (0, 0)


def test_h4_limits_that_are_off_let_everybody_in():
    door = doorman(PRACTICE_LIMITS="off")
    assert all(door.admit("203.0.113.7") for _ in range(100))


class Kernel:
    """Keeps what is written to it until somebody reads."""

    def __init__(self) -> None:
        self.waiting = 0

    def write(self, data: bytes) -> None:
        self.waiting += len(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting


@pytest.mark.parametrize(
    ("written", "waiting", "is_stuck"),
    [
        ([50_000, 0, 0, 0], [50_000] * 4, True),
        ([50_000, 10_000, 10_000, 10_000], [50_000, 60_000, 70_000, 80_000], True),
        ([50_000, 0, 50_000, 0], [50_000, 0, 50_000, 50_000], False),
        (
            [90_000, 0, 0, 0],
            [90_000, 90_000 - LEAST_READ, 90_000 - 2 * LEAST_READ, 10_000],
            False,
        ),
        ([50_000, 0, 0, 0], [50_000, 49_000, 48_000, 47_000], True),
        ([0, 0, 0, 0], [0, 0, 0, 0], False),
        # As much is written as is read.
        ([70_000, 20_000, 20_000, 20_000], [70_000] * 4, False),
        ([70_000, 1_000, 1_000, 1_000], [70_000] * 4, True),
    ],
)
def test_h4_a_reader_is_stuck_who_reads_too_little_for_too_long(
    written: list[int], waiting: list[int], is_stuck: bool
):
    kernel = Kernel()
    counted = Counted(cast("Any", kernel))
    reader = Reader(counted)
    verdict = False
    for second, (more, left) in enumerate(zip(written, waiting, strict=True)):
        counted.write(b"x" * more)
        kernel.waiting = left
        verdict = reader.is_stuck(second * 5.0, 10)
    assert verdict is is_stuck
