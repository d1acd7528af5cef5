"""The watch over open tabs: what ends or locks a session anywhere empties every tab of it."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
import reflex as rx
import structlog
import time_machine

from practice import clock, db, runtime, settings
from practice.domain.accounts.sessions import Standing
from practice.domain.actors import SYSTEM, Actor, Role
from practice.models.accounts import BrowserSession
from practice.practice import app
from practice.services.accounts import sessions
from practice.state.framework import session_watch, tabs
from practice.state.framework.handler import handler
from practice.state.framework.session import SessionState
from tests import builders
from tests.builders import NOW
from tests.site.account.test_sign_in import a_therapist
from tests.support.event_client import Tab, reflex_running

pytestmark = pytest.mark.anyio
HYDRATE = "reflex___state____state.hydrate"
PRIVATE = "what Ada told in November"


class Notebook(rx.State):
    """As pages of the portal have: private text that a handler brought."""

    note: str = ""

    @handler(Role.CLIENT)
    async def read(self) -> None:
        self.note = PRIVATE

    @handler(Role.THERAPIST)
    async def read_as_therapist(self) -> None:
        self.note = PRIVATE

    @handler(Role.PUBLIC)
    async def look(self) -> None:
        pass


@pytest.fixture
async def pipeline(house: str) -> AsyncIterator[None]:
    async with reflex_running():
        yield
        await namespace()._token_manager.disconnect_all()


def namespace() -> Any:
    return app.event_namespace


class Connected(Tab):
    """A tab whose socket the server knows, so that the watch sees it."""

    def __init__(self, cookie: str, token: str = "") -> None:
        super().__init__(cookie=f"practice_session={cookie}" if cookie else "", token=token)
        self.socket = str(uuid.uuid4())

    async def open(self, event: str = HYDRATE) -> "Connected":
        links = namespace()._token_manager
        await links.disconnect_token(self.token, "")
        await links.link_token_to_sid(self.token, self.socket)
        await self.send_raw(event, {})
        return self

    def _router_data(self) -> dict[str, Any]:
        return {**super()._router_data(), "sid": self.socket}


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tabs whose sockets were shut; there is no real socket here."""
    found: list[str] = []

    async def hang_up(_app: Any, socket: str) -> None:
        found.append(namespace().sid_to_token[socket])

    monkeypatch.setattr(tabs, "hang_up", hang_up)
    return found


async def state_of(token: str) -> Any:
    return await app.state_manager.get_state(rx.BaseStateToken(ident=token, cls=Notebook))


async def kept(tab: Tab) -> tuple[str, str]:
    """The private text in the tab's state, and what its page was told of the session."""
    root = (await state_of(tab.token))._get_root_state()
    note, own = await root.get_state(Notebook), await root.get_state(SessionState)
    return note.note, own.standing


def a_browser(actor: Actor | None = None) -> tuple[str, Actor]:
    """Somebody signed in: the cookie, and who it is."""
    account = (actor or builders.a_client()).account_id
    opened = db.transact(sessions.open_for, SYSTEM, account_id=cast("UUID", account), device="")
    found = db.query(sessions.find, SYSTEM, cookie=opened.cookie)
    return opened.cookie, found.actor


async def a_tab(cookie: str, read: Any = Notebook.read) -> Connected:
    tab = await Connected(cookie).open()
    await tab.send(read)
    assert await kept(tab) == (PRIVATE, "open")
    return tab


async def test_every_tab_of_a_session_that_ended_is_emptied_and_shut(
    pipeline: None, cut: list[str]
):
    cookie, actor = a_browser()
    one, other = await a_tab(cookie), await a_tab(cookie)
    db.transact(sessions.end_all, actor)
    await session_watch.look(app)
    assert [await kept(one), await kept(other)] == [("", "ended")] * 2
    assert sorted(cut) == sorted([one.token, other.token])


