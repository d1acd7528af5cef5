"""Who may call what: every event handler and every address, as each of eight people, for what is
their own, another's and missing."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from inspect import get_annotations
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
from psycopg import sql
from reflex.compiler.utils import compile_state
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import json_dumps
from sqlmodel import select

from practice import build, db, i18n, practice, settings
from practice.domain.actors import Actor, Role
from practice.models.booking import Booking
from practice.pages import Route as Page
from practice.postgres import Cluster
from practice.services import access
from practice.state import styleguide
from practice.state.dashboard.frame import ClientState
from practice.state.framework import tabs
from tests import builders
from tests.architecture.test_settings import COMPLETE
from tests.builders import ASKED, CALL, GROUP, PAID, the_time_is
from tests.conftest import admin, create
from tests.support import access_matrix, entry_points, portal_process
from tests.support.access_matrix import NAMED, Matrix
from tests.support.event_client import Tab, reflex_running
from tests.support.http_client import ORIGIN
from tests.support.matrix_people import ACTORS, HIDDEN, MOMENT, PUBLISHED, WORDS, furnished
from tests.support.table_diff import Ledger
from tests.support.websocket_client import HYDRATE

pytestmark = pytest.mark.anyio
# At least: what was proven once stays proven.
CELLS = 1666
SILENT = 410
HANDLERS, ROUTES = access_matrix.rows("handler"), access_matrix.rows("route")


@pytest.fixture(scope="module")
def furnished_house(postgres: Cluster, template: str) -> Iterator[Matrix]:
    name = f"matrix_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    create(postgres, name, template)
    db.connect(postgres.url(database=name))
    cast = furnished()
    ledger = Ledger(postgres.url("postgres", name))
    yield Matrix(cast, ledger)
    ledger.connection.close()
    db.disconnect()
    with admin(postgres) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def eight(furnished_house: Matrix, monkeypatch: pytest.MonkeyPatch) -> Iterator[Matrix]:
    """At noon; nothing waits only to look as if it had taken long."""
    quick = replace(settings.current(), answer_floor=timedelta(0))
    monkeypatch.setattr(settings, "current", lambda: quick)
    monkeypatch.setattr(practice, "configured", quick)
    monkeypatch.setattr(styleguide, "A_MOMENT", 0)
    with the_time_is(MOMENT):
        yield furnished_house


# Everything is listed


def unlisted(found: Iterable[str], listed: Iterable[str]) -> list[str]:
    missing, gone = {*found} - {*listed}, {*listed} - {*found}
    return sorted(
        [*(f"{one} has no row" for one in missing), *(f"{one} is not there" for one in gone)]
    )


def rows_beside(said: dict[str, Any], *, in_production: bool) -> list[str]:
    """What of all that a browser can call has no row; and each row of something that is gone."""
    ours = [name for name, full in said["handlers"].items() if entry_points.is_ours(full)]
    brought = [
        name
        for name, full in said["handlers"].items()
        if not entry_points.is_ours(full) and not name.endswith(".setvar")
    ]
    there = [
        {name for name, row in rows.items() if not (in_production and row.get("development"))}
        for rows in (HANDLERS, ROUTES)
    ]
    return [
        *unlisted(ours, there[0]),
        *unlisted(brought, access_matrix.table()["framework"]),
        *unlisted(said["routes"], there[1]),
    ]


def test_every_handler_and_every_address_has_a_row():
    said = {"handlers": entry_points.handlers(), "routes": entry_points.routes()}
    assert rows_beside(said, in_production=False) == []


def said_in(environment: dict[str, str]) -> dict[str, Any]:
    """By a process of its own: what was imported here stays imported."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.entry_points"],
        cwd=settings.ROOT,
        env=portal_process.clean_environment(**environment),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_in_production_there_is_what_the_table_says_and_nothing_else():
    assert rows_beside(said_in(COMPLETE), in_production=True) == []


def test_what_has_no_row_and_a_row_of_nothing_are_named():
    assert unlisted(["State.new", "GET /"], ["GET /", "GET /old"]) == [
        "GET /old is not there",
        "State.new has no row",
    ]


FOR_PROGRAMS = ("/_event", "/api/", "/dev/", "/healthz", "/readyz", "/metrics")
# A page behind a letter speaks the language of its booking.
FOR_PROGRAMS = (*FOR_PROGRAMS, "/robots.txt", "/sitemap.xml", "/feedback/", "/booked/", "/manage/")


def test_every_address_for_people_is_there_in_both_languages():
    only_one = [name for name, codes in entry_points.routes().items() if codes != i18n.LANGUAGES]
    assert only_one
    assert [one for one in only_one if not one.partition(" ")[2].startswith(FOR_PROGRAMS)] == []


