"""H4, H5, M7: one address is worked for a little at a time, and nobody waits behind its crowd."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from practice.routes.request_turns import LONGEST_LINE, Turns
from practice.settings import Settings

pytestmark = pytest.mark.anyio
GREEDY, NEIGHBOUR = "203.0.113.7", "203.0.113.8"


class Works:
    """An application that is busy until it is told to go on."""

    def __init__(self) -> None:
        self.busy = 0
        self.most = 0
        self.done = 0
        self.may_end = asyncio.Event()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.busy += 1
        self.most = max(self.most, self.busy)
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        await self.may_end.wait()
        self.busy -= 1
        self.done += 1


class Refuses:
    def __init__(self) -> None:
        self.count = 0

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        self.count += 1


async def nothing() -> Message:
    return {"type": "websocket.connect"}


async def nowhere(_message: Message) -> None:
    return None


def asked(turns: Turns, address: str = GREEDY, kind: str = "http") -> asyncio.Task[None]:
    scope = {"type": kind, "path": "/", "headers": [], "client": (address, 1)}
    return asyncio.ensure_future(turns(scope, nothing, nowhere))


async def settled() -> None:
    """Everything that can go on without waiting has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_h4_one_address_has_four_at_a_time_and_its_others_wait():
    works = Works()
    turns = Turns(works, Refuses(), Settings.read({}))
    tasks = [asked(turns) for _ in range(30)]
    await settled()
    assert works.busy == 4
    works.may_end.set()
    await asyncio.gather(*tasks)
    assert (works.done, works.most) == (30, 4)
    assert turns.lines == {}, "nobody is remembered longer than his requests"


async def test_h4_a_neighbour_waits_for_nobody():
    works = Works()
    turns = Turns(works, Refuses(), Settings.read({}))
    crowd = [asked(turns) for _ in range(50)]
    neighbour = asked(turns, NEIGHBOUR)
    await settled()
    assert works.busy == 5
    works.may_end.set()
    await asyncio.gather(neighbour, *crowd)


async def test_h4_a_household_has_one_line_however_many_networks_it_has():
    works = Works()
    turns = Turns(works, Refuses(), Settings.read({}))
    crowd = [asked(turns, f"2001:db8:0:{number}::1") for number in range(9)]
    await settled()
    assert works.busy == 4
    works.may_end.set()
    await asyncio.gather(*crowd)


async def test_h4_the_line_of_one_address_has_an_end():
    works, refuses = Works(), Refuses()
    turns = Turns(works, refuses, Settings.read({}))
    crowd = [asked(turns) for _ in range(LONGEST_LINE + 20)]
    await settled()
    assert refuses.count == 20
    works.may_end.set()
    await asyncio.gather(*crowd)
    assert works.done == LONGEST_LINE


def request(
    turns: Turns, receive: Receive = nothing, send: Send = nowhere, address: str = GREEDY
) -> asyncio.Task[None]:
    scope = {"type": "http", "path": "/", "headers": [], "client": (address, 1)}
    return asyncio.ensure_future(turns(scope, receive, send))


async def reads_and_answers(_scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"fine"})


async def test_h4_bodies_that_drip_hold_nobody_up():
    """Not even whoever sits behind the same address; and they hold no place in the line."""
    refuses = Refuses()
    turns = Turns(reads_and_answers, refuses, Settings.read({}))
    may_come = asyncio.Event()

    async def drips() -> Message:
        await may_come.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    dripping = [request(turns, drips) for _ in range(LONGEST_LINE)]
    await settled()
    whole = [request(turns) for _ in range(10)]
    await settled()
    assert all(task.done() for task in whole)
    assert refuses.count == 0
    assert not any(task.done() for task in dripping)
    may_come.set()
    await asyncio.gather(*whole, *dripping)
    assert turns.lines == {}


async def test_h4_answers_that_nobody_reads_hold_nobody_up():
    turns = Turns(reads_and_answers, Refuses(), Settings.read({}))
    may_go = asyncio.Event()

    async def unread(_message: Message) -> None:
        await may_go.wait()

    waiting = [request(turns, send=unread) for _ in range(20)]
    await settled()
    read = [request(turns) for _ in range(10)]
    await settled()
    assert all(task.done() for task in read)
    may_go.set()
    await asyncio.gather(*read, *waiting)
    assert turns.lines == {}


async def test_h4_who_has_sent_the_body_waits_for_a_turn_like_others():
    """And a look for the end of an answered request takes no place."""
    most, busy = 0, 0
    may_end = asyncio.Event()

    async def works(_scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal most, busy
        await receive()
        busy += 1
        most = max(most, busy)
        await may_end.wait()
        busy -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()

    turns = Turns(works, Refuses(), Settings.read({}))
    tasks = [request(turns) for _ in range(20)]
    await settled()
    assert busy == 4
    may_end.set()
    await asyncio.gather(*tasks)
    assert (most, turns.lines) == (4, {})


async def test_h5_an_open_socket_holds_nobody_up():
    works = Works()
    turns = Turns(works, Refuses(), Settings.read({}))
    sockets = [asked(turns, kind="websocket") for _ in range(20)]
    await settled()
    assert works.busy == 20
    assert turns.lines == {}
    works.may_end.set()
    await asyncio.gather(*sockets)


async def test_limits_that_are_off_let_all_be_worked_on():
    works = Works()
    turns = Turns(works, Refuses(), Settings.read({"PRACTICE_LIMITS": "off"}))
    crowd = [asked(turns) for _ in range(200)]
    await settled()
    assert works.busy == 200
    works.may_end.set()
    await asyncio.gather(*crowd)
