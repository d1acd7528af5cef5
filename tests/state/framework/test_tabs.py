"""Which socket may hear a tab, and what is left of a tab when its socket closes."""

import ast
import asyncio
import uuid
from collections.abc import AsyncIterator
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
import reflex as rx
import structlog
from reflex.state import StateUpdate
from socketio.exceptions import ConnectionRefusedError as Refused

from practice import settings
from practice.practice import app
from practice.state.framework import closed_tabs, exceptions, tabs
from practice.state.framework import socket as framework_socket
from practice.state.framework.allowed_events import FAILED, LOADING, NEEDED, ROOT, VARS
from practice.state.framework.session import SessionState
from practice.state.messages import live
from tests.state.account.test_session_watch import (
    PRIVATE,
    Connected,
    Notebook,
    a_browser,
    namespace,
)
from tests.support.event_client import Tab, reflex_running
from tests.support.websocket_client import HYDRATE

pytestmark = pytest.mark.anyio


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Everything that goes out to any socket, by the socket."""
    found: list[tuple[str, str]] = []

    async def emit(_event: str, update: Any, to: str) -> None:
        found.append((to, str(update)))

    monkeypatch.setattr(app.event_namespace, "emit", emit)
    return found


@pytest.fixture
async def pipeline(house: str) -> AsyncIterator[None]:
    async with reflex_running():
        yield
        await namespace()._token_manager.disconnect_all()
        tabs._passed.clear()
        for seconds in (0, 10_000):
            closed_tabs.clear(app, monotonic() + seconds)


async def took_over(token: str) -> str:
    """The page is gone, and somebody else connects with its token."""
    links, socket = namespace()._token_manager, str(uuid.uuid4())
    namespace().on_disconnect(links.token_to_socket[token].sid)
    await asyncio.sleep(0)
    await namespace().link_token_to_sid(socket, token)
    assert links.token_to_socket[token].sid == socket
    return socket


async def with_private_text(cookie: str = "") -> Connected:
    tab = await Connected(cookie or a_browser()[0]).open()
    await tab.send(Notebook.read)
    assert tab.shows(Notebook, "note") == PRIVATE
    return tab


# Who may hear


async def test_h1_the_socket_that_was_asked_hears_and_another_does_not(
    pipeline: None, heard: list[tuple[str, str]]
):
    tab = await with_private_text()
    await namespace().emit_update(StateUpdate(delta={"mine": {"x": 1}}), tab.token)
    assert [socket for socket, _ in heard] == [tab.socket]
    await took_over(tab.token)
    await namespace().emit_update(StateUpdate(delta={"mine": {"x": 1}}), tab.token)
    assert len(heard) == 1


async def test_h1_whoever_takes_over_while_a_tab_is_told_hears_nothing(
    pipeline: None, heard: list[tuple[str, str]]
):
    """Between the look at whose it is and the sending."""
    cookie, actor = a_browser()
    tab = await with_private_text(cookie)

    async def say(state: Any) -> None:
        await took_over(tab.token)
        (await state.get_state(Notebook)).note = "told meanwhile"

    await tabs.tell(app, tab.token, actor, say)
    assert heard == []
    assert (await state_of(tab)).note == "told meanwhile", "it was said, and nobody heard it"


async def test_h1_a_tab_that_somebody_else_has_is_not_told(pipeline: None):
    cookie, actor = a_browser()
    tab = await with_private_text(cookie)
    reached: list[Any] = []

    async def say(state: Any) -> None:
        reached.append(state)

    await tabs.tell(app, tab.token, a_browser()[1], say)
    assert reached == []
    await tabs.tell(app, tab.token, actor, say)
    assert len(reached) == 1
    await took_over(tab.token)
    await tabs.tell(app, tab.token, actor, say)
    assert len(reached) == 1


async def test_h1_the_bell_counts_nothing_for_a_silent_socket(
    pipeline: None, heard: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
):
    cookie, actor = a_browser()
    tab = await with_private_text(cookie)
    await took_over(tab.token)
    assert tabs.list_bound(app) == {}
    await live._tell(app, tab.token, actor)
    assert heard == []


async def test_h1_what_the_page_before_still_asks_is_not_answered_to_whoever_came_later(
    pipeline: None, heard: list[tuple[str, str]]
):
    """Even if the newcomer was asked who it is, and is nobody."""
    tab = await with_private_text()
    thief = Connected("", tab.token)
    thief.socket = await took_over(tab.token)
    await asked(thief, HYDRATE)
    before = len(heard)
    assert {socket for socket, _ in heard} == {thief.socket}
    assert PRIVATE not in str(heard)
    # The first finds a state that is the newcomer's, and empties it; the second fills it.
    for _ in range(2):
        await asked(tab, f"{Notebook.get_full_name()}.read")
    assert (await state_of(tab)).note == PRIVATE, "the handler ran for the page that is gone"
    assert len(heard) == before
    await asked(thief, f"{Notebook.get_full_name()}.look")
    assert len(heard) > before, "and the newcomer's next event is answered"
    assert PRIVATE not in str(heard)


async def test_h1_a_page_of_the_same_person_hears_what_the_socket_before_asked(
    pipeline: None, heard: list[tuple[str, str]]
):
    cookie, _ = a_browser()
    tab = await Connected(cookie).open()
    again = Connected(cookie, tab.token)
    again.socket = await took_over(tab.token)
    await asked(again, HYDRATE)
    await asked(tab, f"{Notebook.get_full_name()}.read")
    assert PRIVATE in heard[-1][1]
    assert heard[-1][0] == again.socket


async def test_h1_a_socket_that_closed_is_forgotten_at_once(pipeline: None):
    tab = await with_private_text()
    assert tab.token in tabs.list_bound(app)
    namespace().on_disconnect(tab.socket)
    assert tabs.list_bound(app) == {}
    assert tab.socket not in tabs._passed


async def asked(tab: Connected, name: str) -> None:
    """Over the namespace, so that the answers go the way of all answers."""
    namespace()._static_router_data[tab.socket] = {
        "sid": tab.socket,
        "headers": {"cookie": tab.cookie},
        "ip": "127.0.0.1",
    }
    event = {"name": name, "payload": {}, "router_data": {"pathname": "/", "asPath": "/"}}
    links = namespace().sid_to_token
    known = links.get(tab.socket)
    links[tab.socket] = tab.token
    await namespace().on_event(tab.socket, event)
    await quiet()
    del namespace()._static_router_data[tab.socket]
    if known is None:
        del links[tab.socket]


async def quiet() -> None:
    processor: Any = app.event_processor
    while processor._tasks or processor._token_queues or not processor._queue.empty():  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.002)


async def state_of(tab: Tab) -> Any:
    token = rx.BaseStateToken(ident=tab.token, cls=rx.State)
    return await (await app.state_manager.get_state(token)).get_state(Notebook)


# The one place


REACHES_PAGES = {
    "modify_state", "modify_state_with_links", "emit", "emit_update", "emit_delta", "emit_event",
    "event_namespace", "_event_namespace", "state_manager", "sio", "enqueue", "event_processor",
}  # fmt: skip
MAY = {"tabs.py", "socket.py", "closed_tabs.py"}


def test_h1_nothing_else_reaches_a_page_by_itself():
    """So that nothing which is added later forgets to ask who listens."""
    wrong = [
        f"{path.name}:{node.lineno} {node.attr}"
        for path in sorted((settings.ROOT / "practice").rglob("*.py"))
        if path.name not in MAY
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in REACHES_PAGES
    ]
    assert wrong == []


def test_h1_the_wire_is_laid_before_anybody_connects():
    assert isinstance(app.event_namespace, framework_socket.Wire)
    assert app.sio
    assert app.sio.namespace_handlers["/_event"] is app.event_namespace


# What may come in


@pytest.mark.parametrize(
    "query",
    ["", "token=", "token=short", f"token={'x' * 36}", f"tok%65n={'x' * 99}&token={'0' * 36}"],
)
async def test_h5_a_socket_without_a_token_as_pages_make_it_is_refused(query: str):
    with pytest.raises(Refused):
        await namespace().on_connect("a socket", {"QUERY_STRING": query})


async def test_h5_a_socket_that_has_not_spoken_has_no_state(pipeline: None):
    token, socket = str(uuid.uuid4()), str(uuid.uuid4())
    await namespace().on_connect(socket, {"QUERY_STRING": f"token={token}"})
    assert namespace()._token_manager.token_to_socket[token].sid == socket
    assert token not in states()
    await namespace().on_disconnect(socket)


NO_EVENTS: list[Any] = [
    None,
    "text",
    [],
    {},
    {"name": 7},
    {"name": "x", "payload": [1]},
    {"name": "x", "payload": None},
    {"name": "x", "router_data": None},
    {"name": "x", "router_data": {"pathname": 7}},
    {"name": "x", "router_data": {"asPath": []}},
    {"name": "x", "router_data": {"query": "q"}},
]


@pytest.mark.parametrize("data", NO_EVENTS)
async def test_what_is_no_event_by_its_shape_is_dropped_without_a_word(
    pipeline: None, data: Any, caplog: pytest.LogCaptureFixture
):
    """Inside Reflex it would fail, and write a line each time."""
    assert not framework_socket.is_event(data)
    await namespace().on_event("a socket", data)
    assert caplog.records == []


def test_an_event_of_a_page_has_the_shape():
    where = {"pathname": "/", "asPath": "/?a=b", "query": {"a": "b"}}
    assert framework_socket.is_event(
        {"name": "x", "payload": {"a": 1}, "router_data": where, "token": "t"}
    )


BAD = [
    (f"{VARS}.update_vars_internal", {}),
    (f"{VARS}.update_vars_internal", {"vars": {"no.such.state.name": 1}}),
    (f"{VARS}.update_vars_internal", {"vars": [1]}),
    (HYDRATE, {"vars": {"no.such.state": 1}, "hashes": None}),
    (HYDRATE, {"vars": {}, "hashes": 7}),
    (HYDRATE, {"vars": {}, "hashes": [7]}),
    (HYDRATE, {"more": 1}),
    (f"{ROOT}.hydrate", {"more": 1}),
    (f"{ROOT}.set_is_hydrated", {}),
    (f"{ROOT}.set_is_hydrated", {"value": "yes"}),
    (f"{LOADING}.on_load_internal", {"more": 1}),
    (f"{FAILED}.handle_frontend_exception", {"info": 7, "component_stack": ""}),
]


@pytest.mark.parametrize(("name", "payload"), BAD)
async def test_what_no_page_sends_to_reflex_s_own_handlers_fails_nowhere(
    pipeline: None, name: str, payload: dict[str, Any]
):
    """Each used to be a failure with a line of its own: 58 KiB of log in a second."""
    assert name in NEEDED
    with structlog.testing.capture_logs() as logged:
        await Tab().send_raw(name, payload)
    assert logged == []


async def test_a_page_may_leave_out_what_it_has_not(pipeline: None):
    tab = Tab()
    await tab.send_raw(HYDRATE, {})
    assert tab.shows(SessionState, "standing") == "ended"


def test_a_failure_that_is_made_on_purpose_fills_no_log(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exceptions, "_failures", exceptions.log.Seldom(most=60))
    monkeypatch.setattr(exceptions, "_reports", exceptions.log.Seldom())
    with structlog.testing.capture_logs() as logged:
        for _ in range(500):
            exceptions.on_the_server(ValueError("x"))
            exceptions.on_the_page(TypeError("TypeError: x"))
    assert len([one for one in logged if one["event"] == "event_failed"]) == 60
    assert len([one for one in logged if one["event"] == "page_failed"]) == 10


# Who does not read


async def test_h5_whoever_reads_no_answers_is_hung_up(
    pipeline: None, heard: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
):
    """Else what they asked for waits in memory for as long as they like."""
    cut: list[dict[str, bool]] = []

    async def close(**how: bool) -> None:
        cut.append(how)

    tab = await with_private_text()
    queue = asyncio.Queue[Any]()
    server = SimpleNamespace(
        manager=SimpleNamespace(eio_sid_from_sid=lambda _sid, _space: "transport"),
        eio=SimpleNamespace(sockets={"transport": SimpleNamespace(queue=queue, close=close)}),
    )
    monkeypatch.setattr(app, "sio", server)
    update = StateUpdate(delta={"mine": {"x": 1}})
    for _ in range(framework_socket.MOST_ANSWERS - 1):
        queue.put_nowait(SimpleNamespace(data="answer"))
    await namespace().emit_update(update, tab.token)
    assert (len(heard), cut) == (1, [])
    queue.put_nowait(SimpleNamespace(data="one more"))
    await namespace().emit_update(update, tab.token)
    assert (len(heard), cut) == (1, [{"wait": False, "abort": True}])


async def test_h5_whoever_asks_faster_than_is_answered_is_not_read_meanwhile(
    pipeline: None, heard: list[tuple[str, str]]
):
    tab = await Connected("").open()
    processor: Any = app.event_processor
    processor._token_queues[tab.token] = [None] * framework_socket.MOST_EVENTS
    holding = asyncio.create_task(namespace()._hold_back(tab.token))
    await asyncio.sleep(framework_socket.A_MOMENT * 3)
    assert not holding.done()
    del processor._token_queues[tab.token]
    await asyncio.wait_for(holding, 5)


# What is left


def states() -> dict[str, Any]:
    manager: Any = app.state_manager
    return manager.states


async def left(tab: Connected) -> Connected:
    await (namespace().on_disconnect(tab.socket) or asyncio.sleep(0))
    return tab


async def test_h5_a_tab_that_only_hydrated_is_dropped_when_its_socket_closes(pipeline: None):
    tab = await Connected("").open()
    closed_tabs.clear(app, monotonic())
    assert tab.token in states()
    await left(tab)
    closed_tabs.clear(app, monotonic())
    assert tab.token not in states()
    assert tab.token not in tabs._contents


async def test_h5_a_tab_in_which_something_was_done_is_dropped_after_ten_minutes(pipeline: None):
    tab, now = await left(await with_private_text()), monotonic()
    closed_tabs.clear(app, now)
    closed_tabs.clear(app, now + closed_tabs.GRACE - 1)
    assert tab.token in states()
    closed_tabs.clear(app, now + closed_tabs.GRACE)
    assert tab.token not in states()
    assert tab.token not in tabs._contents
    assert tab.token not in closed_tabs._closed


async def test_h5_a_page_that_comes_back_in_time_finds_its_tab_and_keeps_it(pipeline: None):
    cookie, _ = a_browser()
    tab, now = await left(await with_private_text(cookie)), monotonic()
    closed_tabs.clear(app, now)
    again = await Connected(cookie, tab.token).open()
    assert again.shows(Notebook, "note") == PRIVATE
    closed_tabs.clear(app, now + closed_tabs.GRACE + 1)
    assert tab.token in states()


async def test_h5_a_page_that_comes_back_too_late_gets_an_empty_tab_and_goes_on(pipeline: None):
    cookie, _ = a_browser()
    tab = await left(await with_private_text(cookie))
    closed_tabs.clear(app, monotonic())
    closed_tabs.clear(app, monotonic() + closed_tabs.GRACE)
    again = await Connected(cookie, tab.token).open()
    assert again.shows(Notebook, "note") == ""
    await again.send(Notebook.read)
    assert again.shows(Notebook, "note") == PRIVATE


async def test_h5_a_state_that_a_late_event_made_again_goes_too(pipeline: None):
    tab = Tab()
    await tab.send_raw(HYDRATE, {})
    assert tab.token in states()
    closed_tabs.clear(app, monotonic())
    assert tab.token not in states()


async def test_h5_a_tab_at_work_is_dropped_when_its_work_is_done(pipeline: None):
    tab = await Connected("").open()
    async with tabs.opened(app, tab.token):
        await left(tab)
        closed_tabs.clear(app, monotonic())
        assert tab.token in states()
    closed_tabs.clear(app, monotonic())
    assert tab.token not in states()


async def test_h5_of_all_that_was_left_only_so_much_is_kept(
    pipeline: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(closed_tabs, "MOST", 3)
    now, gone = monotonic(), list[str]()
    for number in range(5):
        tab = await Connected("").open()
        await tab.send(Notebook.look)
        gone.append((await left(tab)).token)
        closed_tabs.clear(app, now + number)
    assert [token in states() for token in gone] == [False, False, True, True, True]


async def test_h1_a_socket_that_was_bound_while_it_closed_is_forgotten(pipeline: None):
    tab = await Connected("").open()
    bound = tabs._passed[tab.socket]
    await left(tab)
    tabs._passed[tab.socket] = bound
    closed_tabs.clear(app, monotonic())
    assert tab.socket not in tabs._passed


async def test_h5_after_many_tabs_nothing_is_remembered(pipeline: None):
    manager, processor = app.state_manager, app.event_processor
    for number in range(50):
        tab = await Connected("").open()
        if number % 2:
            await tab.send(Notebook.look)
        await left(tab)
    await quiet()
    closed_tabs.clear(app, monotonic())
    closed_tabs.clear(app, monotonic() + closed_tabs.GRACE)
    closed_tabs._give_back()
    links = namespace()._token_manager
    ours = [tabs._passed, tabs._contents, closed_tabs._closed]
    theirs: list[Any] = [links.token_to_socket, links.sid_to_token]
    theirs += [getattr(manager, name) for name in ("states", "_states_locks", "_token_expires_at")]
    theirs += [getattr(processor, name) for name in ("_tasks", "_futures", "_superseded")]
    theirs += [processor._token_queues, namespace()._static_router_data]
    assert [len(each) for each in (*ours, *theirs)] == [0] * (len(ours) + len(theirs))
