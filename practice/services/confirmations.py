"""What makes a booking certain: the therapist's yes, and the provider's word about a payment."""

from sqlmodel import Session

from practice import clock
from practice.db import changes_calendar
from practice.domain.actors import Actor
from practice.domain.bookings import Status, approved_until
from practice.domain.refusals import SlotTaken
from practice.models.bookings import Appointment
from practice.services import availability, endings, transitions


@changes_calendar
def approve(session: Session, actor: Actor, *, reference: str) -> Status:
    """A request becomes a booking; one that costs something is held until it is paid."""
    booking, appointment = endings.find(session, actor, reference)
    if booking.price_cents:
        until = approved_until(clock.now(), appointment.starts_at)
        transitions.change(session, actor, booking, Status.HELD, lapses_at=until)
    else:
        transitions.change(session, actor, booking, Status.CONFIRMED)
    return Status(booking.status)


@changes_calendar
def confirm(session: Session, actor: Actor, *, reference: str) -> Status:
    """A payment has arrived. One that comes after the hold has ended gets its time only if that is
    still free; otherwise the refusal tells the payment to go back."""
    booking, appointment = endings.find(session, actor, reference)
    if booking.status == Status.EXPIRED:
        _require_still_free(session, actor, appointment)
    transitions.change(session, actor, booking, Status.CONFIRMED)
    return Status(booking.status)


def _require_still_free(session: Session, actor: Actor, appointment: Appointment) -> None:
    rules = availability.rules_of(session, appointment.session_type_id)
    if appointment.group_status is None:
        availability.require_free(
            session, actor, rules, appointment.starts_at, without=appointment.id
        )
    elif appointment.group_status != "open":
        raise SlotTaken
