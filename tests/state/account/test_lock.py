"""The lock of an open page: what opens it, what does not, and that drafts outlive it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import time_machine

from practice import authentication, db
from practice.domain.accounts.sessions import Standing
from practice.domain.actors import SYSTEM
from practice.models.accounts import BrowserSession
from practice.models.security import AuditEntry
from practice.practice import app
from practice.services.accounts import sessions
from practice.state.account.lock import DoorState
from practice.state.drafts import DraftState
from practice.state.framework import session_watch
from practice.state.framework.session import SessionState
from tests import builders
from tests.builders import NOW
from tests.site.account.test_sign_in import a_therapist, code_of
from tests.state.account.test_session_watch import (
    PRIVATE,
    Connected,
    Notebook,
    a_browser,
    a_tab,
    kept,
    namespace,
)
from tests.support.event_client import reflex_running

pytestmark = pytest.mark.anyio
LATER = NOW + timedelta(minutes=61)


@pytest.fixture
async def pipeline(house: str) -> AsyncIterator[None]:
    async with reflex_running():
        yield
        await namespace()._token_manager.disconnect_all()


async def unlock(tab: Connected, code: str) -> str:
    """What stands at the field afterwards."""
    before = tab.shows(DoorState, "answer") or 0
    await tab.send(DoorState.unlock, form={"code": code})
    assert tab.shows(DoorState, "answer") == before + 1
    return tab.shows(DoorState, "error") or ""


async def test_a_code_unlocks_and_the_draft_is_still_there(pipeline: None):
    cookie, secret = a_therapist(factor=True)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    await tab.send(DraftState.keep, name="note", text="half a sen")
    with time_machine.travel(LATER, tick=False):
        await session_watch.look(app)
        assert await kept(tab) == ("", "locked")
        assert await unlock(tab, code_of(secret)) == ""
        assert tab.shows(SessionState, "standing") == "open"
        await tab.send(Notebook.read_as_therapist)
        await tab.send(DraftState.find, name="note")
    assert await kept(tab) == (PRIVATE, "open")
    assert tab.shows(DraftState, "texts") == {"note": "half a sen"}
    assert "factor_shown" in {one.action for one in builders.rows_of(AuditEntry)}


async def test_she_locks_it_by_hand_and_a_code_opens_it(pipeline: None):
    cookie, secret = a_therapist(factor=True)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    await tab.send(DoorState.lock)
    assert await kept(tab) == ("", "locked")
    await tab.send(Notebook.read_as_therapist)
    assert "nothing here" in tab.trouble
    assert await kept(tab) == ("", "locked")
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert await unlock(tab, code_of(secret)) == ""
        await tab.send(Notebook.read_as_therapist)
    assert await kept(tab) == (PRIVATE, "open")
    assert "locked" in {one.action for one in builders.rows_of(AuditEntry)}


async def test_her_other_tabs_lock_with_it_and_another_browser_stays_open(pipeline: None):
    cookie, _ = a_therapist(factor=True)
    here, beside = [await a_tab(cookie, Notebook.read_as_therapist) for _ in range(2)]
    stranger, _ = a_browser()
    other = await a_tab(stranger)
    await here.send(DoorState.lock)
    await session_watch.look(app)
    assert [await kept(one) for one in (beside, other)] == [("", "locked"), (PRIVATE, "open")]


async def test_nothing_that_is_under_way_opens_what_was_locked(pipeline: None):
    """A request that found the session open writes down its use only after the lock."""
    cookie, _ = a_therapist(factor=True)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    await tab.send(DoorState.lock)
    (own,) = builders.rows_of(BrowserSession)
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        db.transact(sessions.touch, SYSTEM, session_id=own.id)
        assert (await authentication.look(cookie)).standing is Standing.LOCKED


async def test_whoever_has_no_code_does_not_lock_themselves_out(pipeline: None):
    cookie, _ = a_therapist(factor=False)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    await tab.send(DoorState.lock)
    assert tab.trouble
    assert await kept(tab) == (PRIVATE, "open")


async def test_the_sheet_says_whose_door_it_is(pipeline: None):
    tab = await Connected("").open()
    await tab.send(DoorState.introduce)
    assert tab.shows(DoorState, "practice") == "Practice"


async def test_the_other_tabs_are_unlocked_with_it(pipeline: None):
    cookie, secret = a_therapist(factor=True)
    one, other = [await a_tab(cookie, Notebook.read_as_therapist) for _ in range(2)]
    with time_machine.travel(LATER, tick=False):
        await session_watch.look(app)
        await unlock(one, code_of(secret))
        await session_watch.look(app)
    assert await kept(other) == ("", "open")


async def test_a_wrong_code_is_said_at_the_field_and_the_sixth_has_to_wait(pipeline: None):
    cookie, secret = a_therapist(factor=True)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    with time_machine.travel(LATER, tick=False):
        await session_watch.look(app)
        said = [await unlock(tab, "000000") for _ in range(6)]
        assert "does not fit" in said[0]
        assert len(set(said[:5])) == 1
        assert "wait a little" in said[5]
        assert "wait a little" in await unlock(tab, code_of(secret))
        assert await kept(tab) == ("", "locked")


async def test_a_code_does_nothing_where_nothing_is_locked(pipeline: None):
    """Not counted, not audited, and for a client and a visitor there is no factor to ask for."""
    cookie, secret = a_therapist(factor=True)
    client, _ = a_browser()
    shown = builders.rows_of(BrowserSession)[0].factor_at
    for said, standing in ((cookie, "open"), (client, "open"), ("", "ended"), ("x", "ended")):
        tab = await Connected(said).open()
        assert await unlock(tab, code_of(secret)) == ""
        assert tab.shows(SessionState, "standing") == standing
    assert builders.rows_of(BrowserSession)[0].factor_at == shown


async def test_what_has_ended_is_not_unlocked(pipeline: None):
    cookie, secret = a_therapist(factor=True)
    tab = await a_tab(cookie, Notebook.read_as_therapist)
    with time_machine.travel(NOW + timedelta(hours=12), tick=False):
        assert await unlock(tab, code_of(secret)) == ""
        assert tab.shows(SessionState, "standing") == "ended"
        await tab.send(Notebook.read_as_therapist)
        assert "nothing here" in tab.trouble


async def test_a_code_unlocks_the_session_of_its_own_cookie_only(pipeline: None):
    cookie, secret = a_therapist(factor=True)
    hers = await a_tab(cookie, Notebook.read_as_therapist)
    stranger, _ = a_browser()
    with time_machine.travel(LATER, tick=False):
        await session_watch.look(app)
        await unlock(await Connected(stranger).open(), code_of(secret))
        await unlock(await Connected("").open(), code_of(secret))
        await session_watch.look(app)
    assert await kept(hers) == ("", "locked")
