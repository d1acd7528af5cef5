"""The audit journal: append-only, sealed into a chain that shows whoever tampers with it."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg

from practice import db
from practice.domain.actors import SYSTEM
from practice.models.security import AuditEntry, AuditSeal
from practice.postgres import Cluster
from practice.services.operations import audit_chain
from practice.services.operations.audit_chain import Head, Verdict
from tests import builders


def one_more(hour: int) -> None:
    """A booking, which writes an entry."""
    builders.a_confirmed(start=builders.TOMORROW + timedelta(hours=hour))


@pytest.fixture
def written(house: str) -> int:
    """Entries that nobody has sealed yet."""
    for hour in range(3):
        one_more(hour)
    return len(builders.rows_of(AuditEntry))


def seal() -> Head | None:
    return db.transact(audit_chain.seal, SYSTEM)


def verified(**noted: str) -> Verdict:
    return db.query(audit_chain.verify, SYSTEM, **noted)


def test_every_entry_gets_one_link(written: int):
    assert verified() == Verdict(0, written, Head(0, audit_chain.START))
    head = seal()
    assert head
    assert head.number == written
    assert verified() == Verdict(written, 0, head)


def test_sealing_twice_seals_nothing_twice(written: int):
    seal()
    assert seal() is None
    one_more(4)
    head = seal()
    assert head
    assert head.number == written + 1 == len(builders.rows_of(AuditSeal))


def test_more_than_a_batch_is_sealed_in_turns(written: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit_chain, "BATCH", 2)
    assert [head.number for head in iter(seal, None) if head] == [2, 3]
    assert not verified().broken


def test_an_entry_that_came_late_is_sealed_after_younger_ones(written: int, house: str):
    """Its transaction took its number first and ended last."""
    with psycopg.connect(house, options=builders.BY_SYSTEM) as slow:
        slow.execute(
            "INSERT INTO audit_entries (at, actor, action, subject, subject_id, details) "
            "VALUES (now(), 'system::', 'late', 'x', '1', '{}')"
        )
        one_more(4)
        first = seal()
    second = seal()
    assert first
    assert second
    assert (first.number, second.number) == (written + 1, written + 2)
    assert not verified().broken


def test_while_one_process_seals_another_goes_away(written: int, house: str):
    with psycopg.connect(house) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [audit_chain.LOCK])
        assert seal() is None
    assert seal()


@pytest.fixture
def by_force(postgres: Cluster, house: str) -> Callable[[str], None]:
    """As somebody would who has the machine: with triggers and policies out of the way."""
    name = house.partition("@/")[2].partition("?")[0]

    def force(words: str) -> None:
        with psycopg.connect(postgres.url("postgres", name), autocommit=True) as hand:
            hand.execute("SET session_replication_role = replica")
            hand.execute(words.encode())

    return force


TAMPERING = {
    "UPDATE audit_entries SET actor = 'system::' WHERE id = 2": "Entry 2 is not what was sealed",
    "UPDATE audit_entries SET details = '{\"a\": 1}' WHERE id = 2": "Entry 2 is not",
    "UPDATE audit_entries SET at = at - interval '1 second' WHERE id = 2": "Entry 2 is not",
    "DELETE FROM audit_entries WHERE id = 2": "The entry of seal 2 is missing",
    "DELETE FROM audit_seals WHERE number = 2": "Seal 2 is missing",
    "UPDATE audit_seals SET digest = sha256('x') WHERE number = 2": "Entry 2 is not",
    "UPDATE audit_seals SET entry_id = 99 WHERE number = 3": "seal 3 is missing",
}


@pytest.mark.parametrize("words", TAMPERING)
def test_whatever_is_changed_shows(written: int, by_force: Callable[[str], None], words: str):
    seal()
    by_force(words)
    verdict = verified()
    assert TAMPERING[words] in verdict.broken
    assert verdict.head.number < 3


def test_a_chain_written_anew_shows_by_the_head_that_was_noted_down(
    written: int, by_force: Callable[[str], None]
):
    noted = seal()
    by_force("DELETE FROM audit_seals; DELETE FROM audit_entries WHERE id = 2")
    seal()
    assert not verified().broken
    assert "not in the chain" in verified(noted=str(noted)).broken


def test_a_head_that_was_noted_down_is_found_again(written: int):
    noted = seal()
    one_more(4)
    seal()
    assert not verified(noted=str(noted)).broken


@pytest.mark.parametrize(
    "words",
    ["UPDATE audit_seals SET number = 9", "DELETE FROM audit_seals", "TRUNCATE audit_seals"],
)
def test_nobody_changes_the_chain_by_hand(written: int, house: str, words: str):
    seal()
    with (
        psycopg.connect(house, options=builders.BY_SYSTEM) as hand,
        pytest.raises(pg.CheckViolation) as refused,
    ):
        hand.execute(words.encode())
    assert refused.value.diag.constraint_name == "append_only"


def checked(url: str, tmp_path: Any, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "practice", "check", "--audit", *more],
        env={
            "DATABASE_URL": url,
            "PRACTICE_DATA_DIR": str(tmp_path),
            "PRACTICE_SECRET_KEYS": "a key that seals nothing outside the tests",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_command_line_walks_the_chain(
    written: int, house: str, tmp_path: Any, by_force: Callable[[str], None]
):
    head = seal()
    found = checked(house, tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    assert f"{written} entries sealed, 0 waiting" in found.stdout
    assert f"Its head is {head}" in found.stdout
    assert checked(house, tmp_path, "--noted", str(head)).returncode == 0
    by_force("UPDATE audit_entries SET action = 'nothing' WHERE id = 1")
    found = checked(house, tmp_path)
    assert found.returncode == 2
    assert "tampered with: Entry 1 is not what was sealed" in found.stderr
