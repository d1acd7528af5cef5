"""A database that is empty for each test without being made anew: that would take longer than most
tests do. Whoever changed more than rows gets a new one."""

import os
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import ExecStatus
from sqlalchemy import Engine, event

from practice import db, postgres

# Rows that the schema itself brings stay as they were made; sequences begin again. Triggers and
# policies are out of the way, because some tables let nobody delete.
EMPTY = """
DO $$
DECLARE one record; is_filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT c.oid::regclass AS name FROM pg_class c
               WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
               AND relname NOT IN ('alembic_version', 'calendar_gate', 'content_revision')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO is_filled;
        IF is_filled THEN EXECUTE format('DELETE FROM %s', one.name); END IF;
    END LOOP;
    UPDATE content_revision SET number = 0;
    FOR one IN SELECT c.oid::regclass AS name FROM pg_class c WHERE relkind = 'S'
    LOOP
        PERFORM setval(one.name, 1, false);
    END LOOP;
END $$
"""
# Whatever is not a row: tables, constraints, triggers, functions, policies, settings. And the rows
# that stay.
SHAPE = """
SELECT (SELECT array_agg((oid, relrowsecurity, relforcerowsecurity) ORDER BY oid) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace)::text,
       (SELECT array_agg((oid, tgenabled) ORDER BY oid) FROM pg_trigger)::text,
       (SELECT array_agg((oid, xmin::text) ORDER BY oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace)::text,
       (SELECT array_agg(oid ORDER BY oid) FROM pg_constraint)::text,
       (SELECT array_agg((oid, xmin::text) ORDER BY oid) FROM pg_policy)::text,
       (SELECT array_agg(setconfig::text) FROM pg_db_role_setting)::text,
       (SELECT count(*) FROM calendar_gate), (SELECT count(*) FROM content_revision),
       (SELECT array_agg(version_num) FROM alembic_version)::text
"""


class Scratch:
    def __init__(self, server: postgres.Cluster, template: str) -> None:
        self.server = server
        self.template = template
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.name = f"test_{worker}_{os.getpid()}"
        self.url = server.url(database=self.name)
        self.hand: psycopg.Connection[Any] | None = None
        self.shape: Any = None
        self.engine: Engine | None = None
        self.pooled: set[psycopg.Connection[Any]] = set()

    def make_empty(self) -> None:
        try:
            is_whole = self.hand and self.hand.execute(SHAPE).fetchone() == self.shape
        except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
            # A test hung up on everybody, or took the database or its tables away.
            is_whole = False
        if not self.hand or not is_whole:
            self._make()
            return
        self._tidy_pool()
        self._hang_up_others()
        self.hand.execute(EMPTY)

    def _make(self) -> None:
        self._leave()
        create(self.server, self.name, self.template)
        self.hand = psycopg.connect(self.server.url("postgres", self.name), autocommit=True)
        self.shape = self.hand.execute(SHAPE).fetchone()
        self.engine = db.make_engine(self.url)
        event.listen(self.engine, "connect", lambda opened, _record: self.pooled.add(opened))
        event.listen(self.engine, "close", lambda closed, _record: self.pooled.discard(closed))

    def _tidy_pool(self) -> None:
        """What the engine has compiled and what a connection knows of the schema is most of what
        the first statements of a test cost, so both are kept. Not several connections: who does one
        thing after the other has one, and would get another of them each time."""
        assert self.engine
        if len(self.pooled) > 1 or not all(map(_is_as_new, self.pooled)):
            self.engine.dispose()

    def _hang_up_others(self) -> None:
        """What a test left open would wait for this one, or this one for it."""
        assert self.hand
        self.hand.execute(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%s)",
            [[one.info.backend_pid for one in self.pooled]],
        )

    def _leave(self) -> None:
        if self.engine is not None:
            self.engine.dispose()
            self.engine = None
        if self.hand is not None:
            self.hand.close()
            self.hand = None

    def drop(self) -> None:
        self._leave()
        with admin(self.server) as connection:
            words = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(words.format(sql.Identifier(self.name)))


def _is_as_new(connection: psycopg.Connection[Any]) -> bool:
    """Settings, locks, temporary tables and prepared statements are gone; the driver, which notices
    only the first DISCARD of a connection, is told that the last are."""
    if connection.closed:
        return False
    if connection.pgconn.exec_(b"DISCARD ALL").status != ExecStatus.COMMAND_OK:
        return False
    connection._prepared.clear()
    db._in_utc(connection, None)
    return True


def admin(server: postgres.Cluster) -> psycopg.Connection:
    return psycopg.connect(server.url("postgres", "postgres"), autocommit=True)


def exists(server: postgres.Cluster, name: str) -> bool:
    with admin(server) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None


def create(server: postgres.Cluster, name: str, template: str = "template1") -> None:
    words = "DROP DATABASE IF EXISTS {0} WITH (FORCE)", "CREATE DATABASE {0} OWNER {1} TEMPLATE {2}"
    parts = [sql.Identifier(part) for part in (name, postgres.ROLE, template)]
    with admin(server) as connection:
        for statement in words:
            connection.execute(sql.SQL(statement).format(*parts))
