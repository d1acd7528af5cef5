"""Writes the rows of one fact in one statement."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import TextClause
from sqlmodel import Session, text

from practice.models.base import Table, values_of


class New(NamedTuple):
    """A row that is only written. Making an object of it would take longer than writing it."""

    table: type[Table]
    values: dict[str, Any]


def new(table: type[Table], **values: Any) -> New:
    # SQLModel's metaclass hides that a class can be a key.
    fixed, made = _defaults(table)  # type: ignore[arg-type]
    unknown = values.keys() - table.model_fields.keys()
    if unknown:
        raise TypeError(f"{table.__tablename__} has no {', '.join(sorted(unknown))}")
    return New(table, {**fixed, **{name: make() for name, make in made.items()}, **values})


@cache
def _defaults(table: type[Table]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    fields = table.model_fields.items()
    fixed = {
        name: field.default
        for name, field in fields
        if field.default_factory is None and not field.is_required() and field.default is not None
    }
    made: dict[str, Any] = {
        name: field.default_factory for name, field in fields if field.default_factory
    }
    return fixed, made


def write(session: Session, rows: Sequence[Table | New]) -> None:
    """Whatever points at whatever, the database judges at the end of the statement; and nobody at
    the gate waits for a dozen round trips. The rows travel as one document, because a hundred
    parameters would take longer to prepare than to write."""
    session.flush()
    grouped: dict[type[Table], list[dict[str, Any]]] = {}
    for row in rows:
        one = row if isinstance(row, New) else New(type(row), values_of(row))
        grouped.setdefault(one.table, []).append(one.values)
    if grouped:
        shape = tuple((table, _said(group)) for table, group in grouped.items())
        told = json.dumps(list(grouped.values()), default=_as_text)
        session.connection().execute(_statement(shape), {"rows": told})


def _said(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """What nobody says is left to the column's default."""
    return tuple(name for name in rows[0] if any(row[name] is not None for row in rows))


def _as_text(value: Any) -> str:
    """As PostgreSQL reads it."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return value.isoformat() if isinstance(value, datetime) else str(value)


@cache
def _statement(shape: tuple[tuple[type[Table], tuple[str, ...]], ...]) -> TextClause:
    inserts = [
        f"row_{at} AS (INSERT INTO {table.__tablename__} ({', '.join(names)}) "  # noqa: S608
        f"SELECT {', '.join(names)} FROM told, "
        f"jsonb_populate_recordset(NULL::{table.__tablename__}, told.rows -> {at}))"
        for at, (table, names) in enumerate(shape)
    ]
    told = "told AS (SELECT CAST(:rows AS jsonb) AS rows)"
    return text(f"WITH {', '.join([told, *inserts])} SELECT")
