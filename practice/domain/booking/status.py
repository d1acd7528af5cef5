"""A booking's states, who may lead it from one to the next, and what changing it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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


# A checkout page lives 32 minutes; the hold outlives it, so that a payment always finds its time.
HOLD = timedelta(minutes=34)
# Who was approved is not sitting before the screen.
APPROVED_HOLD = timedelta(hours=24)
REQUEST = timedelta(hours=48)
# How long the letter's link opens a booking after it has ended.
LINK = timedelta(days=30)


def lapses_at(
    status: Status, *, now: datetime, start: datetime, notice: timedelta
) -> datetime | None:
    """When nobody answered or paid in time."""
    if status is Status.HELD:
        return now + HOLD
    if status is Status.REQUESTED:
        return min(now + REQUEST, start - notice)
    return None


def approved_until(now: datetime, start: datetime) -> datetime:
    return max(now + HOLD, min(now + APPROVED_HOLD, start))


@dataclass(frozen=True)
class Charge:
    """The price and the policy frozen into a booking."""

    price_cents: int
    currency: str
    # Until so long before the start, moving and cancelling cost nothing.
    free_hours: int
    # Afterwards cancelling costs this share, and moving is for the therapist.
    late_percent: int

    def free_until(self, start: datetime) -> datetime:
        return start - timedelta(hours=self.free_hours)


def cost_of_cancelling(charge: Charge, *, start: datetime, now: datetime, by: Role) -> int:
    """In cents. The last free second is free; what the therapist cancels costs the client nothing;
    half a cent is the client's."""
    if by in {Role.THERAPIST, Role.SYSTEM} or now <= charge.free_until(start):
        return 0
    return charge.price_cents * charge.late_percent // 100


# No vowels, so that no word appears by accident, and nothing that looks or sounds like another.
REFERENCE_LETTERS = "CDFGHJKLMPRTVWX"
REFERENCE_DIGITS = "2345679"
