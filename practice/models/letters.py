"""The mail log: every letter as it was rendered, and every attempt to send it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from practice import clock
from practice.models.base import Table, identity, index_of, instant, one_of, sealed


class LetterState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    # Its reason was gone before it left.
    DROPPED = "dropped"
    # Given up, and shown to the therapist.
    FAILED = "failed"
    # Bounced, or called unwanted.
    CAME_BACK = "came_back"


class MailedLetter(Table, table=True):
    """Its id is the outbox row's, so a letter is rendered once however often it is tried."""

    __tablename__ = "letters"
    __table_args__ = (
        one_of("state", LetterState),
        CheckConstraint("(state = 'sent') <= (sent_at IS NOT NULL)", name="sent"),
        Index("ix_letters_provider_id", "provider_id", postgresql_where=text("provider_id <> ''")),
        Index("ix_letters_created_at", "created_at"),
    )

    id: UUID = Field(primary_key=True, foreign_key="outbox.id")
    kind: str
    recipient: bytes = sealed()
    recipient_index: bytes = index_of("recipient")
    # Subject, both parts and attachments as one sealed text; gone after ninety days.
    body: bytes | None = sealed(nullable=True)
    state: str = LetterState.WAITING
    road: str = ""
    provider_id: str = ""
    # A code of ours.
    trouble: str = ""
    created_at: datetime = instant(default=clock.now)
    sent_at: datetime | None = instant(nullable=True)
    came_back_at: datetime | None = instant(nullable=True)


class LetterAttempt(Table, table=True):
    __tablename__ = "letter_attempts"

    id: UUID = identity()
    letter_id: UUID = Field(foreign_key="letters.id", index=True, ondelete="CASCADE")
    at: datetime = instant(default=clock.now)
    road: str
    # "sent", or a code of ours.
    outcome: str
    provider_id: str = ""