async def test_others_and_visitors_are_left_alone(pipeline: None, cut: list[str]):
    (cookie, actor), (others, _) = a_browser(), a_browser()
    mine, hers = await a_tab(cookie), await a_tab(others)
    visitor = await Connected("").open()
    db.transact(sessions.end_all, actor)
    await session_watch.look(app)
    assert cut == [mine.token]
    assert await kept(hers) == (PRIVATE, "open")
    assert await kept(visitor) == ("", "ended")


async def test_one_browser_is_signed_out_and_the_other_stays(pipeline: None, cut: list[str]):
    person = builders.a_client()
    (here, actor), (there, _) = a_browser(person), a_browser(person)
    near, far = await a_tab(here), await a_tab(there)
    ended = cast("UUID", db.query(sessions.find, SYSTEM, cookie=there).session_id)
    db.transact(sessions.end, actor, session_id=ended)
    await session_watch.look(app)
    assert cut == [far.token]
    assert await kept(near) == (PRIVATE, "open")


@pytest.mark.parametrize(
    ("after", "rested"), [(timedelta(days=14), True), (timedelta(days=30), False)]
)
async def test_a_session_that_ends_by_time_alone_is_noticed(
    pipeline: None, cut: list[str], after: timedelta, rested: bool
):
    cookie, _ = a_browser()
    tab = await a_tab(cookie)
    if not rested:
        builders.change_row(BrowserSession, last_used_at=NOW + after - timedelta(minutes=1))
    with time_machine.travel(NOW + after - timedelta(seconds=1), tick=False):
        await session_watch.look(app)
        assert cut == []
    with time_machine.travel(NOW + after, tick=False):
        await session_watch.look(app)
    assert cut == [tab.token]
    assert await kept(tab) == ("", "ended")


async def test_an_idle_portal_locks_and_its_sockets_stay(pipeline: None, cut: list[str]):
    cookie, _ = a_therapist(factor=True)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    with time_machine.travel(NOW + timedelta(minutes=60), tick=False):
        await session_watch.look(app)
        assert await kept(tab) == ("", "locked")
        await tab.send(Notebook.read_as_therapist)
        assert await kept(tab) == ("", "locked")
    assert cut == []


async def test_a_locked_tab_that_is_left_ends_like_any_other(pipeline: None, cut: list[str]):
    cookie, _ = a_therapist(factor=True)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    for hours in (2, 12):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            await session_watch.look(app)
    assert await kept(tab) == ("", "ended")
    assert cut == [tab.token]


async def test_a_page_that_only_sits_there_is_not_used(pipeline: None, cut: list[str]):
    cookie, _ = a_therapist(factor=True)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        await session_watch.look(app)
        await tab.send_raw(HYDRATE, {})
    with time_machine.travel(NOW + timedelta(minutes=60), tick=False):
        await session_watch.look(app)
    assert await kept(tab) == ("", "locked")


