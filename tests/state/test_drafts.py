"""Drafts: kept while somebody writes, theirs alone, sealed, and forgotten in time."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine

from practice import db
from practice.domain.actors import SYSTEM, VISITOR, Actor
from practice.domain.errors import BadRequest, NotFound
from practice.models.drafts import Draft
from practice.services import drafts
from practice.state.drafts import DraftState
from tests import builders
from tests.builders import NOW
from tests.site.account.test_sign_in import a_therapist
from tests.state.account.test_session_watch import a_browser
from tests.support.event_client import Tab, reflex_running

NAME = "decline/7KQ2M9"
WORDS = "I am sorry, that week I am away."


def keep(actor: Actor, text: str = WORDS, name: str = NAME) -> None:
    db.transact(drafts.keep, actor, name=name, text=text)


def found(actor: Actor, name: str = NAME) -> str:
    return db.query(drafts.find, actor, name=name)


def test_what_was_kept_is_found_again(house: str):
    writer = builders.a_client()
    assert found(writer) == ""
    keep(writer)
    keep(writer, f"{WORDS} Sorry.")
    assert found(writer) == f"{WORDS} Sorry."
    assert len(builders.rows_of(Draft)) == 1


def test_another_field_and_another_person_have_their_own(house: str):
    writer, other = builders.a_client(), builders.a_client()
    keep(writer)
    keep(other, "Something else")
    assert found(writer, "decline/7KQ2M8") == ""
    assert (found(writer), found(other)) == (WORDS, "Something else")
    db.transact(drafts.drop, other, name=NAME)
    assert (found(writer), found(other)) == (WORDS, "")


def test_it_is_sealed_at_rest(house: str):
    keep(builders.a_client())
    (kept,) = builders.rows_of(Draft)
    assert b"sorry" not in kept.text


def test_what_was_emptied_is_not_kept(house: str):
    writer = builders.a_client()
    keep(writer)
    keep(writer, " \n")
    assert builders.rows_of(Draft) == []


def test_twenty_thousand_characters_and_no_more(house: str):
    writer = builders.a_client()
    keep(writer, "語" * 20_000)
    assert found(writer) == "語" * 20_000
    with pytest.raises(BadRequest):
        keep(writer, "x" * 20_001)


@pytest.mark.parametrize("name", ["", "Decline", "a/b/c", "../a", "a b", "a/", "x" * 41, "a\n"])
def test_a_name_that_no_page_has_is_refused(house: str, name: str):
    writer = builders.a_client()
    for work in (drafts.find, drafts.drop):
        with pytest.raises(BadRequest):
            db.transact(work, writer, name=name)
    with pytest.raises(BadRequest):
        keep(writer, name=name)


def test_a_visitor_has_no_drafts(house: str):
    with pytest.raises(NotFound):
        keep(VISITOR)


def test_after_thirty_days_it_is_forgotten(house: str):
    old, young = builders.a_client(), builders.a_client()
    keep(old)
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        keep(young)
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        assert (found(old), found(young)) == ("", WORDS)
        assert db.transact(drafts.forget, SYSTEM) == 1
    assert [one.account_id for one in builders.rows_of(Draft)] == [young.account_id]


def test_of_too_many_the_oldest_goes(house: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(drafts, "MOST", 3)
    writer, other = builders.a_client(), builders.a_client()
    keep(other)
    for minute in range(5):
        with time_machine.travel(NOW + timedelta(minutes=minute), tick=False):
            keep(writer, name=f"note/{minute}")
    assert [bool(found(writer, f"note/{minute}")) for minute in range(5)] == [False] * 2 + [
        True
    ] * 3
    assert found(other) == WORDS


def test_many_windows_at_once_keep_one(house: str):
    writer = builders.a_client()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: keep(writer, f"version {number}"), range(40)))
    assert len(builders.rows_of(Draft)) == 1
    assert found(writer).startswith("version ")


# In a page


@pytest.fixture
async def pipeline(house: str) -> AsyncIterator[None]:
    async with reflex_running():
        yield


@pytest.mark.anyio
async def test_a_page_keeps_finds_and_drops(pipeline: None):
    cookie, _ = a_browser()
    tab = Tab(cookie=f"practice_session={cookie}")
    await tab.send(DraftState.keep, name=NAME, text=WORDS)
    assert tab.shows(DraftState, "kept") == {NAME: 1}
    assert WORDS not in str(tab.seen), "the page has it already"
    later = Tab(cookie=f"practice_session={cookie}")
    await later.send(DraftState.find, name=NAME)
    assert later.shows(DraftState, "texts") == {NAME: WORDS}
    await later.send(DraftState.drop, name=NAME)
    assert later.shows(DraftState, "texts") == {}
    assert builders.rows_of(Draft) == []


@pytest.mark.anyio
async def test_the_therapist_has_drafts_too_and_a_visitor_none(pipeline: None):
    cookie, _ = a_therapist(factor=True)
    hers = Tab(cookie=f"practice_session={cookie}")
    await hers.send(DraftState.keep, name=NAME, text=WORDS)
    nobody = Tab()
    for handler in (DraftState.find, DraftState.drop):
        await nobody.send(handler, name=NAME)
    await nobody.send(DraftState.keep, name=NAME, text="mine")
    assert nobody.trouble == "There is nothing here, or it is not yours to see."
    assert len(builders.rows_of(Draft)) == 1
