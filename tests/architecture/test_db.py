"""The verbs: what may write, what is retried, who holds the calendar."""

import ast
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError, InternalError
from sqlmodel import Session, text

from practice import db
from practice.domain.actors import SYSTEM, VISITOR, Actor
from practice.domain.errors import Busy, Refusal
from practice.postgres import Cluster
from practice.settings import ROOT

Bump = Callable[[Session, Actor], int]


def bump(session: Session, _actor: Actor) -> int:
    session.connection().execute(text("UPDATE content_revision SET number = number + 1"))
    return number(session, _actor)


def number(session: Session, _actor: Actor) -> int:
    return session.connection().scalar(text("SELECT number FROM content_revision")) or 0


def test_what_transact_did_is_there_afterwards(database: str):
    assert db.transact(bump, SYSTEM) == 1
    assert db.query(number, SYSTEM) == 1


def test_query_cannot_write_because_postgresql_refuses(database: str):
    with pytest.raises(InternalError) as refused:
        db.query(bump, SYSTEM)
    assert isinstance(refused.value.orig, pg.ReadOnlySqlTransaction)


def test_a_failed_transaction_leaves_nothing(database: str):
    def half(session: Session, actor: Actor) -> None:
        bump(session, actor)
        raise LookupError

    with pytest.raises(LookupError):
        db.transact(half, SYSTEM)
    assert db.query(number, SYSTEM) == 0


def test_a_refusal_leaves_nothing_either(database: str):
    def half(session: Session, actor: Actor) -> None:
        bump(session, actor)
        raise Refusal

    with pytest.raises(Refusal):
        db.transact(half, SYSTEM)
    assert db.query(number, SYSTEM) == 0


def test_a_refusal_before_the_first_write_keeps_what_the_connection_prepared(database: str):
    """Whoever loses a time must not make the next one slow."""
    prepared = text("SELECT count(*) FROM pg_prepared_statements")

    def look(session: Session, actor: Actor) -> int:
        number(session, actor)
        return session.connection().scalar(prepared) or 0

    def refuse(_session: Session, _actor: Actor) -> None:
        raise Refusal

    before = max(db.transact(look, SYSTEM) for _ in range(10))
    with pytest.raises(Refusal):
        db.transact(refuse, SYSTEM)
    assert db.transact(look, SYSTEM) >= before > 0


def test_a_query_sees_one_picture_however_long_it_reads(database: str):
    def read_twice(session: Session, actor: Actor) -> tuple[int, int]:
        before = number(session, actor)
        db.transact(bump, SYSTEM)
        return before, number(session, actor)

    assert db.query(read_twice, SYSTEM) == (0, 0)


def test_postgresql_knows_who_asks(database: str):
    def actor_in_database(session: Session, _actor: Actor) -> str | None:
        return session.connection().scalar(text("SELECT current_setting('app.actor')"))

    assert db.query(actor_in_database, VISITOR) == "public::"
    assert db.transact(actor_in_database, SYSTEM) == "system::"


def test_the_actor_is_forgotten_with_its_transaction(database: str):
    db.query(number, SYSTEM)
    with psycopg.connect(database) as other:
        found = other.execute("SELECT current_setting('app.actor', true)").fetchone()
    assert found in {(None,), ("",)}


