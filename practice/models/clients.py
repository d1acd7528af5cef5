"""Accounts, who sign in and receive letters; clients, who are treated; what they agreed to."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from practice import clock
from practice.domain.clients.stages import Source
from practice.models.base import Table, identity, index_of, instant, one_of, sealed


class Relationship(StrEnum):
    """What a client is to the account that cares for the appointments."""

    SELF = "self"
    CHILD = "child"
    PARTNER = "partner"
    OTHER = "other"


class Client(Table, table=True):
    """The stage of the relationship is derived from these dates and stored nowhere."""

    __tablename__ = "clients"
    __table_args__ = (
        one_of("relationship", Relationship),
        one_of("discovery_source", Source),
        CheckConstraint(
            "(discovery_completed_at IS NULL) = (discovery_source IS NULL)", name="source_said"
        ),
        CheckConstraint(
            "(discovery_source = 'therapist') = (discovery_reason IS NOT NULL) "
            "OR discovery_source IS NULL AND discovery_reason IS NULL",
            name="reason_said",
        ),
        # Work begins behind the gate.
        CheckConstraint(
            "intake_completed_at IS NULL OR discovery_completed_at IS NOT NULL", name="gate_first"
        ),
    )

    id: UUID = identity()
    account_id: UUID = Field(foreign_key="accounts.id", index=True)
    relationship: str = Relationship.SELF
    provisional: bool = False
    # What whoever reads the mailbox answered to "was this you?"; None until then.
    claimed: bool | None = None
    name: bytes = sealed()
    phone: bytes | None = sealed(nullable=True)
    phone_index: bytes | None = index_of("phone", nullable=True)
    discovery_completed_at: datetime | None = instant(nullable=True)
    discovery_source: str | None = None
    discovery_reason: bytes | None = sealed(nullable=True)
    intake_completed_at: datetime | None = instant(nullable=True)
    paused_at: datetime | None = instant(nullable=True)
    ended_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant(default=clock.now)


class Consent(Table, table=True):
    """That a client agreed to a version of the privacy text, and when."""

    __tablename__ = "consents"

    client_id: UUID = Field(foreign_key="clients.id", primary_key=True, ondelete="CASCADE")
    version: str = Field(foreign_key="privacy_texts.version", primary_key=True)
    given_at: datetime = instant(default=clock.now)
