"""Moves a booking to another time: in place, and over its own old time where it wants to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from practice import clock
from practice.db import changes_calendar
from practice.domain.actors import Actor, Role
from practice.domain.booking.consequences import Fact
from practice.domain.booking.policy import lapses_at
from practice.domain.booking.refusals import NotPossibleNow, TooLate
from practice.domain.booking.status import MOVABLE, Status
from practice.models.booking import Appointment, Booking
from practice.services.availability import rules as availability_rules
from practice.services.availability import slots
from practice.services.availability.rules import Rules
from practice.services.booking import book, lookup
from practice.services.booking import status as booking_status
from practice.services.clients import allowance


@dataclass(frozen=True)
class Moved:
    reference: str
    starts_at: datetime
    ends_at: datetime


@changes_calendar
def move(
    session: Session,
    actor: Actor,
    *,
    reference: str,
    start: datetime,
    despite_block: bool = False,
) -> Moved:
    booking, appointment = lookup.find(session, actor, reference)
    _require_movable(actor, booking, appointment)
    if start == appointment.starts_at:
        return Moved(booking.reference, appointment.starts_at, appointment.ends_at)
    allowance.require_move(session, actor, booking)
    rules = availability_rules.of_type(session, booking.session_type_id).as_booked(appointment)
    if appointment.group_status:
        appointment = book.find_group(session, actor, rules, start, without=appointment.id)
        booking.appointment_id = appointment.id
    else:
        slots.require_free(
            session, actor, rules, start, despite_block=despite_block, without=appointment.id
        )
        shift(appointment, rules, start)
    note_move(session, actor, booking, rules, start)
    return Moved(booking.reference, appointment.starts_at, appointment.ends_at)


def _require_movable(actor: Actor, booking: Booking, appointment: Appointment) -> None:
    if booking.status not in MOVABLE:
        raise NotPossibleNow
    free_until = lookup.charge_of(booking).free_until(appointment.starts_at)
    if actor.role is not Role.THERAPIST and clock.now() > free_until:
        raise TooLate


def shift(appointment: Appointment, rules: Rules, start: datetime) -> None:
    """One UPDATE: the old time and the new one may overlap."""
    wanted = book.new_appointment(rules, start)
    appointment.starts_at = wanted.starts_at
    appointment.ends_at = wanted.ends_at
    appointment.during = wanted.during
    appointment.sequence += 1


def note_move(
    session: Session, actor: Actor, booking: Booking, rules: Rules, start: datetime
) -> None:
    booking.sequence += 1
    status = Status(booking.status)
    if status is Status.REQUESTED:
        booking.hold_expires_at = _answer_until(actor, booking, rules, start)
    # What was never certain stands in nobody's calendar.
    fact = Fact.MOVED if status is Status.CONFIRMED else Fact.REQUEST_MOVED
    booking_status.record(session, actor, booking, "moved", before=status, fact=fact)


def _answer_until(actor: Actor, booking: Booking, rules: Rules, start: datetime) -> datetime | None:
    """Moving does not make a request live longer; the therapist's own hand does, and where it
    does not keep the notice, she answers until the start."""
    by_therapist = actor.role is Role.THERAPIST
    now = clock.now() if by_therapist else booking.created_at
    notice = timedelta(seconds=rules.terms.notice)
    if by_therapist and start - notice <= now:
        notice = timedelta(0)
    return lapses_at(Status.REQUESTED, now=now, start=start, notice=notice)


def list_alternatives(
    session: Session, actor: Actor, *, reference: str, start: datetime
) -> list[datetime]:
    """The nearest free times for a booking that wants to move, also of a type that nobody can
    book any more."""
    booking, appointment = lookup.find(session, actor, reference)
    rules = availability_rules.of_type(session, booking.session_type_id).as_booked(appointment)
    return slots.nearest_to(session, actor, rules, start, without=appointment.id)
