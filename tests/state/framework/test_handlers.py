"""Event handlers: declared one way, checked every time, kind when they fail."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import reflex as rx
import structlog
from reflex_base.registry import RegistrationContext

from practice.domain.actors import Role
from practice.domain.errors import NotFound
from practice.state.framework.handler import handler
from practice.state.framework.shell import ShellState
from practice.state.framework.trouble import TroubleState
from tests.support.event_client import Tab, reflex_running

pytestmark = pytest.mark.anyio


class Desk(rx.State):
    """A state as the portal will have many; its module name puts it beside the portal's own."""

    written: str = ""
    _kept: str = ""

    @handler(Role.PUBLIC)
    async def write(self, title: str, times: int = 1) -> None:
        self.written = title * times
        self._kept = "private"

    @handler(Role.PUBLIC)
    async def fill(self, form: dict[str, str]) -> None:
        self.written = ",".join(sorted(form))

    @handler(Role.CLIENT)
    async def for_clients(self) -> None:
        self.written = "a client was here"

    @handler(Role.THERAPIST)
    async def for_the_therapist(self) -> None:
        self.written = "the therapist was here"

    @handler(Role.PUBLIC)
    async def breaks(self) -> None:
        self.written = "half"
        raise ValueError("anna@example.org told me")

    @handler(Role.PUBLIC)
    async def refuses(self) -> None:
        raise NotFound


@pytest.fixture
async def tab() -> AsyncIterator[Tab]:
    async with reflex_running():
        yield Tab()


class Careless(rx.State):
    """What must never be written: Reflex makes each of these callable from any browser."""

    word: str = ""

    def helper(self) -> None:
        self.word = "changed"

    @rx.event
    async def undeclared(self) -> None:
        self.word = "changed"


def without_a_role(package: str) -> list[str]:
    """Every public method of a state becomes an entry of the registry, decorated or not."""
    return [
        name
        for name, entry in RegistrationContext.get().event_handlers.items()
        if f".{package}___" in name
        # Reflex gives every state a setvar; it refuses unless auto setters are on.
        and not name.endswith(".setvar")
        and not isinstance(getattr(entry.handler.fn, "role", None), Role)
    ]


def test_every_handler_of_ours_is_declared_with_a_role():
    registered = RegistrationContext.get().event_handlers
    assert [name for name in registered if name.endswith("shell____shell_state.dismiss")]
    assert without_a_role("practice") == []


def test_a_handler_without_a_role_and_a_public_helper_would_be_found():
    found = {name.rpartition(".")[2] for name in without_a_role("tests")}
    assert found == {"helper", "undeclared"}


@pytest.mark.parametrize(
    ("name", "payload"),
    [("helper", {}), ("undeclared", {}), ("setvar", {"var_name": "word", "value": "changed"})],
)
async def test_what_nobody_declared_is_not_run(tab: Tab, name: str, payload: dict[str, Any]):
    await tab.send_raw(f"{Careless.get_full_name()}.{name}", payload)
    assert tab.shows(Careless, "word") != "changed"
    assert tab.trouble == ""


def test_a_handler_must_be_async_and_typed():
    def not_async(self: Any) -> Any:
        del self

    with pytest.raises(TypeError, match="async"):
        handler(Role.PUBLIC)(not_async)

    async def untyped(self: Any, name) -> None:  # type: ignore[no-untyped-def]
        del self, name

    with pytest.raises(TypeError, match="name has no type"):
        handler(Role.PUBLIC)(untyped)


async def test_a_handler_does_its_work(tab: Tab):
    await tab.send(Desk.write, title="ab", times=2)
    assert tab.shows(Desk, "written") == "abab"
    assert "_kept" not in tab.seen[Desk.get_full_name()]


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"title": None},
        {"title": {"$ne": 1}},
        {"title": ["x"]},
        {"title": 7},
        {"title": True},
        {"title": "x", "times": 1.5},
        {"title": "x", "times": "many"},
        {"title": "x", "times": None},
        {"title": "x", "extra": "y"},
        {"title": "x", "times": float("nan")},
        {"self": "x"},
        {"title": "x", "_attempt": 1},
        {"title": "a\0b"},
        {"title": "\ud800"},
        {"title": "x", "times": 10**400},
        {"title": "x", "times": 2**63},
        {"title": "x", "times": True},
        {"title": "x", "times": float("inf")},
    ],
)
async def test_wrong_arguments_never_reach_the_work(tab: Tab, payload: dict[str, Any]):
    with structlog.testing.capture_logs() as logged:
        await tab.send(Desk.write, **payload)
    assert not tab.shows(Desk, "written")
    assert "do not understand each other" in tab.trouble
    assert not [entry for entry in logged if entry["log_level"] == "error"]


@pytest.mark.parametrize(
    "form",
    [
        {"name": 1},
        {"name": None},
        {"name": {"x": "y"}},
        {"name": "a\0b"},
        {"a\0b": "name"},
        {"name": "\udfff"},
        {"\udfff": "name"},
        "text",
        [["a", "b"]],
        None,
    ],
)
async def test_a_form_holds_text_and_nothing_else(tab: Tab, form: Any):
    await tab.send(Desk.fill, form=form)
    assert not tab.shows(Desk, "written")
    assert tab.trouble


