"""What one test leaves behind no other finds."""

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import Connection, text

from practice import migrations
from tests.builders import BY_SYSTEM
from tests.support.database import Scratch


@pytest.fixture
def empty(scratch: Scratch) -> Scratch:
    scratch.make_empty()
    return scratch


def asked(scratch: Scratch, words: str) -> list[tuple[object, ...]]:
    with psycopg.connect(scratch.url, options=BY_SYSTEM) as asking:
        return asking.execute(words.encode()).fetchall()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE alembic_version SET version_num = '0000'",
        "DROP TABLE alembic_version",
        "DELETE FROM calendar_gate",
        "ALTER TABLE bookings DISABLE ROW LEVEL SECURITY",
    ],
)
def test_whoever_changes_the_schema_is_the_last_in_that_database(empty: Scratch, change: str):
    with psycopg.connect(empty.url, options=BY_SYSTEM) as hand:
        hand.execute(change.encode())
    empty.make_empty()
    assert asked(empty, "SELECT version_num FROM alembic_version") == [(migrations.head(),)]
    assert asked(empty, "SELECT count(*) FROM calendar_gate") == [(1,)]
    secured = "SELECT relrowsecurity FROM pg_class WHERE relname = 'bookings'"
    assert asked(empty, secured) == [(True,)]


def backend(connection: Connection) -> int | None:
    return connection.scalar(text("SELECT pg_backend_pid()"))


LEFT = """SELECT current_setting('lock_timeout'), current_setting('TimeZone'),
                 (SELECT count(*) FROM pg_prepared_statements),
                 (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
                  AND pid = pg_backend_pid()),
                 to_regclass('pg_temp.left_behind') IS NOT NULL"""


def test_a_connection_is_kept_and_nothing_that_was_done_to_it(empty: Scratch):
    assert empty.engine
    for _ in range(3):
        with empty.engine.connect() as connection:
            kept = backend(connection)
            found = connection.execute(text(LEFT)).one()
            assert tuple(found) == ("0", "UTC", 0, 0, False)
            for words in (
                "SET lock_timeout = '7s'",
                "SET TIME ZONE 'Asia/Kathmandu'",
                "SELECT pg_advisory_lock(1)",
                "CREATE TEMPORARY TABLE left_behind ()",
            ):
                connection.execute(text(words))
            for _ in range(10):
                connection.execute(text("SELECT 1"))
            connection.commit()
            assert tuple(connection.execute(text(LEFT)).one())[2:] != (0, 0, False)
        empty.make_empty()
        with empty.engine.connect() as connection:
            assert backend(connection) == kept


def test_who_does_one_thing_after_the_other_does_it_on_one_connection(empty: Scratch):
    assert empty.engine
    with empty.engine.connect() as one, empty.engine.connect() as other:
        assert backend(one) != backend(other)
    empty.make_empty()
    pids = set[int | None]()
    for _ in range(4):
        with empty.engine.connect() as connection:
            pids.add(backend(connection))
    assert len(pids) == 1


def hangs_up(empty: Scratch) -> None:
    asked(
        empty,
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()",
    )


def closes(empty: Scratch) -> None:
    for one in empty.pooled:
        one.close()


@pytest.mark.parametrize("ends", [hangs_up, closes])
def test_a_connection_that_was_ended_is_replaced(empty: Scratch, ends: Callable[[Scratch], None]):
    assert empty.engine
    with empty.engine.connect() as connection:
        before = backend(connection)
    ends(empty)
    empty.make_empty()
    with empty.engine.connect() as connection:
        assert backend(connection) != before
