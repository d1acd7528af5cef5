"""Tables and constraints; importing this package makes all of them known to the metadata."""

from sqlmodel import SQLModel

from practice.models import (
    bookings,
    content,
    drafts,
    messages,
    people,
    plumbing,
    post,
    schedule,
    signin,
    work,
)

__all__ = [
    "bookings",
    "content",
    "drafts",
    "messages",
    "metadata",
    "people",
    "plumbing",
    "post",
    "schedule",
    "signin",
    "work",
]

metadata = SQLModel.metadata
