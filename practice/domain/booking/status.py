"""A booking's states, who may lead it from one to the next, and what changing it costs."""

from collections.abc import Mapping
from enum import StrEnum

from practice.domain.actors import Role


class Status(StrEnum):
    HELD = "held"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


# These take the therapist's time.
LIVE = frozenset(
    {Status.HELD, Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW}
)
# These are still ahead: something is expected of somebody.
OPEN = frozenset({Status.HELD, Status.REQUESTED, Status.CONFIRMED})
MOVABLE = frozenset({Status.REQUESTED, Status.CONFIRMED})

_PERSON = frozenset({Role.PUBLIC, Role.CLIENT, Role.THERAPIST})
_THERAPIST = frozenset({Role.THERAPIST})
_SYSTEM = frozenset({Role.SYSTEM})

# From, to, and whose hand may do it. A public hand is one that holds the management link.
TRANSITIONS: Mapping[Status, Mapping[Status, frozenset[Role]]] = {
    Status.REQUESTED: {
        Status.HELD: _THERAPIST,
        Status.CONFIRMED: _THERAPIST,
        Status.DECLINED: _THERAPIST,
        Status.CANCELLED: _PERSON,
        Status.EXPIRED: _SYSTEM,
    },
    Status.HELD: {
        Status.CONFIRMED: _SYSTEM,
        Status.EXPIRED: _SYSTEM,
        Status.CANCELLED: _PERSON,
    },
    Status.EXPIRED: {Status.CONFIRMED: _SYSTEM},
    Status.CONFIRMED: {
        Status.COMPLETED: _THERAPIST,
        Status.NO_SHOW: _THERAPIST,
        Status.CANCELLED: _PERSON,
    },
    Status.COMPLETED: {Status.NO_SHOW: _THERAPIST},
    Status.NO_SHOW: {Status.COMPLETED: _THERAPIST},
    Status.DECLINED: {},
    Status.CANCELLED: {},
}


def may_become(before: Status, after: Status, by: Role) -> bool:
    return by in TRANSITIONS[before].get(after, frozenset())


class Place(StrEnum):
    VIDEO = "video"
    IN_PERSON = "in_person"
    PHONE = "phone"


class Confirmation(StrEnum):
    INSTANT = "instant"
    THERAPIST = "therapist"


class Visibility(StrEnum):
    PUBLIC = "public"
    LINK = "link"
    THERAPIST = "therapist"


class GroupStatus(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"


def first_status(price_cents: int, confirmation: Confirmation, by: Role) -> Status:
    """What the therapist books by her own hand she has confirmed; money is still owed then."""
    if by is Role.THERAPIST:
        return Status.CONFIRMED
    if confirmation is Confirmation.THERAPIST:
        return Status.REQUESTED
    return Status.HELD if price_cents else Status.CONFIRMED