@pytest.mark.parametrize("name", [*HANDLERS, *ROUTES])
def test_a_row_that_allows_something_says_what_it_does(name: str):
    """Or a matrix in which everything is refused would pass."""
    row = {**HANDLERS, **ROUTES}[name]
    effects = {"changes", "sets", "tells", "shows"}
    assert not any(row.may.values()) or effects & row.said.keys()


def test_the_matrix_is_as_large_as_it_was(eight: Matrix):
    asked = [(row, 1) for row in HANDLERS.values()]
    asked += [(ROUTES[name], len(codes)) for name, codes in entry_points.routes().items()]
    silent = [cell for row in HANDLERS.values() for cell in access_matrix.cells(row, eight.cast)]
    asked_silently = sum(cell.whose == "own" for cell in silent)
    print(f"cells of the socket that never spoke: {asked_silently}")
    assert asked_silently >= SILENT
    count = sum(times * len([*access_matrix.cells(row, eight.cast)]) for row, times in asked)
    print(f"cells: {count}")
    assert count >= CELLS


# Every cell


@pytest.mark.parametrize("name", HANDLERS)
async def test_a_handler_does_its_work_for_whom_it_is_and_is_not_there_for_others(
    eight: Matrix, name: str
):
    async with reflex_running():
        wrong = await eight.judge_handler(HANDLERS[name])
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", HANDLERS)
async def test_a_socket_that_never_spoke_hears_of_no_handler(eight: Matrix, name: str):
    assert access_matrix.table()["silent"] == {"may": "no"}
    async with reflex_running():
        wrong = await eight.judge_silence(HANDLERS[name])
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("name", "language"),
    [(name, code) for name, codes in entry_points.routes().items() for code in codes],
)
async def test_an_address_answers_those_whom_it_is_for(eight: Matrix, name: str, language: str):
    with access_matrix.at_the_door() as door:
        wrong = await eight.judge_route(ROUTES[name], language, door)
    assert not wrong, "\n".join(wrong)


# What is there without a row


METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
PATHS = sorted({name.partition(" ")[2] for name in ROUTES} - {"/_event"})


@pytest.mark.parametrize("path", PATHS)
async def test_a_method_without_a_row_opens_nothing(eight: Matrix, path: str):
    """HEAD tells what GET does, or nothing."""
    address = path.format(
        slug=PUBLISHED,
        token="on-paper",
        letter="nothing",
        reference="AAA-000-AA",
        session_type=CALL,
    )
    with access_matrix.at_the_door() as door:
        for actor in ("nobody", "A", "therapist"):
            cookie = eight.cookies(actor)
            for method in METHODS:
                if f"{method} {path}" in ROUTES:
                    continue
                ask = door.browsers[actor].request
                found = await ask(method, address, headers={"cookie": cookie})
                allowed = {404, 405}
                if method == "HEAD" and f"GET {path}" in ROUTES:
                    seen = await ask("GET", address, headers={"cookie": cookie})
                    allowed = {seen.status_code, 405}
                assert found.status_code in allowed, f"{method} {path} × {actor}"
                assert access_matrix.leaks(eight.cast, actor, found.text) == []
    assert eight.ledger.changed() == set()


ABSENT = ("/_all_routes", "/ping", "/_upload", "/_upload/x", "/_health", "/_event", "/_event/")
ABSENT = (*ABSENT, "/portal/none", "/me/none", "/api/none", "/dev/none", "/it/_upload", "/manage")


@pytest.mark.parametrize("path", ABSENT)
async def test_what_is_not_there_is_there_for_nobody(eight: Matrix, path: str):
    with access_matrix.at_the_door() as door:
        answers = [
            await door.browsers[actor].get(path, headers={"cookie": eight.cookies(actor)})
            for actor in ACTORS
        ]
        sent = await door.browsers["therapist"].post(path)
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1
    assert sent.status_code in {404, 405}


@pytest.mark.parametrize(
    ("path", "origin", "heard"),
    [
        ("/_event", "https://evil.example", 4403),
        ("/_event", "", 4403),
        ("/", ORIGIN, 4404),
        ("/_upload", ORIGIN, 4404),
    ],
)
async def test_a_socket_opens_at_one_address_and_for_our_own_pages(
    eight: Matrix, path: str, origin: str, heard: int
):
    headers = [(b"origin", origin.encode()), (b"cookie", eight.cookies("therapist").encode())]
    with access_matrix.at_the_door() as door:
        assert await access_matrix.opened(door.app, path, headers) == [
            {"type": "websocket.close", "code": heard}
        ]


# What Reflex brings along


