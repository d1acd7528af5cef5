"""What whoever booked is told, and told again when the same request comes twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from practice import clock
from practice.db import acting_as
from practice.domain.actors import SYSTEM, Actor
from practice.domain.booking.status import Status
from practice.domain.errors import KeyReused
from practice.models.booking import Appointment, Booking, BookingEvent
from practice.models.security import IdempotencyKey
from practice.services.links import management
from practice.services.rate_limits import KEPT, Once


@dataclass(frozen=True)
class Booked:
    reference: str
    status: Status
    starts_at: datetime
    ends_at: datetime
    manage_url: str | None


def answer(booking: Booking, appointment: Appointment) -> Booked:
    return Booked(
        reference=booking.reference,
        status=Status(booking.status),
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        manage_url=management.manage_url(booking),
    )


def find(session: Session, _actor: Actor, *, once: Once | None) -> Booked | None:
    """The same request under the same key gets the first answer again, as it was then."""
    if once is None:
        return None
    kept = session.exec(
        select(IdempotencyKey).where(
            IdempotencyKey.scope == once.scope,
            IdempotencyKey.key == once.key,
            col(IdempotencyKey.booking_id).is_not(None),
            col(IdempotencyKey.created_at) > clock.now() - KEPT,
        )
    ).one_or_none()
    if kept is None:
        return None
    if kept.request != once.request:
        raise KeyReused
    return _as_it_was(session, kept)


def find_earlier(
    session: Session, _actor: Actor, *, scope: bytes, keys: Sequence[bytes]
) -> Booked | None:
    """What one of the requests has booked that somebody sent before and heard no answer to."""
    kept = session.exec(
        select(IdempotencyKey)
        .where(
            IdempotencyKey.scope == scope,
            col(IdempotencyKey.key).in_(keys),
            col(IdempotencyKey.booking_id).is_not(None),
            col(IdempotencyKey.created_at) > clock.now() - KEPT,
        )
        .order_by(col(IdempotencyKey.created_at).desc())
    ).first()
    return _as_it_was(session, kept) if kept else None


def _as_it_was(session: Session, kept: IdempotencyKey) -> Booked:
    # Whoever knows the key is who booked.
    with acting_as(session, SYSTEM):
        booking, event = session.exec(
            select(Booking, BookingEvent)
            .join(BookingEvent, col(BookingEvent.booking_id) == Booking.id)
            .where(Booking.id == kept.booking_id, BookingEvent.what == "booked")
        ).one()
    return Booked(
        reference=booking.reference,
        status=Status(event.to_status),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        manage_url=management.first_url(booking),
    )


def keep(session: Session, once: Once, booking: Booking) -> None:
    values = {"request": once.request, "booking_id": booking.id, "created_at": clock.now()}
    session.connection().execute(
        insert(IdempotencyKey)
        .values(scope=once.scope, key=once.key, **values)
        .on_conflict_do_update(index_elements=["scope", "key"], set_=values)
    )
