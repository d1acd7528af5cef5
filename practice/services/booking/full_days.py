"""Days that unproven guests have filled: the therapist sees them, and lets them go by one word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from practice import clock
from practice.db import changes_calendar
from practice.domain.actors import VISITOR, Actor
from practice.domain.availability import hours
from practice.domain.booking.status import OPEN, Status
from practice.domain.clients.stages import Stage
from practice.models.booking import Appointment, Booking
from practice.models.clients import Client
from practice.models.content import Practice, SessionType
from practice.services import access
from practice.services.access import require
from practice.services.availability import busy
from practice.services.availability import rules as availability_rules
from practice.services.booking import status


@dataclass(frozen=True)
class Crowd:
    """A day on which guests hold their whole share."""

    day: date
    calls: int


def list_crowds(session: Session, actor: Actor) -> list[Crowd]:
    access.require_therapist(actor)
    return find(session)


def find(session: Session) -> list[Crowd]:
    """As a guest would meet them: the days on which nobody books unproven any more."""
    first_calls = session.exec(
        select(SessionType.id).where(
            SessionType.needs == Stage.NEW, col(SessionType.archived_at).is_(None)
        )
    )
    crowded: dict[date, int] = {}
    for type_id in first_calls:
        rules = availability_rules.of_type(session, type_id)
        first = hours.day_in(rules.zone, hours.seconds(clock.now()))
        last = first + timedelta(seconds=rules.terms.horizon or 0)
        crowded |= busy.calendar(session, VISITOR, rules, first, last).crowded
    return [Crowd(day, crowded[day]) for day in sorted(crowded)]


@changes_calendar
def let_go(session: Session, actor: Actor, *, day: date) -> int:
    """Every first call of that day that is still ahead and whose mailbox nobody has answered for.
    Each hears of it by a letter."""
    access.require_therapist(actor)
    calls = _unproven(session, day)
    for call in calls:
        status.change(session, actor, call, Status.CANCELLED)
    return len(calls)


def _unproven(session: Session, day: date) -> Sequence[Booking]:
    zone = ZoneInfo(require(session.get(Practice, 1)).zone)
    low, high = (hours.moment(end) for end in hours.whole_days(zone, day, day))
    return session.exec(
        select(Booking)
        .join(Appointment, col(Appointment.id) == Booking.appointment_id)
        .join(Client, col(Client.id) == Booking.client_id)
        .where(
            Booking.discovery,
            col(Booking.status).in_(OPEN),
            Client.provisional,
            col(Client.claimed).is_(None),
            col(Appointment.starts_at) >= max(low, clock.now()),
            col(Appointment.starts_at) < high,
        )
        .order_by(col(Appointment.starts_at))
    ).all()
