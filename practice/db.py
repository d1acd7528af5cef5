"""The three verbs' foundation: query and transact are the only code that begins or commits."""

import random
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
import structlog
from psycopg import errors as pg
from psycopg import sql
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from practice.domain.actors import Actor
from practice.domain.errors import Busy, Refusal

P = ParamSpec("P")
R = TypeVar("R")

# Of the connections of a process, those that the outbox works with.
HANDS = 4
POOL_SIZE = 8 + HANDS
RETRIES = 5
# Seconds that anybody waits for the calendar.
GATE_WAIT = 3.0
_patience: ContextVar[float | None] = ContextVar("patience", default=None)
# Two transactions met: the same work may simply be done again. Anything else is a defect.
CONFLICTS = (pg.SerializationFailure, pg.DeadlockDetected, pg.OutOfMemory)
# The database cannot be had: nobody's mistake, and it may be back in a moment.
UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeout)
FAILED = (DBAPIError, PoolTimeout)

# Then a commit undoes as much as a rollback, and spares what a rollback costs: the driver forgets
# every prepared statement of its connection. Refusals are frequent where many want one time.
NOTHING_WRITTEN = text("SELECT pg_current_xact_id_if_assigned() IS NULL")

log = structlog.get_logger(__name__)


class Isolation(StrEnum):
    SERIALIZABLE = "SERIALIZABLE"
    READ_COMMITTED = "READ COMMITTED"
    # One picture of the data for as long as a query reads.
    SNAPSHOT = "REPEATABLE READ"


class Again(Exception):
    """What was drawn by chance is taken; the same work will draw something else."""


class _Home:
    """Where this process finds its database; empty until `connect`."""

    engine: Engine | None = None


def connect(url: str, *, pool_size: int = POOL_SIZE) -> Engine:
    """Opens the pool of this process. Called once, after any fork."""
    disconnect()
    _Home.engine = make_engine(url, pool_size=pool_size)
    return _Home.engine


def disconnect() -> None:
    if _Home.engine is not None:
        _Home.engine.dispose()
        _Home.engine = None


def make_engine(url: str, *, pool_size: int = POOL_SIZE) -> Engine:
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            url = f"postgresql+psycopg://{url.removeprefix(scheme)}"
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=2,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 2, "application_name": "practice"},
    )
    event.listen(engine, "connect", _in_utc)
    return engine


def _in_utc(connection: psycopg.Connection, _record: object) -> None:
    """Whatever the server's own zone is: every instant comes back in UTC."""
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def changes_calendar(work: Callable[P, R]) -> Callable[P, R]:
    """Marks work that changes who owns time; `transact` takes the gate before it starts."""
    work.changes_calendar = True  # type: ignore[attr-defined]
    return work


def is_gated(work: Callable[..., Any]) -> bool:
    return getattr(work, "changes_calendar", False)


@contextmanager
def waiting_at_most(seconds: float) -> Generator[None]:
    """For work that has waited already before it came here."""
    token = _patience.set(max(0.0, seconds))
    try:
        yield
    finally:
        _patience.reset(token)


def collides_by_nature(work: Callable[P, R]) -> Callable[P, R]:
    """Marks work of a single statement that many do at once (a counter, a claim, a touch):
    READ COMMITTED lets them queue where SERIALIZABLE would make them fail."""
    work.isolation = Isolation.READ_COMMITTED  # type: ignore[attr-defined]
    return work


def query(
    work: Callable[Concatenate[Session, Actor, P], R],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Runs work that reads; PostgreSQL itself refuses it any write."""
    with _begin(actor, Isolation.SNAPSHOT, readonly=True) as session:
        return work(session, actor, *args, **kwargs)


def transact(
    work: Callable[Concatenate[Session, Actor, P], R],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Runs work all or nothing, again where it met another; it must be safe to re-run."""
    gated = is_gated(work)
    isolation = getattr(work, "isolation", Isolation.SERIALIZABLE)
    for attempt in range(RETRIES + 1):
        try:
            with _begin(actor, isolation, gated=gated) as session:
                return work(session, actor, *args, **kwargs)
        except Again:
            if attempt == RETRIES:
                raise
        except DBAPIError as failure:
            if gated and isinstance(failure.orig, pg.LockNotAvailable):
                raise Busy from failure
            if not isinstance(failure.orig, CONFLICTS) or attempt == RETRIES:
                raise
            log.info("transaction_retried", attempt=attempt + 1, code=failure.orig.sqlstate)
            time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 - jitter, no secret
    raise AssertionError("unreachable: the last attempt returns or raises")


@contextmanager
def _begin(
    actor: Actor, isolation: Isolation, *, readonly: bool = False, gated: bool = False
) -> Generator[Session]:
    if _Home.engine is None:
        raise RuntimeError("db.connect was not called in this process")
    with _Home.engine.connect() as plain:
        connection = plain.execution_options(
            isolation_level=isolation.value, postgresql_readonly=readonly
        )
        with connection.begin() as transaction, Session(connection) as session:
            session.info["actor"] = actor
            _open(connection, actor, gated=gated)
            try:
                yield session
                session.flush()
            except Refusal:
                if _wrote_nothing(connection):
                    transaction.commit()
                raise


def _wrote_nothing(connection: Connection) -> bool:
    return _is_whole(connection) and bool(connection.scalar(NOTHING_WRITTEN))


def _is_whole(connection: Connection) -> bool:
    """A transaction that a constraint broke cannot be asked any more, and is not worth it."""
    driver = connection.connection.driver_connection
    return driver is not None and driver.info.transaction_status is TransactionStatus.INTRANS


@contextmanager
def acting_as(session: Session, actor: Actor) -> Generator[None]:
    """For what a transaction must know of others to answer the one it is for: how many places are
    taken, not by whom. The row policies let the other actor through until the block ends."""
    connection, before = session.connection(), session.info["actor"]
    # What was changed so far was changed by the one before.
    session.flush()
    connection.exec_driver_sql(_as_words(actor).as_string())
    session.info["actor"] = actor
    try:
        yield
        session.flush()
    finally:
        session.info["actor"] = before
        if _is_whole(connection):
            connection.exec_driver_sql(_as_words(before).as_string())


def _as_words(actor: Actor) -> sql.Composed:
    """As a literal: a bound one would be a SELECT, which fixes the snapshot."""
    return sql.SQL("SET LOCAL app.actor = {}").format(sql.Literal(str(actor)))


def _open(connection: Connection, actor: Actor, *, gated: bool) -> None:
    """The first words of a transaction, in one round trip.

    No SELECT may stand before the lock: it would fix the snapshot, and the one who waited
    for the gate would decide on what was true before the other's commit.
    """
    words: list[sql.Composable] = [_as_words(actor)]
    if gated:
        left = _patience.get()
        wait = max(1, int((GATE_WAIT if left is None else left) * 1000))
        words.append(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(f"{wait}ms")))
        words.append(sql.SQL("LOCK TABLE calendar_gate IN EXCLUSIVE MODE"))
    connection.exec_driver_sql(sql.SQL("; ").join(words).as_string())
