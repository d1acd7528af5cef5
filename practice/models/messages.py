"""What is said between the practice and a client inside the portal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from practice import clock
from practice.domain.booking.consequences import Fact
from practice.domain.booking.consequences import Notice as Audience
from practice.models.base import Table, identity, instant, one_of


class Thread(Table, table=True):
    """The one conversation of a client with the therapist."""

    __tablename__ = "threads"

    id: UUID = identity()
    client_id: UUID = Field(foreign_key="clients.id", unique=True, ondelete="CASCADE")
    opened_at: datetime = instant(default=clock.now)


class Notice(Table, table=True):
    """An in-app notification; one of a kind for each event of a booking."""

    __tablename__ = "notices"
    __table_args__ = (
        one_of("audience", Audience),
        one_of("fact", Fact),
        CheckConstraint("(audience = 'client') = (account_id IS NOT NULL)", name="addressed"),
        UniqueConstraint("event_id", "audience"),
    )

    id: UUID = identity()
    audience: str
    account_id: UUID | None = Field(default=None, foreign_key="accounts.id", index=True)
    fact: str
    event_id: UUID = Field(foreign_key="booking_events.id")
    created_at: datetime = instant(default=clock.now)
    read_at: datetime | None = instant(nullable=True)
