"""Links that sign in, the sessions they open, and the therapist's second factor."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field

from practice import clock
from practice.models.base import Table, identity, index_of, instant, sealed


class SigninLink(Table, table=True):
    """A link in a letter; of its token only the hash is here."""

    __tablename__ = "signin_links"
    __table_args__ = (Index("ix_signin_links_expires_at", "expires_at"),)

    id: UUID = identity()
    account_id: UUID = Field(foreign_key="accounts.id", index=True, ondelete="CASCADE")
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    # Of which booking's letter it was; the page behind it asks whether they booked that.
    booking_id: UUID | None = Field(
        default=None, foreign_key="bookings.id", index=True, ondelete="CASCADE"
    )
    # Of the browser that asked; none where a letter brought the link unasked.
    asker_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    # What the browser called itself, for whoever opens the link elsewhere.
    device: bytes | None = sealed(nullable=True)
    created_at: datetime = instant(default=clock.now)
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)
    voided_at: datetime | None = instant(nullable=True)


class BrowserSession(Table, table=True):
    """Somebody signed in at a browser. The cookie's value is nowhere but in the browser."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_open", "account_id", postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("last_used_at >= created_at", name="used"),
    )

    id: UUID = identity()
    secret_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    account_id: UUID = Field(foreign_key="accounts.id", ondelete="CASCADE")
    # Whom of the account's clients this browser looks at.
    client_id: UUID | None = Field(default=None, foreign_key="clients.id", ondelete="SET NULL")
    device: bytes | None = sealed(nullable=True)
    created_at: datetime = instant(default=clock.now)
    last_used_at: datetime = instant(default=clock.now)
    # When the second factor was last shown; the therapist's portal needs it.
    factor_at: datetime | None = instant(nullable=True)
    # By her own hand; a code takes it away again.
    locked_at: datetime | None = instant(nullable=True)
    ended_at: datetime | None = instant(nullable=True)


class Therapist(Table, table=True):
    """The owner: exactly one."""

    __tablename__ = "therapist"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    account_id: UUID = Field(foreign_key="accounts.id", unique=True)


class Factor(Table, table=True):
    """The secret of the therapist's authenticator; confirmed once a code of it was right."""

    __tablename__ = "factors"

    id: UUID = identity()
    account_id: UUID = Field(foreign_key="accounts.id", unique=True, ondelete="CASCADE")
    secret: bytes = sealed()
    confirmed_at: datetime | None = instant(nullable=True)
    # The half-minute of the last code: no code is taken twice.
    last_step: int = 0
    created_at: datetime = instant(default=clock.now)


class RecoveryCode(Table, table=True):
    """For the day the telephone is lost; each opens once. Fifty bits are too few for a bare hash:
    its SHA-256 is sealed and indexed with the vault's keys, so that rotation takes it along."""

    __tablename__ = "recovery_codes"

    id: UUID = identity()
    account_id: UUID = Field(foreign_key="accounts.id", index=True, ondelete="CASCADE")
    code: bytes | None = sealed(nullable=True)
    code_index: bytes | None = index_of("code", nullable=True)
    # As codes were kept before they were sealed; the next start takes these over and empties them.
    code_hash: bytes | None = Field(default=None, sa_type=LargeBinary, unique=True)
    used_at: datetime | None = instant(nullable=True)


class Account(Table, table=True):
    """Provisional until somebody proved that the e-mail is theirs; proven, it is the only one."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index(
            "uq_accounts_proven_email",
            "email_index",
            unique=True,
            postgresql_where=text("email_proven_at IS NOT NULL"),
        ),
    )

    id: UUID = identity()
    email: bytes = sealed()
    email_index: bytes = index_of("email")
    email_proven_at: datetime | None = instant(nullable=True)
    language: str
    zone: str
    created_at: datetime = instant(default=clock.now)
