"""The schema: what the code says is what the database has, however it got there."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from psycopg import errors as pg
from psycopg.types.json import Jsonb
from sqlalchemy import Engine, text

from practice import db, migrations
from practice.postgres import Cluster
from practice.settings import StartRefused
from tests.support.database import admin, create


@pytest.fixture
def empty(postgres: Cluster) -> Iterator[Engine]:
    name = f"empty_{threading.get_native_id()}"
    create(postgres, name)
    engine = db.make_engine(postgres.url(database=name), pool_size=2)
    yield engine
    engine.dispose()
    with admin(postgres) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_models_and_migrations_agree(empty: Engine):
    assert migrations.upgrade(empty) is True
    assert migrations.drift(empty) is None


def test_a_difference_is_found(empty: Engine):
    migrations.upgrade(empty)
    with psycopg.connect(empty.url.render_as_string(False).replace("+psycopg", "")) as connection:
        connection.execute("ALTER TABLE practice ADD COLUMN surprise text")
    assert "surprise" in str(migrations.drift(empty))


def test_applying_twice_changes_nothing(empty: Engine):
    assert migrations.upgrade(empty) is True
    assert migrations.upgrade(empty) is False


def test_two_starts_at_once_apply_once(empty: Engine):
    did: list[bool] = []
    starts = [
        threading.Thread(target=lambda: did.append(migrations.upgrade(empty))) for _ in range(2)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert sorted(did) == [False, True]


def test_every_migration_can_be_taken_back(empty: Engine):
    migrations.upgrade(empty)
    with empty.connect() as connection:
        config = migrations.config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
        del config.attributes["connection"]
    assert migrations.upgrade(empty) is True
    assert migrations.drift(empty) is None


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("INSERT INTO calendar_gate (id) VALUES (2)", "ck_calendar_gate_only_one"),
        ("UPDATE practice SET lede = '\"text\"'", "ck_practice_texts"),
        ("UPDATE practice SET id = 2", "ck_practice_only_one"),
        (
            "UPDATE session_types SET price_cents = -1 WHERE needs = 'intake'",
            "ck_session_types_price",
        ),
        ("UPDATE session_types SET currency = 'eur'", "ck_session_types_currency"),
        ("UPDATE session_types SET minutes = 0", "ck_session_types_minutes"),
        ("UPDATE session_types SET needs = 'friend'", "ck_session_types_needs"),
        ("UPDATE passages SET kind = 'other'", "ck_passages_kind"),
    ],
)
def test_the_database_keeps_its_own_rules(practice: str, statement: str, constraint: str):
    with psycopg.connect(practice) as connection, pytest.raises(pg.CheckViolation) as refused:
        connection.execute(statement.encode())
    assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "table",
    ["practice", "passages", "crisis_lines", "session_types", "articles", "privacy_texts"],
)
def test_every_change_of_published_content_raises_its_revision(practice: str, table: str):
    with psycopg.connect(practice, autocommit=True) as connection:

        def revision() -> int:
            found = connection.execute("SELECT number FROM content_revision").fetchone()
            assert found
            return found[0]

        before = revision()
        # Appointments point at session types; nobody else is asked about.
        connection.execute("TRUNCATE appointments CASCADE")
        connection.execute(f"DELETE FROM {table}".encode())
        assert revision() == before + 1


def test_text_is_kept_by_language(practice: str):
    with psycopg.connect(practice) as connection:
        connection.execute("UPDATE practice SET lede = %s", [Jsonb({"en": "a", "it": "b"})])
        found = connection.execute("SELECT lede->>'it' FROM practice").fetchone()
    assert found == ("b",)


def test_a_schema_from_another_branch_is_one_sentence(empty: Engine):
    migrations.upgrade(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'unknown'"))
    with pytest.raises(StartRefused, match="does not know"):
        migrations.apply(empty.url.render_as_string(hide_password=False))


def test_a_role_that_may_not_make_tables_is_one_sentence(postgres: Cluster, empty: Engine):
    name = empty.url.database or ""
    with psycopg.connect(postgres.url("postgres", name), autocommit=True) as connection:
        connection.execute("ALTER SCHEMA public OWNER TO postgres")
        connection.execute(f"ALTER DATABASE {name} OWNER TO postgres".encode())
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    with pytest.raises(StartRefused, match="cannot be brought up to date"):
        migrations.apply(empty.url.render_as_string(hide_password=False))


def test_looking_at_a_database_changes_nothing_in_it(empty: Engine):
    url = empty.url.render_as_string(hide_password=False)
    assert "nothing yet" in str(migrations.differences(url))
    with empty.connect() as connection:
        assert migrations.present(connection) is None
    migrations.upgrade(empty)
    assert migrations.differences(url) is None
