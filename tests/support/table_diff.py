"""What a database held at first, table by table: tells what has changed since, and puts it back."""

import psycopg
from psycopg import sql

from practice import models

# What counts or dates an attempt; it tells nobody anything, and a refused one leaves it, too.
TRACES = {
    "rate_counters": sql.SQL("false"),
    "audit_entries": sql.SQL("action <> 'refused'"),
    # A request that was let in, and not answered with a booking.
    "idempotency_keys": sql.SQL("booking_id IS NOT NULL"),
}
ROWS = {"sessions": sql.SQL("(to_jsonb(it) - 'last_used_at')::text")}
# What the database derives by itself is not written.
DERIVED = """
    SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)
    FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name
"""
GATE = """
    SELECT count(*) FILTER (WHERE discovery_completed_at IS NOT NULL),
           count(*) FILTER (WHERE discovery_completed_at IS NULL AND EXISTS (
               SELECT FROM bookings b WHERE b.client_id = c.id AND NOT b.discovery))
    FROM clients c
"""


class Ledger:
    """By a superuser: no policy hides a row from it, and what it puts back no trigger judges."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.tables = sorted(models.metadata.tables)
        self.question = sql.SQL(" UNION ALL ").join(map(_digest, self.tables))
        self._keep()
        self.first = self._digests()

    def changed(self) -> set[str]:
        now = self._digests()
        return {table for table in self.tables if now[table] != self.first[table]}

    def restore(self, tables: set[str]) -> None:
        for table in {*tables, "rate_counters"}:
            columns = sql.SQL(", ").join(map(sql.Identifier, self.columns[table]))
            words = "DELETE FROM {0}; INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE "
            again = sql.SQL(words + "SELECT {1} FROM kept.{0}")
            self.connection.execute(again.format(sql.Identifier(table), columns))

    def gate(self) -> tuple[int, int]:
        """How many are past it, and how many have a session without being past it."""
        return self.connection.execute(GATE).fetchone() or (0, 0)

    def remove_policies(self, *, back: bool = False) -> None:
        """The second wall, for tests that must see it missing."""
        words = "ALTER TABLE {} ENABLE" if back else "ALTER TABLE {} DISABLE"
        for table in self.guarded:
            statement = sql.SQL(f"{words} ROW LEVEL SECURITY").format(sql.Identifier(table))
            self.connection.execute(statement)

    def _digests(self) -> dict[str, int]:
        return dict(self.connection.execute(self.question).fetchall())

    def _keep(self) -> None:
        self.columns = dict(self.connection.execute(DERIVED).fetchall())
        forced = "SELECT relname FROM pg_class WHERE relforcerowsecurity ORDER BY 1"
        self.guarded = [name for (name,) in self.connection.execute(forced)]
        self.connection.execute("CREATE SCHEMA kept")
        for table in self.tables:
            kept = sql.SQL("CREATE TABLE kept.{0} AS TABLE public.{0}")
            self.connection.execute(kept.format(sql.Identifier(table)))
        # From here on without triggers: the journal refuses even to be put back.
        self.connection.execute("SET session_replication_role = replica")


def _digest(table: str) -> sql.Composed:
    words = "SELECT {}, coalesce(sum(hashtextextended({}, 0)), 0)::text FROM {} it WHERE {}"
    return sql.SQL(words).format(
        sql.Literal(table),
        ROWS.get(table, sql.SQL("it::text")),
        sql.Identifier(table),
        TRACES.get(table, sql.SQL("true")),
    )
