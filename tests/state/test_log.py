"""What the log learns when an event goes wrong: its place, never its values, and not too often."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import reflex as rx
import structlog

from practice import log
from practice.domain.actors import Role
from practice.state.framework.handler import handler
from tests.support.event_client import Tab, reflex_running

CANARY = "kanarienvogel@example.org"
MANY = 2_000


class Fragile(rx.State):
    seen: str = ""

    @handler(Role.PUBLIC)
    async def breaks(self, said: str) -> None:
        raise ValueError(said)

    @handler(Role.PUBLIC)
    async def counts(self, number: int) -> None:
        self.seen = str(number)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log as it is written in production, and everything as it was before."""
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    file = io.StringIO()
    monkeypatch.setattr("sys.stderr", file)
    monkeypatch.setattr(log, "_records", log.Seldom())
    monkeypatch.setattr(log, "_traces", log.Seldom())
    log.configure(as_json=True)
    yield file
    root.handlers[:], root.level = kept
    structlog.reset_defaults()


def lines(file: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.getvalue().splitlines()]


async def send(name: str, payload: dict[str, Any], times: int = 1) -> None:
    async with reflex_running():
        tab = Tab(cookie=f"practice_session={CANARY}; other={CANARY}")
        for _ in range(times):
            await tab.send_raw(name, payload)


WRONG = [
    ("breaks", {"said": CANARY}),
    ("counts", {"number": CANARY}),
    ("counts", {"number": {CANARY: [CANARY]}}),
    ("counts", {CANARY: CANARY}),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "payload"), WRONG)
async def test_no_value_of_an_event_reaches_the_log(
    database: str, written: io.StringIO, name: str, payload: dict[str, Any]
):
    await send(f"{Fragile.get_full_name()}.{name}", payload)
    assert "kanarienvogel" not in written.getvalue()


def test_a_library_that_quotes_an_event_is_cut_to_its_place(written: io.StringIO):
    """As Reflex does with an event that nobody registered: cookies, payload and all."""
    broken = KeyError(CANARY)
    logging.getLogger("reflex_base.event").error("Error processing %s", CANARY, exc_info=broken)
    (line,) = lines(written)
    assert line["event"].startswith("reflex_base.event:")
    assert (line["error"], line["withheld"]) == ("KeyError", True)
    assert "kanarienvogel" not in written.getvalue()


def test_a_library_that_brings_its_own_way_to_the_terminal_loses_it(
    monkeypatch: pytest.MonkeyPatch,
):
    """As Engine.IO's server does when it is made; its tracebacks quote what somebody sent."""
    file, own = io.StringIO(), logging.getLogger("engineio.server")
    monkeypatch.setattr(own, "handlers", [logging.StreamHandler(file)])
    log.configure(as_json=True)
    structlog.reset_defaults()
    own.error("failed", exc_info=ValueError(CANARY))
    assert file.getvalue() == ""


def test_two_thousand_of_a_library_are_ten(written: io.StringIO):
    for _ in range(MANY):
        logging.getLogger("reflex").warning("%s", CANARY * 100)
    logging.getLogger("reflex").warning("elsewhere")
    assert len(lines(written)) == 11


def test_after_a_minute_they_are_heard_again(monkeypatch: pytest.MonkeyPatch):
    now = 0.0
    monkeypatch.setattr(log, "monotonic", lambda: now)
    seldom = log.Seldom(most=2, seconds=60)
    assert [seldom.lets("a") for _ in range(4)] == [True, True, False, False]
    assert seldom.lets("b")
    now = 60.0
    assert [seldom.lets("a") for _ in range(3)] == [True, True, False]


@pytest.mark.anyio
async def test_two_thousand_failures_each_keep_their_reference_and_fill_no_disk(
    database: str, written: io.StringIO
):
    await send(f"{Fragile.get_full_name()}.breaks", {"said": CANARY}, MANY)
    found = lines(written)
    assert len({line["ref"] for line in found}) == MANY
    assert [len(line["at"]) > 1 for line in found].count(True) == 10
    assert len(written.getvalue()) < 600_000
