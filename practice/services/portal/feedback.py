"""The therapist's list of feedback."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from practice.domain.actors import Actor
from practice.models import sealed
from practice.models.booking import Appointment, Booking
from practice.models.clients import Client
from practice.models.feedback import Feedback
from practice.services import audit
from practice.services.access import require
from practice.services.portal import frame as portal_frame
from practice.services.portal.frame import Frame

# On her page.
MOST = 200


@dataclass(frozen=True)
class Given:
    client: str
    session_at: datetime
    given_at: datetime
    words: str


@dataclass(frozen=True)
class Read:
    frame: Frame
    given: tuple[Given, ...]


def read(session: Session, actor: Actor) -> Read:
    """The newest first. That she read is written down: how many, back from which."""
    frame = portal_frame.find_frame(session, actor)
    found = session.exec(
        select(Feedback, Appointment.starts_at, Client)
        .join(Booking, col(Booking.id) == Feedback.booking_id)
        .join(Appointment, col(Appointment.id) == Booking.appointment_id)
        .join(Client, col(Client.id) == Booking.client_id)
        .where(col(Feedback.words).is_not(None))
        .order_by(col(Feedback.given_at).desc(), col(Feedback.id).desc())
        .limit(MOST)
    ).all()
    if found:
        audit.note(session, actor, "feedback_read", found[0][0], count=len(found))
    return Read(frame, tuple(_given(*row) for row in found))


def _given(said: Feedback, session_at: datetime, client: Client) -> Given:
    return Given(
        client=sealed.read(client, "name"),
        session_at=session_at,
        given_at=require(said.given_at),
        words=sealed.read(said, "words"),
    )
