"""A session that is over, against a running portal: its sockets are shut and its tabs are empty."""

import json
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import websocket

from practice import db
from practice.postgres import Cluster
from practice.services import drafts
from practice.services.accounts import sessions
from practice.state.account.lock import DoorState
from practice.state.drafts import DraftState
from practice.state.framework import session_watch
from practice.state.framework.session import SessionState
from tests.support import running_portal
from tests.support.portal_process import Server
from tests.support.websocket_client import HYDRATE, RawClient, connected

pytestmark = pytest.mark.timeout(300)
PRIVATE = "what Ada told in November"
# Far beyond what is promised: how long it takes is measured by make bench.
PATIENCE = 30


@pytest.fixture(scope="module")
def portal(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("signed-out") / "portal.log"
    with running_portal.shared(postgres, log) as found:
        yield found


def cookie(value: str) -> dict[str, str]:
    return {"cookie": f"practice_session={value}"}


def post(portal: Server, path: str, value: str, **said: str) -> None:
    """As the button of a page does."""
    headers = {**cookie(value), "origin": portal.base}
    body = urllib.parse.urlencode(said).encode()
    request = urllib.request.Request(portal.base + path, body, headers)  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
        answer.read()


def a_tab(portal: Server, value: str) -> RawClient:
    """In which somebody's private text is shown."""
    actor = db.query(sessions.find, running_portal.SYSTEM, cookie=value).actor
    db.transact(drafts.keep, actor, name="letter", text=PRIVATE)
    tab = RawClient(portal.base, **cookie(value))
    tab.send(DraftState.find, {"name": "letter"})
    tab.heard_until(PRIVATE)
    return tab


def told(tab: RawClient, standing: str) -> str:
    return tab.heard_until(f"'standing_rx_state_': '{standing}'", PATIENCE)


def is_shut_and_empty(portal: Server, tab: RawClient, value: str) -> None:
    """The page was told and emptied before, and whoever comes back finds nothing."""
    assert f"'{DraftState.get_full_name()}': {{" in told(tab, "ended")
    assert tab.closed.wait(PATIENCE)
    tab.leave()
    with connected(portal.base, token=tab.token, **cookie(value)) as again:
        said = told(again, "ended")
        again.send(DraftState.find, {"name": "letter"})
        said += again.heard()
    assert PRIVATE not in said


def by_signing_out(portal: Server, value: str) -> None:
    post(portal, "/sign-out", value)


def by_another_browser(portal: Server, value: str) -> None:
    actor = db.query(sessions.find, running_portal.SYSTEM, cookie=value).actor
    other, _ = running_portal.another_browser(actor)
    post(portal, "/sign-out/one", other, session=str(running_portal.session_of(value)))


def by_all_at_once(portal: Server, value: str) -> None:
    actor = db.query(sessions.find, running_portal.SYSTEM, cookie=value).actor
    other, _ = running_portal.another_browser(actor)
    post(portal, "/sign-out/all", other)


def by_another_process(_portal: Server, value: str) -> None:
    db.transact(
        sessions.end_all, db.query(sessions.find, running_portal.SYSTEM, cookie=value).actor
    )


def by_not_moving(_portal: Server, value: str) -> None:
    running_portal.pass_time(value, timedelta(days=14, seconds=1))


def by_its_age(_portal: Server, value: str) -> None:
    running_portal.pass_time(value, timedelta(minutes=1), since=timedelta(days=30, seconds=1))


@pytest.mark.parametrize(
    "ends",
    [
        by_signing_out,
        by_another_browser,
        by_all_at_once,
        by_another_process,
        by_not_moving,
        by_its_age,
    ],
)
def test_every_end_shuts_every_tab(portal: Server, ends: Callable[[Server, str], None]):
    value, _ = running_portal.a_client()
    bystander, _ = running_portal.a_client()
    one, other = a_tab(portal, value), a_tab(portal, value)
    with connected(portal.base, **cookie(bystander)) as stays:
        ends(portal, value)
        is_shut_and_empty(portal, one, value)
        is_shut_and_empty(portal, other, value)
        assert not stays.closed.is_set()
        stays.send(DraftState.keep, {"name": "letter", "text": "still here"})
        stays.heard_until("'letter': 1")


def test_an_idle_hour_locks_every_tab_and_a_code_opens_them(portal: Server):
    value, secret = running_portal.the_therapist()
    one, other = a_tab(portal, value), a_tab(portal, value)
    running_portal.pass_time(value, timedelta(minutes=61))
    for tab in (one, other):
        assert f"'{DraftState.get_full_name()}': {{" in told(tab, "locked")
        tab.send(DraftState.find, {"name": "letter"})
        assert PRIVATE not in tab.heard()
        assert not tab.closed.is_set()
    one.send(DoorState.unlock, {"form": {"code": running_portal.code_of(secret)}})
    for tab in (one, other):
        told(tab, "open")
        tab.send(DraftState.find, {"name": "letter"})
        tab.heard_until(PRIVATE)
        tab.leave()


def test_a_locked_day_ends_at_last(portal: Server):
    value, secret = running_portal.the_therapist()
    tab = a_tab(portal, value)
    running_portal.pass_time(value, timedelta(hours=2))
    told(tab, "locked")
    running_portal.pass_time(value, timedelta(hours=2), since=timedelta(hours=12, seconds=1))
    told(tab, "ended")
    assert tab.closed.wait(PATIENCE)
    tab.leave()
    with connected(portal.base, token=tab.token, **cookie(value)) as again:
        again.send(DoorState.unlock, {"form": {"code": running_portal.code_of(secret)}})
        assert "'standing_rx_state_': 'open'" not in again.heard()


def test_a_page_that_sits_there_does_not_keep_itself_open(portal: Server):
    """Nor one whose line is bad: it connects and loads again and again."""
    value, _ = running_portal.the_therapist()
    with connected(portal.base, **cookie(value)):
        running_portal.pass_time(value, timedelta(minutes=30))
        for _ in range(3):
            with connected(portal.base, **cookie(value)) as again:
                again.heard()
        time.sleep(2 * session_watch.EVERY)
        running_portal.pass_time(value, timedelta(minutes=60, seconds=1))
        with connected(portal.base, **cookie(value)) as last:
            told(last, "locked")


def test_whoever_does_not_take_goodbye_for_an_end_is_cut_off(portal: Server):
    """A program that speaks Engine.IO itself, hears that it is over, and goes on all the same."""
    value, actor = running_portal.a_client()
    address = (
        portal.base.replace("http", "ws")
        + f"/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
    )
    line = websocket.create_connection(
        address, header=[f"Cookie: practice_session={value}"], origin=portal.base, timeout=PATIENCE
    )
    boot = {"name": HYDRATE, "payload": {}, "router_data": {"pathname": "/", "asPath": "/"}}
    line.recv()
    line.send("40/_event," + json.dumps({"event": boot}))
    while SessionState.get_full_name() not in str(line.recv()):
        pass
    db.transact(sessions.end_all, actor)
    said = _until_cut(line)
    assert "41/_event," in said
    assert line.connected is False, [str(one)[:60] for one in said]
    line.shutdown()


def _until_cut(line: Any) -> list[Any]:
    """Answers pings, and nothing else."""
    said: list[Any] = []
    while line.connected:
        try:
            said.append(line.recv())
        except websocket.WebSocketException:
            break
        if said[-1] == "2":
            line.send("3")
    return said
