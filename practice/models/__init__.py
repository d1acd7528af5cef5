"""Tables and constraints; importing this package makes all of them known to the metadata."""

from sqlmodel import SQLModel

from practice.models import (
    bookings,
    content,
    drafts,
    messages,
    people,
    plumbing,
    schedule,
    signin,
)

__all__ = [
    "bookings",
    "content",
    "drafts",
    "messages",
    "metadata",
    "people",
    "plumbing",
    "schedule",
    "signin",
]

metadata = SQLModel.metadata
