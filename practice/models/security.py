"""Tables that keep the machinery honest."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from practice import clock
from practice.models.base import Table, instant


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
