"""When the therapist works: weekly hours, other hours on a date, and time that is not available."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from practice.models.base import Table, identity, instant, sealed


def _starts_before_midnight() -> CheckConstraint:
    """Python knows no 24:00; an end that is missing is the midnight after."""
    return CheckConstraint("starts < '24:00' AND (ends IS NULL OR ends < '24:00')", name="times")


class Schedule(Table, table=True):
    """Named weekly hours in the practice's zone."""

    __tablename__ = "schedules"
    __table_args__ = (
        CheckConstraint("valid_until >= valid_from", name="valid"),
        Index(
            "uq_schedules_default", "is_default", unique=True, postgresql_where=text("is_default")
        ),
    )

    id: UUID = identity()
    name: str
    is_default: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


class WeeklyHours(Table, table=True):
    """A range of one weekday (0 is Monday). An end at or before its start runs past midnight;
    a missing one is midnight."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        _starts_before_midnight(),
    )

    schedule_id: UUID = Field(foreign_key="schedules.id", primary_key=True, ondelete="CASCADE")
    weekday: int = Field(primary_key=True)
    starts: time = Field(primary_key=True)
    ends: time | None = None


class Override(Table, table=True):
    """Other hours on one date, or none: then it has no rows of hours."""

    __tablename__ = "overrides"

    on_date: date = Field(primary_key=True)


class OverrideHours(Table, table=True):
    __tablename__ = "override_hours"
    __table_args__ = (_starts_before_midnight(),)

    on_date: date = Field(foreign_key="overrides.on_date", primary_key=True, ondelete="CASCADE")
    starts: time = Field(primary_key=True)
    ends: time | None = None


class Block(Table, table=True):
    """Time that is not available: instants, or whole days of a zone (both dates included)."""

    __tablename__ = "blocks"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(starts_at, ends_at) = 2 AND num_nonnulls(first_on, last_on, zone) = 0 "
            "OR num_nonnulls(starts_at, ends_at) = 0 AND num_nonnulls(first_on, last_on, zone) = 3",
            name="one_form",
        ),
        CheckConstraint("starts_at < ends_at", name="timed"),
        CheckConstraint("first_on <= last_on", name="all_day"),
        Index("ix_blocks_ends_at", "ends_at", postgresql_where=text("ends_at IS NOT NULL")),
        Index("ix_blocks_last_on", "last_on", postgresql_where=text("last_on IS NOT NULL")),
    )

    id: UUID = identity()
    starts_at: datetime | None = instant(nullable=True)
    ends_at: datetime | None = instant(nullable=True)
    first_on: date | None = None
    last_on: date | None = None
    zone: str | None = None
    reason: bytes | None = sealed(nullable=True)

    @classmethod
    def timed(cls, starts_at: datetime, ends_at: datetime, **more: Any) -> "Block":
        return cls(starts_at=starts_at, ends_at=ends_at, **more)

    @classmethod
    def days(cls, first_on: date, last_on: date, zone: str, **more: Any) -> "Block":
        return cls(first_on=first_on, last_on=last_on, zone=zone, **more)
