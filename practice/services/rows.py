"""Writes the rows of one fact in one statement."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, insert, literal, select
from sqlmodel import Session

from practice.models.base import Table, values_of

Shape = tuple[tuple[type[Table], tuple[str, ...]], ...]


def write(session: Session, rows: Sequence[Table]) -> None:
    """Whatever points at whatever, the database judges at the end of the statement; and nobody at
    the gate waits for a dozen round trips."""
    session.flush()
    if not rows:
        return
    said = [_said(row) for row in rows]
    shape = tuple((type(row), tuple(one)) for row, one in zip(rows, said, strict=True))
    values = {f"{at}_{name}": value for at, one in enumerate(said) for name, value in one.items()}
    session.connection().execute(_statement(shape), values)


def _said(row: Table) -> dict[str, Any]:
    """What is None is left to the column's default."""
    return {name: value for name, value in values_of(row).items() if value is not None}


@cache
def _statement(shape: Shape) -> Executable:
    """Made once for each shape; making it costs more than running it."""
    parts = [
        insert(table).values({name: bindparam(f"{at}_{name}") for name in names}).cte(f"row_{at}")
        for at, (table, names) in enumerate(shape)
    ]
    return select(literal(1)).add_cte(*parts)
