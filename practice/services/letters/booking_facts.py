"""Everything a letter about a booking is written from, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, exists, func, select

from practice.domain.actors import Role
from practice.domain.booking.consequences import Fact
from practice.letters import Sort, Times
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import Appointment, Booking, BookingEvent
from practice.models.clients import Client
from practice.models.content import Practice, SessionType
from practice.models.outbox import OutboxRow
from practice.services.access import require
from practice.services.booking import letter_facts, lookup
from practice.services.booking.letter_facts import Told

OF_REQUESTS = frozenset(
    {Fact.REQUESTED, Fact.REQUEST_MOVED, Fact.WITHDRAWN, Fact.DECLINED, Fact.EXPIRED}
)


# Letters about moves that were left out for another.
LEFT_OUT = ("dropped:moved_again", "dropped:as_before")


@dataclass(frozen=True)
class Known:
    """A booking with all that letters about it need."""

    told: Mapping[str, Any]
    fact: str
    booking: Booking
    appointment: Appointment
    kind: SessionType
    client: Client
    account: Account
    practice: Practice
    event: BookingEvent | None
    # The event before, for a time that no longer holds.
    earlier: BookingEvent | None

    @property
    def by(self) -> Role:
        return _hand(self.event) if self.event else Role.SYSTEM


# The facts


def known(session: Session, promised: OutboxRow, told: Mapping[str, Any]) -> Known:
    found = session.exec(
        select(Booking, Appointment, SessionType, Client)
        .join(Appointment, col(Appointment.id) == Booking.appointment_id)
        .join(SessionType, col(SessionType.id) == Booking.session_type_id)
        .join(Client, col(Client.id) == Booking.client_id)
        .where(Booking.id == promised.booking_id)
    ).one()
    account = require(session.get(Account, found[3].account_id))
    event = session.get(BookingEvent, UUID(told["event"])) if "event" in told else None
    practice = require(session.get(Practice, 1))
    earlier = _earlier(session, event, promised.effect) if event else None
    return Known(told, promised.fact, *found, account, practice, event, earlier)


def _earlier(session: Session, event: BookingEvent, effect: str) -> BookingEvent | None:
    """The event before that its reader knows of. A move whose letter was left out for a newer one
    of the same hand is nothing to them; what one hand moved and another moved back is told."""
    rows = _events_before(session, event, effect)
    hand = _hand(event)
    known, is_left_out = next(
        ((row, left) for row, left in rows if not (left and _hand(row) is hand)), (None, False)
    )
    if known is None or known.starts_at != event.starts_at:
        return known
    if hand is Role.THERAPIST or is_left_out:
        return next((row for row, _left in rows if row.starts_at != event.starts_at), known)
    return known


def _hand(event: BookingEvent) -> Role:
    return Role(event.actor.partition(":")[0])


def _events_before(
    session: Session, event: BookingEvent, effect: str
) -> list[tuple[BookingEvent, bool]]:
    """Newest first, each with whether its letter to this reader was left out."""
    key = func.concat(effect, "/", col(BookingEvent.id))
    left_out = exists().where(
        col(OutboxRow.dedupe_key) == key,
        col(OutboxRow.fact).in_([Fact.MOVED, Fact.REQUEST_MOVED]),
        col(OutboxRow.outcome).is_(None) | col(OutboxRow.outcome).in_(LEFT_OUT),
    )
    rows = session.exec(
        select(BookingEvent, left_out)
        .where(BookingEvent.booking_id == event.booking_id, BookingEvent.id != event.id)
        .where(col(BookingEvent.at) <= event.at)
        .order_by(col(BookingEvent.at).desc(), col(BookingEvent.id).desc())
    )
    return [(row, bool(is_left_out)) for row, is_left_out in rows]


def before(known: Known) -> Times:
    earlier = require(known.earlier)
    return Times(earlier.starts_at, earlier.ends_at)


def cost(known: Known) -> int:
    return lookup.due_after(known.booking, require(known.event))


def booking(known: Known, url: str) -> Told:
    return letter_facts.booking_of(
        known.practice,
        known.booking,
        known.appointment,
        known.kind,
        sealed.read(known.client, "phone"),
        url,
        sort=Sort.REQUEST if known.fact in OF_REQUESTS else None,
    )
