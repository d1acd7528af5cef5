"""What every table shares: names of constraints, ids, instants, sealed text, text by language."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, DateTime, Dialect, LargeBinary, TypeDecorator, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from practice.clock import new_id

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """SQLModel types the name of a table as a decorator; here it is what it is."""

    __tablename__: ClassVar[str]  # type: ignore[assignment]


def values_of(row: Table) -> dict[str, Any]:
    """As an INSERT takes them; pydantic's own dump would take ranges apart."""
    return {name: getattr(row, name) for name in type(row).model_fields}


class Instant(TypeDecorator[datetime]):
    """Aware, and UTC on both sides; a naive time is a mistake and never reaches the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored instant must carry its zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value and value.astimezone(UTC)


def instant(*, default: Any = None, nullable: bool = False) -> Any:
    """Required unless it may be missing."""
    if nullable:
        return Field(default=None, sa_type=Instant, nullable=True)
    if default is not None:
        return Field(default_factory=default, sa_type=Instant, nullable=False)
    return Field(sa_type=Instant, nullable=False)


def identity() -> Any:
    """Made here, so that text can be sealed to its row before the row exists."""
    return Field(
        default_factory=new_id,
        primary_key=True,
        sa_column_kwargs={"server_default": text("uuidv7()")},
    )


def sealed(*, nullable: bool = False) -> Any:
    """Private text, readable with the keys only (vault.py); rotation finds it by this mark."""
    column = {"info": {"sealed": True}}
    if nullable:
        return Field(default=None, sa_type=LargeBinary, nullable=True, sa_column_kwargs=column)
    return Field(sa_type=LargeBinary, nullable=False, sa_column_kwargs=column)


def index_of(column: str, *, nullable: bool = False) -> Any:
    """By what a sealed column is found: an HMAC, the same for the same text."""
    more = {"info": {"index_of": column}}
    if nullable:
        return Field(
            default=None, sa_type=LargeBinary, nullable=True, index=True, sa_column_kwargs=more
        )
    return Field(sa_type=LargeBinary, nullable=False, index=True, sa_column_kwargs=more)


def one_of(column: str, values: type[StrEnum] | tuple[StrEnum, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


# What the therapist publishes: {"en": "…", "it": "…"}.
Texts = dict[str, str]


def texts() -> Column[Any]:
    return Column(JSONB, nullable=False)


def are_texts(*columns: str, name: str = "texts") -> CheckConstraint:
    """An empty object is a text not written yet; a string or a list is a mistake."""
    rule = " AND ".join(f"jsonb_typeof({column}) = 'object'" for column in columns)
    return CheckConstraint(rule, name=name)
