"""What one test leaves behind no other finds."""

import psycopg
import pytest

from practice import migrations
from tests.builders import BY_SYSTEM
from tests.scratch import Scratch


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
