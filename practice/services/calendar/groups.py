"""The therapist's own hand in the calendar: blocks, and the appointments of groups."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from practice import clock
from practice.db import changes_calendar
from practice.domain.actors import Actor
from practice.domain.booking.refusals import GroupFull, NotPossibleNow, SlotTaken
from practice.domain.booking.status import LIVE, GroupStatus, Place, Status
from practice.domain.errors import N_, Invalid
from practice.models.base import values_of
from practice.models.booking import Appointment, Booking
from practice.services import access, audit, constraints
from practice.services.access import require
from practice.services.availability import rules as availability_rules
from practice.services.availability import slots
from practice.services.booking import book, move, status

LARGEST_GROUP = 1000


@changes_calendar
def open_group(
    session: Session,
    actor: Actor,
    *,
    slug: str,
    start: datetime,
    capacity: int | None = None,
    despite_block: bool = False,
) -> UUID:
    """A group's time is taken from now on, with nobody in it yet."""
    access.require_therapist(actor)
    rules = availability_rules.find(session, actor, slug)
    if not rules.is_group:
        raise NotPossibleNow
    places = _places(rules.capacity if capacity is None else capacity)
    slots.require_free(session, actor, rules, start, despite_block=despite_block)
    new = book.new_appointment(rules, start)
    new.capacity = places
    new.group_status = GroupStatus.OPEN
    new.video_link = rules.video_room_url if Place.VIDEO in rules.places else None
    if session.connection().execute(book.TAKE, values_of(new)).first() is None:
        raise SlotTaken
    audit.note(session, actor, "group_opened", new, capacity=new.capacity)
    return new.id


@changes_calendar
def move_group(
    session: Session,
    actor: Actor,
    *,
    appointment_id: UUID,
    start: datetime,
    despite_block: bool = False,
) -> None:
    """The appointment moves, and with it everybody in it."""
    group = _open_group(session, actor, appointment_id)
    _require_ahead(group)
    if group.starts_at == start:
        return
    rules = availability_rules.of_type(session, group.session_type_id).as_booked(group)
    slots.require_free(session, actor, rules, start, despite_block=despite_block, without=group.id)
    move.shift(group, rules, start)
    audit.note(session, actor, "group_moved", group)
    for booking in _bookings_in(session, group):
        move.note_move(session, actor, booking, rules, start)


@changes_calendar
def resize_group(session: Session, actor: Actor, *, appointment_id: UUID, capacity: int) -> None:
    group = _open_group(session, actor, appointment_id)
    if _places(capacity) < book.places_taken(session, group):
        raise GroupFull
    group.capacity = capacity
    audit.note(session, actor, "group_resized", group, capacity=capacity)
    with constraints.mapped({"places": GroupFull}):
        session.flush()


@changes_calendar
def cancel_group(
    session: Session, actor: Actor, *, appointment_id: UUID, why: str = ""
) -> list[str]:
    """Everybody in it is told; the time is free again."""
    group = _open_group(session, actor, appointment_id)
    _require_ahead(group)
    found = _bookings_in(session, group)
    for booking in found:
        status.change(session, actor, booking, Status.CANCELLED, why=why)
    session.flush()
    group.group_status = GroupStatus.CANCELLED
    audit.note(session, actor, "group_cancelled", group)
    return [booking.reference for booking in found]


def _places(capacity: int) -> int:
    if not 1 <= capacity <= LARGEST_GROUP:
        raise Invalid({"capacity": N_("A group has at least one place.")})
    return capacity


def _open_group(session: Session, actor: Actor, appointment_id: UUID) -> Appointment:
    access.require_therapist(actor)
    found = require(session.get(Appointment, appointment_id))
    if found.group_status != GroupStatus.OPEN:
        raise NotPossibleNow
    return found


def _require_ahead(group: Appointment) -> None:
    """What people came to cannot be moved or called off any more."""
    if group.starts_at <= clock.now():
        raise NotPossibleNow


def _bookings_in(session: Session, group: Appointment) -> list[Booking]:
    found = select(Booking).where(Booking.appointment_id == group.id, col(Booking.status).in_(LIVE))
    return list(session.exec(found.order_by(col(Booking.created_at))))