PLANTED = "planted by a stranger"
A_VARIABLE = f"{ClientState.get_full_name()}.name_rx_state_"
MISUSED = {
    "State.hydrate": {},
    "State.hydrate_and_load": {"vars": {A_VARIABLE: PLANTED}, "hashes": None},
    "State.set_is_hydrated": {"value": True},
    "OnLoadInternalState.on_load_internal": {},
    "OnLoadInternalState.set_is_hydrated": {"value": True},
    "UpdateVarsInternalState.update_vars_internal": {"vars": {A_VARIABLE: PLANTED}},
    "FrontendEventExceptionState.handle_frontend_exception": {
        "info": PLANTED,
        "component_stack": PLANTED,
    },
}


@pytest.mark.parametrize("name", access_matrix.table()["framework"])
@pytest.mark.parametrize("path", ["/me", "/portal"])
async def test_what_reflex_brings_along_opens_nothing(eight: Matrix, name: str, path: str):
    async with reflex_running():
        for actor in ACTORS:
            tab = Tab(cookie=eight.cookies(actor), path=path)
            await tab.send_raw(entry_points.handlers()[name], MISUSED[name])
            text = access_matrix.text_of(tab)
            assert access_matrix.leaks(eight.cast, actor, text) == [], f"{name} × {actor}"
            assert PLANTED not in text
    assert eight.ledger.changed() == set()


def states() -> dict[str, Any]:
    """Ours, by the name of the handler that Reflex adds to each."""
    every = RegistrationContext.get().event_handlers
    setters = {name: full for name, full in entry_points.handlers().items() if "setvar" in name}
    return {name: every[full].states[0] for name, full in setters.items() if ".practice___" in full}


async def test_no_variable_can_be_set_from_outside(eight: Matrix):
    async with reflex_running():
        for name, state in states().items():
            assert [one for one in vars(state) if one.startswith("set_")] == []
            tab = Tab(cookie=eight.cookies("A"), path="/")
            # A private one comes first.
            variable = min(get_annotations(state), default="name")
            said = {"var_name": variable, "value": PLANTED}
            with suppress(AttributeError):
                await tab.send_raw(entry_points.handlers()[name], said)
            assert PLANTED not in access_matrix.text_of(tab), f"{name} × {variable}"
    assert eight.ledger.changed() == set()


# AZ4: what is sent before anybody asks


def defaults() -> dict[str, Any]:
    """What the compiler writes into every page."""
    return compile_state(rx.State)


def test_a_page_is_compiled_without_anything_of_anybody(eight: Matrix):
    """With the database at hand, of which it may not know."""
    text = json_dumps(defaults())
    words = [word for words in eight.cast.tells.values() for word in words]
    assert [word for word in words if word.lower() in text.lower()] == []
    assert private_in(defaults()) == []


def private_in(delta: dict[str, Any]) -> list[str]:
    return [name for values in delta.values() for name in values if name.startswith("_")]


@pytest.mark.parametrize("code", i18n.LANGUAGES)
@pytest.mark.parametrize("page", practice.pages, ids=lambda page: page.path)
async def test_the_first_frame_of_a_page_holds_what_is_for_whom_looks(
    eight: Matrix, page: Page, code: str
):
    known = {name: values for name, values in defaults().items() if ".practice___" in name}
    async with reflex_running():
        for actor in ACTORS:
            tab = Tab(cookie=eight.cookies(actor), path=i18n.path_in(code, page.path))
            await tab.send_raw(HYDRATE, {"vars": {}, "hashes": None})
            text = access_matrix.text_of(tab)
            assert access_matrix.leaks(eight.cast, actor, text) == [], actor
            assert [name for delta in tab.heard for name in private_in(delta)] == []
            is_theirs = page.role is not Role.PUBLIC and ROUTES[f"GET {page.path}"].may[actor]
            # One that picks a time loads by its own first event.
            if is_theirs and page.on_load:
                loads = page.on_load.fn.__qualname__
                assert not HANDLERS[loads].get("tells") or WORDS.get(actor, WORDS["house"]) in text
            else:
                assert kept_back(tab, known) == {}, actor


def kept_back(tab: Tab, known: dict[str, Any]) -> dict[str, Any]:
    """What is not as it was compiled. That something was refused may be said, and whether there is
    a session at all."""
    return {
        f"{state}.{name}": value
        for delta in tab.heard
        for state, values in delta.items()
        for name, value in values.items()
        if state in known
        and "trouble" not in state
        and known[state].get(name) != value
        and not (name.startswith("standing") and value in {"open", "locked", "ended"})
    }


def built() -> list[Path]:
    """If there is a build."""
    kinds = {".html", ".js", ".json", ".css", ".map"}
    return [path for path in sorted(build.OUTPUT.rglob("*")) if path.suffix in kinds]


