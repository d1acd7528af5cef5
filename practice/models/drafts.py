"""What somebody has written and not sent yet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from practice import clock
from practice.models.base import Table, identity, instant, sealed


class Draft(Table, table=True):
    """The text of one field; its id follows from the account and the field's name, so there is
    one, and it is kept in one statement."""

    __tablename__ = "drafts"
    __table_args__ = (Index("ix_drafts_kept_at", "kept_at"),)

    id: UUID = identity()
    account_id: UUID = Field(foreign_key="accounts.id", index=True, ondelete="CASCADE")
    text: bytes = sealed()
    kept_at: datetime = instant(default=clock.now)
