"""A socket that took over a tab's token and never spoke: whatever is pushed, it hears nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from practice import clock, db
from practice.models.messages import Notice
from practice.postgres import Cluster
from practice.practice import app
from practice.services.accounts import sessions
from practice.state.drafts import DraftState
from tests.builders import change_row, rows_of
from tests.support import running_portal
from tests.support.websocket_client import RawClient, connected, silent_with

pytestmark = pytest.mark.timeout(300)
LIST = "/me/notices"


@dataclass(frozen=True)
class House:
    base: str
    notice: UUID


@pytest.fixture(scope="module")
def house(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """With a notice of the sample, which each test gives to the person it is about."""
    assert app, "imported, so that the handlers of every page are registered"
    log = tmp_path_factory.mktemp("silent") / "portal.log"
    with running_portal.shared(postgres, log, PRACTICE_LIMIT_NEW_SOCKETS="10000/60") as portal:
        notice = next(one.id for one in rows_of(Notice) if one.account_id)
        yield House(portal.base, notice)


def cookie_of(value: str) -> dict[str, str]:
    return {"cookie": f"practice_session={value}"}


def ring(house: House, actor: Any) -> None:
    """The database says that something happened, and the bell tells every tab of the person."""
    for read_at in (clock.now(), None):
        change_row(Notice, Notice.id == house.notice, account_id=actor.account_id, read_at=read_at)


@contextmanager
def at_list(house: House, value: str) -> Iterator[RawClient]:
    with connected(house.base, path=LIST, **cookie_of(value)) as page:
        page.heard_until("'is_hydrated_rx_state_': True", seconds=20)
        yield page


def test_h1_who_takes_a_token_over_and_says_nothing_is_not_rung(house: House):
    value, actor = running_portal.a_client()
    with connected(house.base, path=LIST, **cookie_of(value)) as other:
        other.heard()
        with at_list(house, value) as left:
            pass
        with silent_with(house.base, left.token) as silent:
            assert not silent.new_token, "the token was free, so the stranger has it now"
            ring(house, actor)
            other.heard_until("'unread_rx_state_': 1", seconds=20)
            assert silent.heard() == "[]"


def test_h1_a_page_that_comes_back_and_is_asked_is_rung_again(house: House):
    """So that the tests beside this one do not pass because nobody is ever rung."""
    value, actor = running_portal.a_client()
    with at_list(house, value) as left:
        pass
    with connected(house.base, path=LIST, token=left.token, **cookie_of(value)) as page:
        page.heard_until("'is_hydrated_rx_state_': True", seconds=20)
        assert not page.new_token
        ring(house, actor)
        page.heard_until("'unread_rx_state_': 1", seconds=20)


def test_h1_the_watch_tells_a_silent_socket_nothing_and_lets_it_be(house: House):
    value, actor = running_portal.a_client()
    with connected(house.base, **cookie_of(value)) as other:
        other.heard()
        with at_list(house, value) as left:
            pass
        with silent_with(house.base, left.token) as silent:
            db.transact(sessions.end_all, actor)
            assert other.closed.wait(10), "the watch has looked"
            assert silent.heard() == "[]"
            assert not silent.closed.is_set()


def test_h1_what_a_handler_still_answers_reaches_no_socket_that_came_later(house: House):
    """The page asked forty times and left: the answers are for nobody."""
    value, _ = running_portal.a_client()
    for _try in range(5):
        with at_list(house, value) as page:
            for number in range(15):
                page.send(DraftState.keep, {"name": "letter", "text": f"{number}"})
                page.send(DraftState.find, {"name": "letter"})
        with silent_with(house.base, page.token) as silent:
            assert not silent.new_token
            assert silent.heard() == "[]"
