"""Tables and constraints; importing this package makes all of them known to the metadata."""

from sqlmodel import SQLModel

from practice.models import (
    accounts,
    booking,
    calendar,
    clients,
    content,
    drafts,
    feedback,
    letters,
    messages,
    operations,
    outbox,
    schedule,
    security,
)

__all__ = [
    "accounts",
    "booking",
    "calendar",
    "clients",
    "content",
    "drafts",
    "feedback",
    "letters",
    "messages",
    "metadata",
    "operations",
    "outbox",
    "schedule",
    "security",
]

metadata = SQLModel.metadata
