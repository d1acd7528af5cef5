"""What every table shares: names of constraints, and text kept by language."""

from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

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


# What the therapist publishes: {"en": "…", "it": "…"}.
Texts = dict[str, str]


def texts() -> Column[Any]:
    return Column(JSONB, nullable=False)


def are_texts(*columns: str, name: str = "texts") -> CheckConstraint:
    """An empty object is a text not written yet; a string or a list is a mistake."""
    rule = " AND ".join(f"jsonb_typeof({column}) = 'object'" for column in columns)
    return CheckConstraint(rule, name=name)
