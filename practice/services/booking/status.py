"""The one road from one status to the next: checked, recorded, and with all that follows."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from practice.clock import new_id
from practice.domain import inputs
from practice.domain.actors import Actor
from practice.domain.booking import consequences
from practice.domain.booking.consequences import Fact
from practice.domain.booking.refusals import AlreadyThere, NotPossibleNow, SlotTaken
from practice.domain.booking.status import Status, may_become
from practice.domain.clients.refusals import DiscoveryRequired
from practice.models import sealed
from practice.models.booking import ONE_PLACE, OVERLAP, Appointment, Booking, BookingEvent
from practice.models.clients import Client
from practice.services import audit, constraints
from practice.services.access import require
from practice.services.inserts import New, write
from practice.services.outbox import enqueue

REFUSALS = {
    OVERLAP: SlotTaken,
    "places": SlotTaken,
    "group_open": SlotTaken,
    ONE_PLACE: AlreadyThere,
    "discovery_first": DiscoveryRequired,
}


def change(
    session: Session,
    actor: Actor,
    booking: Booking,
    after: Status,
    *,
    why: str = "",
    lapses_at: datetime | None = None,
) -> BookingEvent:
    before = Status(booking.status)
    if not may_become(before, after, actor.role):
        raise NotPossibleNow
    booking.status = after
    booking.hold_expires_at = lapses_at
    if after is Status.CANCELLED:
        # A calendar takes a cancellation only if its number is higher than the invitation's.
        booking.sequence += 1
    return record(session, actor, booking, after, before=before, why=why)


def record(
    session: Session,
    actor: Actor,
    booking: Booking,
    what: str,
    *,
    before: Status,
    why: str = "",
    fact: Fact | None = None,
) -> BookingEvent:
    """Writes down what was changed already, and promises what follows from it."""
    with constraints.mapped(REFUSALS):
        session.flush()
    appointment = require(session.get(Appointment, booking.appointment_id))
    event = new_event(actor, booking, appointment, what, before=before, why=why)
    client = require(session.get(Client, booking.client_id))
    noted = audit.entry(actor, what, booking, before=before, after=booking.status)
    write(session, [event, noted, *news(session, booking, event, client.account_id, fact)])
    return event


def news(
    session: Session,
    booking: Booking,
    event: BookingEvent,
    account_id: UUID,
    fact: Fact | None = None,
    *,
    is_new: bool = False,
    link: str = "",
) -> list[New]:
    """Everything that must follow from an event, as rows not yet written."""
    before = Status(event.from_status) if event.from_status else None
    fact = fact or consequences.FACTS.get((before, Status(event.to_status)))
    if fact is None:
        return []
    rows = enqueue.promises(booking, event, fact, account_id, link=link)
    if fact is not Fact.CONFIRMED:
        return rows
    # The conversation begins with the first confirmed booking.
    return rows + enqueue.welcome(session, booking.client_id, is_new=is_new)


def new_event(
    actor: Actor,
    booking: Booking,
    appointment: Appointment,
    what: str,
    *,
    before: str | None = None,
    why: str = "",
) -> BookingEvent:
    row = new_id()
    return BookingEvent(
        id=row,
        booking_id=booking.id,
        actor=str(actor),
        what=what,
        from_status=before,
        to_status=booking.status,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        why=sealed.seal_if(BookingEvent, "why", row, inputs.note("why", why)),
    )
