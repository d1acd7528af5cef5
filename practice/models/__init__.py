"""Tables and constraints; importing this package makes all of them known to the metadata."""

from sqlmodel import SQLModel

from practice.models import (
    accounts,
    booking,
    clients,
    content,
    drafts,
    letters,
    messages,
    operations,
    schedule,
    security,
)

__all__ = [
    "accounts",
    "booking",
    "clients",
    "content",
    "drafts",
    "letters",
    "messages",
    "metadata",
    "operations",
    "schedule",
    "security",
]

metadata = SQLModel.metadata
