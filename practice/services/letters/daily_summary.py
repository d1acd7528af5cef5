"""The therapist's day in one letter each morning: what is booked, what waits, what went wrong."""

import json
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, func, select

from practice import clock, letters, settings
from practice.clock import new_id
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.domain.availability import hours
from practice.domain.booking.consequences import SUMMARY, Effect
from practice.domain.booking.status import Place, Status
from practice.letters import Day, Times, Visit
from practice.models import sealed
from practice.models.accounts import Therapist
from practice.models.booking import Appointment, Booking
from practice.models.clients import Client
from practice.models.content import Practice
from practice.models.outbox import OutboxRow
from practice.services.access import require
from practice.services.booking import full_days

# In the practice's own zone. Who starts the server at noon wants no morning letter any more.
BEGINS, ENDS = time(7), time(12)


@collides_by_nature
def promise_due(session: Session, _actor: Actor) -> int:
    """Once a day, and not on a day that has nothing to say."""
    practice = session.get(Practice, 1)
    if practice is None or session.get(Therapist, 1) is None:
        return 0
    local = clock.now().astimezone(ZoneInfo(practice.zone))
    if not BEGINS <= local.time() < ENDS:
        return 0
    if not _has_something_to_say(find(session, local.date())):
        return 0
    wanted = [Effect.LETTER_TO_THERAPIST]
    if settings.current().telegram_bot_token:
        wanted.append(Effect.CHAT_TO_THERAPIST)
    return sum(_promise(session, effect, local.date()) for effect in wanted)


def _promise(session: Session, effect: Effect, day: date) -> int:
    row = new_id()
    told = json.dumps({"day": day.isoformat()})
    added = session.connection().execute(
        insert(OutboxRow)
        .values(
            id=row,
            effect=effect,
            fact=SUMMARY,
            dedupe_key=f"{SUMMARY}/{effect}/{day}",
            payload=sealed.seal(OutboxRow, "payload", row, told),
            attempts=0,
            lost=0,
            since=clock.now(),
            next_at=clock.now(),
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(col(OutboxRow.id))
    )
    return len(added.all())


def find(session: Session, day: date) -> Day:
    practice = require(session.get(Practice, 1))
    low, high = hours.whole_days(ZoneInfo(practice.zone), day, day)
    waiting = select(func.count()).where(Booking.status == Status.REQUESTED)
    failed = select(func.count()).where(col(OutboxRow.dead_at).is_not(None))
    to_close = (
        select(func.count())
        .select_from(Booking)
        .join(Appointment, col(Appointment.id) == Booking.appointment_id)
        .where(
            Booking.discovery,
            Booking.status == Status.CONFIRMED,
            col(Appointment.ends_at) <= clock.now(),
        )
    )
    return Day(
        on=day,
        visits=_visits(session, hours.moment(low), hours.moment(high)),
        calls_to_close=session.exec(to_close).one(),
        requests_waiting=session.exec(waiting).one(),
        letters_failed=session.exec(failed).one(),
        crowded=len(full_days.find(session)),
    )


def _visits(session: Session, begins: datetime, ends: datetime) -> tuple[Visit, ...]:
    found = session.exec(
        select(Appointment, Booking.place, Client)
        .join(Booking, col(Booking.appointment_id) == Appointment.id)
        .join(Client, col(Client.id) == Booking.client_id)
        .where(
            Booking.status == Status.CONFIRMED,
            col(Appointment.starts_at) >= begins,
            col(Appointment.starts_at) < ends,
        )
        .order_by(col(Appointment.starts_at))
    )
    return tuple(
        Visit(
            Times(one.starts_at, one.ends_at),
            letters.Client.named(sealed.read(client, "name"), "UTC").initials,
            Place(place),
        )
        for one, place, client in found
    )


def _has_something_to_say(day: Day) -> bool:
    waiting = day.calls_to_close or day.requests_waiting or day.letters_failed
    return bool(day.visits or waiting or day.crowded)
