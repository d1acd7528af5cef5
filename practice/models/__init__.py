"""Tables and constraints; importing this package knows them all."""

from practice.models import content, plumbing

__all__ = ["content", "plumbing"]