def test_what_was_built_tells_nothing_of_anybody():
    people = tomllib.loads((settings.ROOT / "practice/sample/people.toml").read_text())
    said = [one["email"] for one in people["people"] if "email" in one]
    declared = [name for state in states().values() for name in get_annotations(state)]
    said += [f"{name}_rx_state_" for name in declared if name.startswith("_")]
    assert said
    for path in built():
        text = path.read_text()
        assert [word for word in said if word in text] == [], path.name


# AZ5: the gate


@pytest.mark.parametrize("actor", ["nobody", "guest", "before", "idle"])
@pytest.mark.parametrize(
    ("slug", "status", "code"),
    [
        (PAID, 403, "discovery_required"),
        (ASKED, 403, "discovery_required"),
        (GROUP, 403, "discovery_required"),
        (HIDDEN, 404, "not_found"),
    ],
)
async def test_nothing_but_the_call_is_booked_before_the_gate(
    eight: Matrix, actor: str, slug: str, status: int, code: str
):
    wish = {**ROUTES["POST /api/bookings"].get("json"), "session_type": slug}
    headers = {"cookie": eight.cookies(actor), "idempotency-key": "a wish"}
    with access_matrix.at_the_door() as door:
        answer = await door.browsers[actor].post("/api/bookings", json=wish, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert eight.ledger.changed() == set()


# What anybody with an account may change without a word about appointments.
OF_ONES_OWN = {"audit_entries", "calendar_feeds", "drafts", "notices"}


@pytest.mark.parametrize("actor", ["guest", "before"])
async def test_nobody_opens_the_gate_by_the_own_call_once_it_has_begun(eight: Matrix, actor: str):
    """Every handler there is, with the reference in its place."""
    call = eight.cast.own["call"][actor]
    before = eight.ledger.gate()
    begun = builders.appointment_of(call).starts_at + timedelta(minutes=5)
    async with reflex_running():
        with the_time_is(begun):
            for name, row in HANDLERS.items():
                tab = Tab(cookie=eight.cookies(actor), path="/")
                payload = json.loads(NAMED.sub(call, json.dumps(row.get("payload", {}))))
                await tab.send_raw(entry_points.handlers()[name], payload)
    assert eight.ledger.gate() == before
    changed = eight.ledger.changed()
    eight.ledger.restore(changed)
    assert changed <= OF_ONES_OWN


# The walls one by one, taken down in these tests only


BY_REFERENCE = ("MeState.ask", "MeState.cancel")


@pytest.fixture
def no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first wall: the words of access.py."""
    monkeypatch.setattr(access, "bookings", lambda _actor: select(Booking))


@pytest.fixture
def no_policy(eight: Matrix) -> Iterator[None]:
    """The second: the database's own."""
    eight.ledger.remove_policies()
    yield
    eight.ledger.remove_policies(back=True)


async def judged(eight: Matrix, *names: str) -> list[str]:
    async with reflex_running():
        return [wrong for name in names for wrong in await eight.judge_handler(HANDLERS[name])]


async def test_a_filter_that_was_forgotten_changes_no_cell(eight: Matrix, no_filter: None):
    assert await judged(eight, "MeState.load", *BY_REFERENCE) == []


async def test_a_policy_that_is_missing_changes_no_cell(eight: Matrix, no_policy: None):
    assert await judged(eight, "MeState.load", *BY_REFERENCE) == []


async def test_with_both_walls_down_the_matrix_sees_it(
    eight: Matrix, no_filter: None, no_policy: None
):
    wrong = "\n".join(await judged(eight, *BY_REFERENCE))
    for cell in ("MeState.ask × A × another's", "MeState.cancel × before × another's"):
        assert f"{cell} ends as ['done'] where not_found was expected" in wrong
    assert "MeState.cancel × B × another's changed ['appointments'" in wrong


async def test_a_wire_that_asks_nobody_is_seen_in_the_column_of_the_silent_socket(
    eight: Matrix, monkeypatch: pytest.MonkeyPatch
):
    """As it was: whoever has the token hears."""
    monkeypatch.setattr(tabs, "listener", tabs.current_socket)
    async with reflex_running():
        wrong = await eight.judge_silence(HANDLERS["MeState.load"])
    assert any("tells a socket that never spoke" in one for one in wrong)


async def test_without_the_guard_nothing_is_shown_or_changed(
    eight: Matrix, monkeypatch: pytest.MonkeyPatch
):
    """It would answer in other words; what is behind it still asks who it is."""
    monkeypatch.setattr(Actor, "may_act_as", lambda *_: True)
    wrong = await judged(eight, *(name for name in HANDLERS if name.startswith("TodayState.")))
    assert wrong, "the matrix sees that the guard is gone"
    assert [one for one in wrong if " changed [" in one or " shows " in one] == []
