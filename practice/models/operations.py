"""Who works by the clock, what was done when, and which processes are at it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from practice import clock
from practice.models.base import Table, identity, instant, sealed


class JobRun(Table, table=True):
    """One job at one time of its plan; the row is what lets two processes do it once."""

    __tablename__ = "job_runs"

    job: str = Field(primary_key=True)
    scheduled_for: datetime = Field(
        primary_key=True, sa_type=instant().sa_type, sa_column_kwargs={"nullable": False}
    )
    started_at: datetime = instant(default=clock.now)
    ended_at: datetime | None = instant(nullable=True)
    # How much it found to do, or a code of ours for why it failed.
    outcome: str = ""


class Heartbeat(Table, table=True):
    """A process that works: missing beats show that nobody does."""

    __tablename__ = "heartbeats"

    worker: str = Field(primary_key=True)
    at: datetime = instant(default=clock.now)


class WebhookEvent(Table, table=True):
    """What a provider told by itself, word for word; told again it is the same row."""

    __tablename__ = "webhook_inbox"
    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index("ix_webhook_inbox_received_at", "received_at"),
    )

    id: UUID = identity()
    source: str
    event_id: str
    kind: str
    body: bytes = sealed()
    received_at: datetime = instant(default=clock.now)
    applied_at: datetime | None = instant(nullable=True)
    # Why it could not be applied so far, in a word of ours.
    error: str = ""
