"""What waits for the therapist's word: sessions that have begun, and requests for a time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from practice import clock
from practice.domain.actors import Actor
from practice.domain.booking.status import Place, Status
from practice.models import sealed
from practice.models.booking import Appointment, Booking
from practice.models.clients import Client
from practice.models.content import SessionType
from practice.services import access
from practice.services.content.localized import Speaker

# After a holiday there may be many; the oldest come first.
MOST = 50


class Wanted(StrEnum):
    """What is asked of her, the most pressing first: what keeps the gate shut, who waits for an
    answer, and then the records."""

    CALL = "call"
    ANSWER = "answer"
    OUTCOME = "outcome"


@dataclass(frozen=True)
class Decision:
    wanted: Wanted
    reference: str
    client: str
    name: str
    place: Place
    starts_at: datetime
    expires_at: datetime | None


def list_decisions(session: Session, actor: Actor, say: Speaker) -> tuple[Decision, ...]:
    """In one statement: what has begun and is not closed, and what was asked and not answered."""
    access.require_therapist(actor)
    now = clock.now()
    begun = (col(Booking.status) == Status.CONFIRMED) & (col(Appointment.starts_at) <= now)
    asked = (col(Booking.status) == Status.REQUESTED) & (col(Booking.hold_expires_at) > now)
    found = session.exec(
        select(Booking, Appointment, SessionType, Client)
        .join(Appointment, col(Appointment.id) == Booking.appointment_id)
        .join(SessionType, col(SessionType.id) == Booking.session_type_id)
        .join(Client, col(Client.id) == Booking.client_id)
        .where(begun | asked)
        .order_by(col(Appointment.starts_at), col(Booking.created_at))
        .limit(MOST)
    )
    decisions = [
        _decision(booking, at.starts_at, say(kind.name), client)
        for booking, at, kind, client in found
    ]
    pressing = list(Wanted)
    return tuple(sorted(decisions, key=lambda one: pressing.index(one.wanted)))


def _decision(booking: Booking, starts_at: datetime, name: str, client: Client) -> Decision:
    asked = booking.status == Status.REQUESTED
    begun = Wanted.CALL if booking.discovery else Wanted.OUTCOME
    return Decision(
        wanted=Wanted.ANSWER if asked else begun,
        reference=booking.reference,
        client=sealed.read(client, "name"),
        name=name,
        place=Place(booking.place),
        starts_at=starts_at,
        expires_at=booking.hold_expires_at,
    )
