"""The outbox: what must happen outside the house, one row each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from practice import clock
from practice.models.base import Table, identity, instant, sealed


class OutboxRow(Table, table=True):
    """One effect that must happen outside, written with the fact that causes it."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("num_nonnulls(done_at, dead_at) <= 1", name="one_end"),
        Index(
            "ix_outbox_due",
            "next_at",
            postgresql_where=text("done_at IS NULL AND dead_at IS NULL"),
        ),
    )

    id: UUID = identity()
    effect: str
    fact: str
    booking_id: UUID | None = Field(default=None, foreign_key="bookings.id", index=True)
    # The same effect of the same event is promised once.
    dedupe_key: str = Field(unique=True)
    payload: bytes = sealed()
    attempts: int = 0
    # Attempts that may have arrived although no answer said so.
    lost: int = 0
    # From when on patience is counted; the therapist can begin it anew.
    since: datetime = instant(default=clock.now)
    next_at: datetime = instant(default=clock.now)
    lease_until: datetime | None = instant(nullable=True)
    done_at: datetime | None = instant(nullable=True)
    dead_at: datetime | None = instant(nullable=True)
    # A code or a note of ours, never an answer's text.
    outcome: str | None = None
    created_at: datetime = instant(default=clock.now)
