"""What makes a booking certain: the therapist's yes, and the provider's word about a payment."""

from sqlmodel import Session, select

from practice import clock
from practice.db import changes_calendar
from practice.domain.actors import Actor
from practice.domain.availability import hours
from practice.domain.availability.intervals import overlap
from practice.domain.booking.policy import approved_until
from practice.domain.booking.refusals import NotPossibleNow, SlotTaken
from practice.domain.booking.status import GroupStatus, Status
from practice.models.booking import Appointment, Booking, BookingEvent
from practice.services.access import require
from practice.services.availability import busy
from practice.services.availability import rules as availability_rules
from practice.services.booking import lookup, status


@changes_calendar
def approve(session: Session, actor: Actor, *, reference: str) -> Status:
    """A request becomes a booking; one that costs something is held until it is paid."""
    booking, appointment = lookup.find(session, actor, reference)
    if booking.price_cents:
        until = approved_until(clock.now(), appointment.starts_at)
        status.change(session, actor, booking, Status.HELD, lapses_at=until)
    else:
        status.change(session, actor, booking, Status.CONFIRMED)
    return Status(booking.status)


@changes_calendar
def confirm(session: Session, actor: Actor, *, reference: str) -> Status:
    """A payment has arrived. One that comes after the hold has ended gets its time only if that is
    still free; otherwise the refusal tells the payment to go back."""
    booking, appointment = lookup.find(session, actor, reference)
    if booking.status == Status.EXPIRED:
        _require_was_held(session, booking)
        _require_still_free(session, actor, appointment)
    status.change(session, actor, booking, Status.CONFIRMED)
    return Status(booking.status)


def _require_was_held(session: Session, booking: Booking) -> None:
    """A request that expired was never to be paid."""
    held = select(BookingEvent.id).where(
        BookingEvent.booking_id == booking.id,
        BookingEvent.from_status == Status.HELD,
        BookingEvent.to_status == Status.EXPIRED,
    )
    if session.exec(held).first() is None:
        raise NotPossibleNow


def _require_still_free(session: Session, actor: Actor, appointment: Appointment) -> None:
    if appointment.starts_at <= clock.now():
        raise SlotTaken
    if appointment.group_status == GroupStatus.CANCELLED:
        raise SlotTaken
    if appointment.group_status == GroupStatus.OPEN:
        return
    rules = availability_rules.of_type(session, appointment.session_type_id)
    low, high = (hours.seconds(at) for at in (appointment.starts_at, appointment.ends_at))
    day = hours.day_in(rules.zone, low)
    first = day - hours.ONE_DAY
    standing = busy.calendar(session, actor, rules, first, day, without=appointment.id).taken
    during = appointment.during
    whole = hours.seconds(require(during.lower)), hours.seconds(require(during.upper))
    in_the_way = any(overlap(one, whole) for one in [*standing.busy, *standing.blocked])
    if in_the_way or any(overlap(one, (low, high)) for one in standing.closed):
        raise SlotTaken
