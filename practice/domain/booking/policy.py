"""What a booking costs when it is cancelled, and how long a hold or a request lives."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from practice.domain.actors import Role
from practice.domain.booking.status import Status

# A checkout page lives 32 minutes; the hold outlives it, so that a payment always finds its time.
HOLD = timedelta(minutes=34)
# Who was approved is not sitting before the screen.
APPROVED_HOLD = timedelta(hours=24)
REQUEST = timedelta(hours=48)


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
