"""Finds a booking with its appointment, and what its reader may do with it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from practice import clock
from practice.domain.actors import Actor, Role
from practice.domain.booking.policy import Charge, cost_of_cancelling
from practice.domain.booking.status import MOVABLE, Status, may_become
from practice.models.booking import Appointment, Booking, BookingEvent
from practice.services import access
from practice.services.access import require


@dataclass(frozen=True)
class Choices:
    """What can be done with a booking now, and what it costs; said before anybody acts."""

    reference: str
    status: Status
    starts_at: datetime
    may_move: bool
    may_cancel: bool
    cancelling_costs_cents: int
    # What it will cost once it is no longer free.
    late_cost_cents: int
    currency: str
    free_until: datetime


def find_choices(session: Session, actor: Actor, *, reference: str) -> Choices:
    return choices(actor, *find(session, actor, reference))


def choices(actor: Actor, booking: Booking, appointment: Appointment) -> Choices:
    """Of rows that were read already."""
    charge, now, start = charge_of(booking), clock.now(), appointment.starts_at
    is_ahead = actor.role is Role.THERAPIST or now < start
    status = Status(booking.status)
    may_cancel = is_ahead and may_become(status, Status.CANCELLED, actor.role)
    return Choices(
        reference=booking.reference,
        status=status,
        starts_at=start,
        may_move=status in MOVABLE
        and (actor.role is Role.THERAPIST or now <= charge.free_until(start)),
        may_cancel=may_cancel,
        cancelling_costs_cents=cost(booking, start, now, actor) if may_cancel else 0,
        late_cost_cents=cost(booking, start, start, actor),
        currency=charge.currency,
        free_until=charge.free_until(start),
    )


def find(session: Session, actor: Actor, reference: str) -> tuple[Booking, Appointment]:
    booking = require(
        session.exec(access.bookings(actor).where(Booking.reference == reference)).one_or_none()
    )
    return booking, appointment_of(session, booking.appointment_id)


def appointment_of(session: Session, appointment_id: UUID) -> Appointment:
    return require(session.get(Appointment, appointment_id))


def charge_of(booking: Booking) -> Charge:
    return Charge(booking.price_cents, booking.currency, booking.free_hours, booking.late_percent)


def due_after(booking: Booking, event: BookingEvent) -> int:
    """What a cancellation costs for good, as it was when it happened: only what was certain can
    cost."""
    if event.from_status != Status.CONFIRMED:
        return 0
    by = Role(event.actor.partition(":")[0])
    return cost_of_cancelling(charge_of(booking), start=event.starts_at, now=event.at, by=by)


def cost(booking: Booking, start: datetime, now: datetime, actor: Actor) -> int:
    """Only what was certain can cost: a request or an unpaid hold is given back for nothing."""
    if booking.status != Status.CONFIRMED:
        return 0
    return cost_of_cancelling(charge_of(booking), start=start, now=now, by=actor.role)
