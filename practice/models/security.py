"""Tables that keep the machinery honest."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from practice import clock
from practice.models.base import Table, identity, instant, sealed


class CalendarGate(Table, table=True):
    """Locked, never read: who changes owned time holds this table from the first statement on."""

    __tablename__ = "calendar_gate"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})


class VaultKey(Table, table=True):
    """A key that sealed something in here, by fingerprint: no start without it."""

    __tablename__ = "vault_keys"

    fingerprint: bytes = Field(primary_key=True, sa_type=LargeBinary)
    since: datetime = instant(default=clock.now)


class IdempotencyKey(Table, table=True):
    """A request that was answered with a booking: asked again, it gets the same answer."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    scope: bytes = Field(primary_key=True, sa_type=LargeBinary)
    key: bytes = Field(primary_key=True, sa_type=LargeBinary)
    request: bytes = Field(sa_type=LargeBinary)
    # None while it has only been let in: a repetition of it is not counted again.
    booking_id: UUID | None = Field(default=None, foreign_key="bookings.id")
    created_at: datetime = instant(default=clock.now)


class RateCounter(Table, table=True):
    """How often somebody tried something since the window opened."""

    __tablename__ = "rate_counters"
    __table_args__ = (Index("ix_rate_counters_since", "since"),)

    name: str = Field(primary_key=True)
    subject: bytes = Field(primary_key=True, sa_type=LargeBinary)
    since: datetime = instant()
    count: int


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


class AuditEntry(Table, table=True):
    """Who did what to which row. Append-only: the database refuses any change."""

    __tablename__ = "audit_entries"

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    at: datetime = instant(default=clock.now)
    actor: str
    action: str
    subject: str
    subject_id: str
    # Codes and numbers only.
    details: dict[str, Any] = Field(
        default_factory=dict[str, Any], sa_column=Column(JSONB, nullable=False)
    )


class AuditSeal(Table, table=True):
    """A link of the chain that runs through the journal: each takes the one before it into its
    digest, so that no entry can be changed, taken out or put in between unseen."""

    __tablename__ = "audit_seals"

    number: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False, nullable=False)
    )
    entry_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("audit_entries.id"), unique=True, nullable=False)
    )
    digest: bytes = Field(sa_type=LargeBinary)
    at: datetime = instant(default=clock.now)