def test_work_that_met_another_is_done_again(database: str):
    """Two transactions read the same number and write it: one must be repeated."""
    both_have_read = threading.Barrier(2, timeout=10)
    attempts: list[int] = []

    def read_then_write(session: Session, actor: Actor) -> None:
        found = number(session, actor)
        attempts.append(found)
        if len(attempts) <= 2:
            both_have_read.wait()
        session.connection().execute(text(f"UPDATE content_revision SET number = {found + 1}"))

    workers = [
        threading.Thread(target=db.transact, args=(read_then_write, SYSTEM)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert db.query(number, SYSTEM) == 2
    assert len(attempts) == 3


@pytest.mark.parametrize("failure", [pg.SerializationFailure, pg.DeadlockDetected, pg.OutOfMemory])
def test_a_conflict_is_retried_five_times_and_then_told(
    database: str, failure: type[psycopg.Error]
):
    attempts: list[int] = []

    def always_conflicts(_session: Session, _actor: Actor) -> None:
        attempts.append(1)
        raise DBAPIError("statement", None, failure())

    with pytest.raises(DBAPIError):
        db.transact(always_conflicts, SYSTEM)
    assert len(attempts) == 6


def test_any_other_failure_is_not_retried(database: str):
    attempts: list[int] = []

    def breaks(session: Session, _actor: Actor) -> None:
        attempts.append(1)
        session.connection().execute(text("SELECT 1/0"))

    with pytest.raises(DBAPIError):
        db.transact(breaks, SYSTEM)
    assert len(attempts) == 1


@pytest.mark.parametrize(("gated", "what_the_second_sees"), [(True, 1), (False, 0)])
def test_who_waited_at_the_gate_sees_what_the_one_before_did(
    database: str, gated: bool, what_the_second_sees: int
):
    """The second starts while the first is at work; without the gate it decides on old facts."""
    gate = db.changes_calendar if gated else lambda work: work
    first_is_in, second_may_finish = threading.Event(), threading.Event()

    def slowly(session: Session, actor: Actor) -> None:
        first_is_in.set()
        if gated:
            wait_until_somebody_waits(session)
        else:
            second_may_finish.wait(10)
        bump(session, actor)

    first = threading.Thread(target=db.transact, args=(gate(slowly), SYSTEM))
    first.start()
    first_is_in.wait(10)
    seen = db.transact(gate(number), SYSTEM)
    second_may_finish.set()
    first.join()
    assert seen == what_the_second_sees


def wait_until_somebody_waits(session: Session) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    for _ in range(1000):
        if session.connection().scalar(waiting):
            return
        time.sleep(0.002)
    raise AssertionError("nobody came to the gate")


def test_a_gate_that_is_held_too_long_is_busy_and_not_retried(database: str):
    @db.changes_calendar
    def book(session: Session, actor: Actor) -> int:
        return bump(session, actor)

    with psycopg.connect(database) as rogue:
        rogue.execute("LOCK TABLE calendar_gate IN EXCLUSIVE MODE")
        started = time.monotonic()
        with pytest.raises(Busy):
            db.transact(book, SYSTEM)
        waited = time.monotonic() - started
        rogue.rollback()
    # The lower bound is the promise; the upper one only says that it did not wait for the rogue.
    assert 2.9 < waited < 15
    assert db.transact(book, SYSTEM) == 1


def test_readers_do_not_wait_for_the_gate(database: str):
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE calendar_gate IN EXCLUSIVE MODE")
        assert db.query(number, SYSTEM) == 0
        assert db.transact(bump, SYSTEM) == 1


def test_the_lock_comes_before_any_read(database: str, postgres: Cluster):
    """From PostgreSQL's own log: nothing that takes a snapshot stands before the lock."""
    name = database.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET log_statement = 'all'".encode())

    @db.changes_calendar
    def marked(session: Session, _actor: Actor) -> None:
        session.connection().execute(text(f"SELECT 'first read of {name}'"))

    db.connect(database)
    db.transact(marked, SYSTEM)
    log = (postgres.directory / "log").read_text()
    said = [line.partition("statement: ")[2] for line in log.splitlines() if "statement: " in line]
    read = next(i for i, line in enumerate(said) if f"first read of {name}" in line)
    gate = max(i for i, line in enumerate(said[:read]) if "LOCK TABLE calendar_gate" in line)
    assert said[gate].startswith("SET LOCAL app.actor")
    begin = max(i for i, line in enumerate(said[:gate]) if line.startswith("BEGIN"))
    assert "SERIALIZABLE" in said[begin]
    assert begin == gate - 1
    assert not [line for line in said[gate + 1 : read] if "SELECT" in line]


def test_single_statements_may_queue_where_others_would_conflict(database: str):
    @db.collides_by_nature
    def count(session: Session, _actor: Actor) -> str | None:
        session.connection().execute(text("UPDATE content_revision SET number = number + 1"))
        return session.connection().scalar(text("SHOW transaction_isolation"))

    assert db.transact(count, SYSTEM) == "read committed"


def test_a_dropped_connection_is_replaced_unnoticed(database: str, postgres: Cluster):
    db.query(number, SYSTEM)
    name = database.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as admin:
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        ).fetchall()
    assert ended
    assert db.query(number, SYSTEM) == 0


def test_nobody_else_begins_or_commits():
    """Read from the syntax trees: transactions begin and end in db.py only (and where a schema
    is made: migrations, before there is anything to query)."""
    allowed = {"db.py", "migrations.py"}
    words = {"commit", "begin", "begin_nested", "rollback"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "practice").rglob("*.py"))
        if path.name not in allowed
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in words
    ]
    assert found == []


def test_only_the_verbs_make_sessions():
    makers = {"Session", "sessionmaker", "create_engine"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "practice").rglob("*.py"))
        if path.name != "db.py"
        for node in ast.walk(ast.parse(Path(path).read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers
    ]
    assert found == []
