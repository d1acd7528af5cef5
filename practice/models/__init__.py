"""Tables and constraints; importing this package makes all of them known to the metadata."""

from sqlmodel import SQLModel

from practice.models import content, plumbing

__all__ = ["content", "metadata", "plumbing"]

metadata = SQLModel.metadata
