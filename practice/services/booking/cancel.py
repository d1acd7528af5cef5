"""Bookings that end before they took place: cancelled, declined, expired."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from practice import clock
from practice.db import changes_calendar
from practice.domain.actors import Actor, Role
from practice.domain.booking.refusals import CostsMore, TooLate
from practice.domain.booking.status import OPEN, Status
from practice.models.booking import Booking
from practice.services.booking import lookup
from practice.services.booking import status as booking_status


@dataclass(frozen=True)
class Cancelled:
    reference: str
    cost_cents: int
    currency: str


@changes_calendar
def cancel(
    session: Session,
    actor: Actor,
    *,
    reference: str,
    why: str = "",
    at_most_cents: int | None = None,
) -> Cancelled:
    """A client may until the session begins; the therapist may later, too, to put things right.
    Whoever was told a price is never charged a higher one, however long the question stood."""
    booking, appointment = lookup.find(session, actor, reference)
    is_over = clock.now() >= appointment.starts_at
    if is_over and actor.role is not Role.THERAPIST and booking.status in OPEN:
        raise TooLate
    cost = lookup.cost(booking, appointment.starts_at, clock.now(), actor)
    if at_most_cents is not None and cost > at_most_cents:
        raise CostsMore
    booking_status.change(session, actor, booking, Status.CANCELLED, why=why)
    return Cancelled(booking.reference, cost, booking.currency)


@changes_calendar
def decline(session: Session, actor: Actor, *, reference: str, why: str = "") -> None:
    booking, _ = lookup.find(session, actor, reference)
    booking_status.change(session, actor, booking, Status.DECLINED, why=why)


def find_due(session: Session, _actor: Actor) -> list[str]:
    """Holds that nobody paid and requests that nobody answered."""
    due = select(Booking.reference).where(col(Booking.hold_expires_at) <= clock.now())
    return list(session.exec(due.order_by(col(Booking.hold_expires_at))))


@changes_calendar
def expire(session: Session, actor: Actor, reference: str) -> bool:
    """False where it was paid, answered or expired meanwhile."""
    booking, _ = lookup.find(session, actor, reference)
    if booking.hold_expires_at is None or booking.hold_expires_at > clock.now():
        return False
    booking_status.change(session, actor, booking, Status.EXPIRED)
    return True
