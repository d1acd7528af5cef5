"""The calendar gate, and the private feeds of a calendar."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field

from practice import clock
from practice.models.base import Table, identity, instant


class CalendarGate(Table, table=True):
    """Locked, never read: who changes owned time holds this table from the first statement on."""

    __tablename__ = "calendar_gate"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})


class CalendarFeed(Table, table=True):
    """A private address from which a calendar program reads; of its token only the hash is here.
    For an account its own appointments, for the therapist's account all."""

    __tablename__ = "calendar_feeds"

    id: UUID = identity()
    account_id: UUID = Field(foreign_key="accounts.id", index=True, ondelete="CASCADE")
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    created_at: datetime = instant(default=clock.now)
    last_read_at: datetime | None = instant(nullable=True)
    revoked_at: datetime | None = instant(nullable=True)