@pytest.mark.parametrize("event", ["for_clients", "for_the_therapist"])
async def test_a_visitor_finds_nothing_where_others_may_go(tab: Tab, event: str):
    await tab.send(getattr(Desk, event))
    assert not tab.shows(Desk, "written")
    assert tab.trouble == "There is nothing here, or it is not yours to see."


async def test_a_refusal_is_said_in_the_language_of_the_page():
    async with reflex_running():
        tab = Tab(path="/it/styleguide")
        await tab.send(Desk.refuses)
    assert tab.trouble
    assert "There is nothing here" not in tab.trouble


async def test_a_failure_is_a_kind_sentence_with_a_reference_that_is_in_the_log(tab: Tab):
    with structlog.testing.capture_logs() as logged:
        await tab.send(Desk.breaks)
    assert tab.trouble == "Something went wrong on our side. Nothing you wrote was lost."
    assert [entry["ref"] for entry in logged if entry["event"] == "handler_failed"] == [
        tab.reference
    ]
    await tab.send(ShellState.dismiss)
    assert (tab.trouble, tab.reference) == ("", "")


async def test_a_reference_cannot_be_chosen_by_a_browser(tab: Tab):
    await tab.send(ShellState.apologise, reference="Call 0900 12345 now")
    assert tab.reference == ""
    await tab.send(ShellState.apologise, reference="BCDF2345")
    assert tab.reference == "BCDF2345"


def test_private_methods_and_plain_attributes_are_not_registered():
    registered = RegistrationContext.get().event_handlers
    name = Desk.get_full_name()
    assert f"{name}.write" in registered
    for method in ("_say", "_kept", "reset", "get_state", "written", "__init__"):
        assert f"{name}.{method}" not in registered


async def test_a_tab_is_emptied_when_its_session_changes(database: str):
    async with reflex_running():
        hers = Tab(cookie="practice_session=hers")
        await hers.send(Desk.write, title="between us")
        assert hers.shows(Desk, "written") == "between us"
        his = Tab(cookie="practice_session=his", token=hers.token)
        await his.send(Desk.write, title="his own")
        assert "between us" not in str(his.seen)
        assert his.shows(Desk, "written") == "", "the first event only brings the empty page"
        await his.send(Desk.write, title="his own")
        assert his.shows(Desk, "written") == "his own"


async def test_a_tab_is_emptied_when_its_session_ends(database: str):
    async with reflex_running():
        hers = Tab(cookie="practice_session=hers")
        await hers.send(Desk.write, title="between us")
        nobody = Tab(token=hers.token)
        await nobody.send_raw("reflex___state____state.hydrate", {})
        assert "between us" not in str(nobody.seen)


async def test_the_same_session_keeps_its_tab(database: str):
    async with reflex_running():
        tab = Tab(cookie="practice_session=hers; other=1")
        await tab.send(Desk.write, title="x")
        again = Tab(cookie="other=2; practice_session=hers", token=tab.token)
        await again.send(Desk.write, title="y")
        assert again.shows(Desk, "written") == "y"


async def test_a_broken_cookie_header_is_no_session(database: str):
    async with reflex_running():
        tab = Tab(cookie='practice_session="; \x00=;;')
        await tab.send(Desk.write, title="x")
        assert tab.shows(Desk, "written") == "x"


async def test_the_same_refusal_twice_is_two_answers(tab: Tab):
    """A form waits for the counter: the same sentence again would change nothing."""
    await tab.send(Desk.refuses)
    first = tab.shows(TroubleState, "troubles")
    await tab.send(Desk.refuses)
    assert tab.shows(TroubleState, "troubles") == first + 1


async def test_old_trouble_is_forgotten_when_something_new_is_tried(tab: Tab):
    await tab.send(Desk.breaks)
    assert tab.trouble
    await tab.send(Desk.write, title="x")
    assert (tab.trouble, tab.reference) == ("", "")


async def test_what_nobody_wrote_is_gone_when_somebody_signs_in(database: str):
    async with reflex_running():
        nobody = Tab()
        await nobody.send(Desk.write, title="planted")
        hers = Tab(cookie="practice_session=hers", token=nobody.token)
        await hers.send_raw("reflex___state____state.hydrate", {})
        assert "planted" not in str(hers.seen)


@pytest.mark.parametrize(
    "cookies",
    [
        'consent={"a":1}; practice_session=hers',
        "theme[x]=1; practice_session=hers",
        "x@y=1; practice_session=hers",
        "a=b c; practice_session=hers; z",
    ],
)
async def test_an_odd_neighbour_does_not_hide_the_session(database: str, cookies: str):
    async with reflex_running():
        tab = Tab(cookie="practice_session=hers")
        await tab.send(Desk.write, title="x")
        again = Tab(cookie=cookies, token=tab.token)
        await again.send(Desk.write, title="y")
        assert again.shows(Desk, "written") == "y"
