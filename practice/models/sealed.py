"""Sealed columns read and written as the text they hold."""

from typing import Any
from uuid import UUID

from practice import vault
from practice.models.base import Table


def seal(table: type[Table], column: str, row: UUID, text: str) -> bytes:
    return vault.ring().seal(text, vault.Place(table.__tablename__, column, row))


def seal_if(table: type[Table], column: str, row: UUID, text: str | None) -> bytes | None:
    """What was not said is not there."""
    return seal(table, column, row, text) if text else None


def read(row: Any, column: str) -> str:
    """What was not said is empty."""
    sealed = getattr(row, column)
    if sealed is None:
        return ""
    return vault.ring().open(sealed, vault.Place(row.__tablename__, column, row.id))
