"""Notices: whose they are, what they say, when they count as read, and how they reach a page."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from practice import db
from practice.domain.actors import SYSTEM, VISITOR, Actor, Role
from practice.domain.booking.consequences import FOLLOWS, Fact
from practice.domain.booking.consequences import Notice as Audience
from practice.models.accounts import BrowserSession
from practice.models.messages import Notice
from practice.practice import app
from practice.services.accounts import sessions
from practice.services.booking import cancel
from practice.services.messages import notices
from practice.state.dashboard.frame import ClientState
from practice.state.framework import tabs
from practice.state.messages import live
from practice.state.messages.notices import (
    TO_CLIENT,
    TO_THERAPIST,
    MyNoticesState,
    PortalNoticesState,
)
from practice.state.portal.frame import PortalState
from tests.builders import (
    NOW,
    THERAPIST,
    TOMORROW,
    a_call,
    a_client,
    a_confirmed,
    a_guest,
    a_request,
    change_row,
    rows_of,
    the_time_is,
)
from tests.support.event_client import Tab, reflex_running
from tests.support.signed_in import cookie_for, her_seat, seat_of

pytestmark = pytest.mark.anyio
HYDRATE = "reflex___state____state.hydrate"


def told(actor: Actor) -> list[notices.Told]:
    return db.query(notices.list_newest, actor)


def unread(actor: Actor) -> int:
    return db.query(notices.count_unread, actor)


# Whose they are, and what is read


def test_each_is_told_their_own_and_nobody_else_s(house: str):
    client, other = a_client(), a_client()
    a_confirmed(client)
    a_confirmed(other, TOMORROW + timedelta(hours=3))
    (own,) = told(client)
    assert (own.fact, own.starts_at, own.is_unread) == (Fact.CONFIRMED, TOMORROW, True)
    assert len(told(THERAPIST)) == 2
    for nobody in (VISITOR, SYSTEM, Actor(Role.CLIENT)):
        assert (told(nobody), unread(nobody)) == ([], 0)


def test_the_newest_come_first(house: str):
    client = a_client()
    booked = a_confirmed(client)
    with the_time_is(NOW + timedelta(minutes=5)):
        db.transact(cancel.cancel, client, reference=booked.reference)
    assert [one.fact for one in told(client)] == [Fact.CANCELLED, Fact.CONFIRMED]


def test_nobody_marks_the_notices_of_another(house: str):
    client, other = a_client(), a_client()
    a_confirmed(client)
    ids = [one.id for one in rows_of(Notice)]
    for actor in (other, VISITOR):
        db.transact(notices.mark_read, actor, notices=ids)
    assert (unread(client), unread(THERAPIST)) == (1, 1)
    db.transact(notices.mark_read, THERAPIST, notices=ids)
    assert (unread(client), unread(THERAPIST)) == (1, 0)


def test_one_is_marked_or_several(house: str):
    client = a_client()
    for hours in (0, 3):
        a_confirmed(client, TOMORROW + timedelta(hours=hours))
    db.transact(notices.mark_read, client, notices=[told(client)[0].id])
    assert [one.is_unread for one in told(client)] == [False, True]
    db.transact(notices.mark_read, client, notices=[one.id for one in told(client)])
    assert unread(client) == 0


def test_what_was_read_keeps_its_time(house: str):
    client = a_client()
    a_confirmed(client)
    for later in (0, 5):
        with the_time_is(NOW + timedelta(minutes=later)):
            db.transact(notices.mark_read, client, notices=[one.id for one in told(client)])
    (own,) = rows_of(Notice, Notice.account_id == client.account_id)
    assert own.read_at == NOW


def test_only_the_newest_are_listed_and_counted(house: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(notices, "NEWEST", 2)
    for hours in (0, 2, 4):
        a_confirmed(a_client(), TOMORROW + timedelta(hours=hours))
    assert (len(told(THERAPIST)), unread(THERAPIST)) == (2, 2)


@pytest.mark.parametrize("audience", Audience)
def test_there_are_words_for_every_notice_that_is_written(audience: Audience):
    said = TO_CLIENT if audience is Audience.FOR_CLIENT else TO_THERAPIST
    assert set(said) == {fact for fact in Fact if audience in FOLLOWS[fact]}


# What the pages say


def links() -> Any:
    """What the server knows of sockets."""
    namespace: Any = app.event_namespace
    return namespace._token_manager


@pytest.fixture
async def pipeline(house: str) -> AsyncIterator[str]:
    async with reflex_running():
        yield house
        await links().disconnect_all()


async def test_a_client_reads_what_happened_in_their_language(pipeline: str):
    client = a_client()
    a_confirmed(client)
    tab = seat_of(client, "/me/notices")
    await tab.send(MyNoticesState.load)
    (own,) = tab.shows(MyNoticesState, "notices")
    assert own.said == "Your appointment on Tuesday 24\xa0November at 09:00 is confirmed."
    assert own.line == "Individual. Today at 08:00."
    tab = seat_of(client, "/it/me/notices")
    await tab.send(MyNoticesState.load)
    assert tab.shows(MyNoticesState, "notices")[0].said == (
        "Il suo appuntamento di martedì 24\xa0novembre alle 09:00 è confermato."
    )


async def test_the_therapist_reads_who_it_was(pipeline: str):
    a_call(a_guest(name="Noor Alderby"))
    tab = her_seat("/portal/notices")
    await tab.send(PortalNoticesState.load)
    (own,) = tab.shows(PortalNoticesState, "notices")
    assert own.said.startswith("The appointment with Noor Alderby on Tuesday 24")


async def test_what_was_seen_is_read_and_stays_marked_on_this_view(pipeline: str):
    client = a_client()
    a_confirmed(client)
    tab = seat_of(client, "/me/notices")
    await tab.send(MyNoticesState.load)
    assert (tab.shows(ClientState, "unread"), unread(client)) == (1, 1)
    with the_time_is(NOW + timedelta(minutes=1)):
        a_request(client, TOMORROW + timedelta(hours=3))
    await tab.send(MyNoticesState.was_seen)
    assert tab.shows(MyNoticesState, "notices")[0].is_new
    # What came meanwhile was not shown.
    assert (tab.shows(ClientState, "unread"), unread(client)) == (1, 1)
    await tab.send(MyNoticesState.load)
    assert [one.is_new for one in tab.shows(MyNoticesState, "notices")] == [True, False]


async def test_nobody_opens_the_notices_of_the_other_side(pipeline: str):
    of_client, hers = seat_of(a_client(), "/portal/notices"), her_seat("/me/notices")
    for tab, state in ((of_client, PortalNoticesState), (hers, MyNoticesState)):
        await tab.send(state.load)
        assert tab.shows(state, "loaded") is not True
        assert tab.trouble


# How they reach an open page


class Open(Tab):
    """A tab whose socket the server knows, and what its state holds."""

    def __init__(self, cookie: str, frame: Any, path: str = "/me") -> None:
        super().__init__(cookie=cookie, path=path)
        self.frame, self.socket = frame, str(uuid.uuid4())

    async def open(self) -> "Open":
        await links().link_token_to_sid(self.token, self.socket)
        await self.send_raw(HYDRATE, {})
        return self

    async def count(self) -> int:
        async with tabs.opened(app, self.token) as state:
            return (await state.get_state(self.frame)).unread

    async def counts(self, wanted: int) -> None:
        while await self.count() != wanted:  # noqa: ASYNC110 - the page is looked at, it rings nothing
            await asyncio.sleep(0.01)

    def _router_data(self) -> dict[str, Any]:
        return {**super()._router_data(), "sid": self.socket}


async def at_a_page(client: Actor, path: str = "/me") -> Open:
    assert client.account_id
    return await Open(cookie_for(client.account_id), ClientState, path).open()


async def her_page(path: str = "/portal") -> Open:
    return await Open(her_seat().cookie, PortalState, path).open()


async def state_of(page: Open, state: Any) -> Any:
    async with tabs.opened(app, page.token) as root:
        return await root.get_state(state)


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[None]:
    task = asyncio.create_task(live.listen(app, url))
    yield
    task.cancel()
    await asyncio.gather(task, *live._ringing, return_exceptions=True)


async def elsewhere(work: Any, *said: Any) -> Any:
    """As another process does it."""
    return await asyncio.to_thread(work, *said)


async def test_a_notice_reaches_every_page_of_the_one_it_is_for_and_nobody_else_s(pipeline: str):
    client, other = a_client(), a_client()
    pages = [await at_a_page(client), await at_a_page(client)]
    others, hers = await at_a_page(other), await her_page()
    async with listening(pipeline):
        await elsewhere(a_confirmed, client)
        for page in (*pages, hers):
            await page.counts(1)
        # Whoever is told nothing is asked last, when all the others have been told.
        await elsewhere(a_confirmed, other, TOMORROW + timedelta(hours=3))
        await others.counts(1)
        await hers.counts(2)
        assert [await page.count() for page in pages] == [1, 1]


async def test_what_is_read_in_one_page_is_read_in_the_others(pipeline: str):
    client = a_client()
    page = await at_a_page(client)
    async with listening(pipeline):
        await elsewhere(a_confirmed, client)
        await page.counts(1)
        shown = [one.id for one in told(client)]
        await elsewhere(lambda: db.transact(notices.mark_read, client, notices=shown))
        await page.counts(0)


LISTS = [
    ("/me/notices", MyNoticesState, "Your appointment on Tuesday 24\xa0November at 09:00"),
    ("/it/me/notices", MyNoticesState, "Il suo appuntamento di martedì 24\xa0novembre alle 09:00"),
    ("/portal/notices", PortalNoticesState, "The appointment with Client"),
]


@pytest.mark.parametrize(("path", "state", "words"), LISTS, ids=[one[0] for one in LISTS])
async def test_the_list_on_an_open_page_grows_and_says_what_came(
    pipeline: str, path: str, state: Any, words: str
):
    client = a_client()
    hers = state is PortalNoticesState
    page = await (her_page(path) if hers else at_a_page(client, path))
    await page.send(state.load)
    async with listening(pipeline):
        await elsewhere(a_confirmed, client)
        await page.counts(1)
    found = await state_of(page, state)
    assert [one.is_new for one in found.notices] == [True]
    assert found.heard == found.notices[0].said
    assert found.heard.startswith(words)
    assert found.readings == 2


async def test_what_was_new_on_a_view_stays_marked_when_the_next_arrives(pipeline: str):
    client = a_client()
    a_confirmed(client)
    page = await at_a_page(client, "/me/notices")
    await page.send(MyNoticesState.load)
    await page.send(MyNoticesState.was_seen)
    async with listening(pipeline):
        await elsewhere(a_request, client, TOMORROW + timedelta(hours=3))
        await page.counts(1)
    assert [one.is_new for one in (await state_of(page, MyNoticesState)).notices] == [True, True]


async def test_a_list_that_only_was_read_elsewhere_stays_as_it_is(pipeline: str):
    client = a_client()
    a_confirmed(client)
    page = await at_a_page(client, "/me/notices")
    await page.send(MyNoticesState.load)
    async with listening(pipeline):
        shown = [one.id for one in told(client)]
        await elsewhere(lambda: db.transact(notices.mark_read, client, notices=shown))
        await page.counts(0)
    found = await state_of(page, MyNoticesState)
    assert (found.readings, found.heard, found.notices[0].is_new) == (1, "", True)


async def test_other_pages_read_no_list(pipeline: str):
    client = a_client()
    page = await at_a_page(client)
    async with listening(pipeline):
        await elsewhere(a_confirmed, client)
        await page.counts(1)
    assert (await state_of(page, MyNoticesState)).notices == []


@pytest.mark.parametrize("event", [MyNoticesState.load, MyNoticesState.was_seen])
async def test_a_page_that_says_by_itself_what_was_seen_keeps_no_session_open(
    pipeline: str, event: Any
):
    client = a_client()
    a_confirmed(client)
    tab = seat_of(client, "/me/notices")
    await tab.send(MyNoticesState.load)
    with the_time_is(NOW + timedelta(minutes=30)):
        await tab.send(event)
        (session,) = rows_of(BrowserSession)
    is_use = event is MyNoticesState.load
    assert session.last_used_at == (NOW + timedelta(minutes=30) if is_use else NOW)


async def test_what_was_missed_while_the_line_was_cut_is_made_up_for(
    pipeline: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live, "PAUSE", 0.01)
    client = a_client()
    page = await at_a_page(client)
    async with listening(pipeline):
        await elsewhere(a_confirmed, client)
        await page.counts(1)
        a_request(client, TOMORROW + timedelta(hours=3))
        cut(pipeline)
        await page.counts(2)


def cut(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as line:
        line.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN notices%' AND datname = current_database()"
        )


async def test_a_busy_page_keeps_no_other_waiting(pipeline: str):
    client = a_client()
    busy, free = await at_a_page(client), await at_a_page(client)
    async with listening(pipeline):
        async with tabs.opened(app, busy.token):
            await elsewhere(a_confirmed, client)
            await free.counts(1)
        await busy.counts(1)


async def test_a_session_that_ended_meanwhile_is_told_nothing(pipeline: str):
    client = a_client()
    page = await at_a_page(client)
    tabs.rebind(page.socket, sessions.NOBODY.standing)
    a_confirmed(client)
    await live._tell(app, page.token, client)
    assert await page.count() == 0
    assert len(rows_of(BrowserSession)) == 1


async def test_one_page_that_cannot_be_told_stops_nobody(
    pipeline: str, monkeypatch: pytest.MonkeyPatch
):
    client = a_client()
    broken, whole = await at_a_page(client), await at_a_page(client)
    real = tabs.opened

    def opened(of: Any, token: str) -> Any:
        if token == broken.token:
            raise RuntimeError("the tab is gone")
        return real(of, token)

    async with listening(pipeline):
        monkeypatch.setattr(tabs, "opened", opened)
        await elsewhere(a_confirmed, client)
        await whole.counts(1)


def test_a_merged_person_keeps_what_is_theirs(house: str):
    client = a_client()
    a_confirmed(client)
    change_row(Notice, Notice.account_id == client.account_id, account_id=a_client().account_id)
    assert (told(client), unread(client)) == ([], 0)
