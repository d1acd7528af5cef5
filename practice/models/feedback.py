"""Feedback that clients gave after a session."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from practice import clock
from practice.models.base import Table, identity, instant, sealed


class Feedback(Table, table=True):
    """What a client says after a session, for the therapist's eyes only. Asked for once; given at
    most once, and changeable as long as the link lives."""

    __tablename__ = "feedback"

    id: UUID = identity()
    booking_id: UUID = Field(foreign_key="bookings.id", unique=True)
    asked_at: datetime = instant(default=clock.now)
    given_at: datetime | None = instant(nullable=True)
    words: bytes | None = sealed(nullable=True)
