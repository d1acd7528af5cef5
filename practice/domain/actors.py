"""Who is asking. Every query and every change is done by an actor."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    PUBLIC = "public"
    CLIENT = "client"
    THERAPIST = "therapist"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    role: Role
    account_id: UUID | None = None
    client_id: UUID | None = None
    # The browser session this comes from.
    session_id: UUID | None = None
    # A visitor who holds the management link of this booking.
    booking_id: UUID | None = None

    def __str__(self) -> str:
        """As PostgreSQL's policies read it from app.actor."""
        words = f"{self.role}:{self.account_id or ''}:{self.client_id or ''}"
        return f"{words}:{self.booking_id}" if self.booking_id else words

    def may_act_as(self, role: Role) -> bool:
        return role is Role.PUBLIC or self.role is role


VISITOR = Actor(Role.PUBLIC)
SYSTEM = Actor(Role.SYSTEM)