async def test_what_a_page_loads_when_it_connects_again_is_no_use(
    pipeline: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(app, "get_load_events", lambda _path: [Notebook.read_as_therapist])
    cookie, _ = a_therapist(factor=True)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    before = builders.rows_of(BrowserSession)[0].last_used_at
    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        again = await Connected(cookie, tab.token).open(f"{HYDRATE}_and_load")
        assert again.shows(Notebook, "note") == PRIVATE
        assert builders.rows_of(BrowserSession)[0].last_used_at == before
        await again.send(Notebook.read_as_therapist)
        assert builders.rows_of(BrowserSession)[0].last_used_at == clock.now()


async def test_with_limited_patience_a_busy_tab_is_shut_all_the_same(
    pipeline: None, cut: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(session_watch, "PATIENCE", 0.05)
    cookie, actor = a_browser()
    tab = await a_tab(cookie)
    db.transact(sessions.end_all, actor)
    async with tabs.opened(app, tab.token):
        await session_watch.look(app)
    assert cut == [tab.token]
    again = await Connected(cookie, tab.token).open()
    assert PRIVATE not in str(again.seen)


async def away(*_args: Any, **_named: Any) -> Any:
    raise db.UNAVAILABLE[0]("gone", None, Exception("10.0.0.1 is away"))


async def test_a_database_that_is_away_throws_nobody_out_and_is_said_once(
    pipeline: None, cut: list[str], monkeypatch: pytest.MonkeyPatch
):
    cookie, actor = a_browser()
    tab = await a_tab(cookie)
    monkeypatch.setattr(session_watch, "EVERY", 0.001)
    with structlog.testing.capture_logs() as logged, monkeypatch.context() as outage:
        outage.setattr(runtime, "query", away)
        watching = asyncio.create_task(session_watch.watch(app))
        await asyncio.sleep(0.05)
    assert await kept(tab) == (PRIVATE, "open")
    assert [one["event"] for one in logged] == ["sessions_unwatched"]
    db.transact(sessions.end_all, actor)
    while not cut:  # noqa: ASYNC110 - the watch tells nobody
        await asyncio.sleep(0.005)
    watching.cancel()
    assert cut == [tab.token]


# Coming back


@pytest.mark.parametrize("first", [HYDRATE, "look"])
async def test_who_comes_back_after_the_end_finds_an_empty_tab(pipeline: None, first: str):
    """With the very cookie that filled it: the same value as before proves nothing."""
    cookie, actor = a_browser()
    tab = await a_tab(cookie)
    db.transact(sessions.end_all, actor)
    name = first if first == HYDRATE else f"{Notebook.get_full_name()}.look"
    again = await Connected(cookie, tab.token).open(name)
    assert PRIVATE not in str(again.seen)
    assert await kept(again) == ("", "ended")
    assert again.shows(SessionState, "standing") == "ended"


async def test_whoever_wants_the_whole_state_again_is_asked_again(pipeline: None):
    """On the same socket, between the end and the next look of the watch."""
    cookie, actor = a_browser()
    tab = await a_tab(cookie)
    db.transact(sessions.end_all, actor)
    tab.seen.clear()
    await tab.send_raw(HYDRATE, {})
    assert PRIVATE not in str(tab.seen)
    assert tab.shows(SessionState, "standing") == "ended"


async def test_who_comes_back_locked_finds_an_empty_tab_and_the_lock(pipeline: None):
    cookie, _ = a_therapist(factor=True)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        again = await Connected(cookie, tab.token).open()
    assert PRIVATE not in str(again.seen)
    assert again.shows(SessionState, "standing") == "locked"


async def test_a_tab_that_was_dead_when_it_came_is_not_cut_again_and_again(
    pipeline: None, cut: list[str]
):
    cookie, actor = a_browser()
    db.transact(sessions.end_all, actor)
    await Connected(cookie).open()
    await session_watch.look(app)
    await session_watch.look(app)
    assert cut == []


async def test_while_nobody_can_say_who_it_is_the_tab_is_empty(
    pipeline: None, monkeypatch: pytest.MonkeyPatch
):
    cookie, _ = a_browser()
    tab = await a_tab(cookie)

    with monkeypatch.context() as outage:
        outage.setattr(runtime, "query", away)
        again = await Connected(cookie, tab.token).open()
    assert PRIVATE not in str(again.seen)
    await again.send(Notebook.read)
    assert await kept(again) == (PRIVATE, "open")


async def test_one_statement_asks_for_all(house: str):
    (one, _), (other, actor) = a_browser(), a_browser()
    ids = [
        cast("UUID", db.query(sessions.find, SYSTEM, cookie=it).session_id) for it in (one, other)
    ]
    db.transact(sessions.end_all, actor)
    found = db.query(sessions.find_standings, SYSTEM, session_ids=ids)
    assert found == {ids[0]: Standing.OPEN, ids[1]: Standing.ENDED}


async def test_in_production_who_owes_a_factor_is_shut_out(
    pipeline: None, cut: list[str], monkeypatch: pytest.MonkeyPatch
):
    """As when the second factor was set up in another browser."""
    cookie, _ = a_therapist(factor=False)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    strict = replace(settings.current(), environment=settings.Environment.PRODUCTION)
    monkeypatch.setattr(settings, "current", lambda: strict)
    await session_watch.look(app)
    assert cut == [tab.token]
    assert await kept(tab) == ("", "ended")
