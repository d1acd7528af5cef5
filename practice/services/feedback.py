"""How was it? Asked by letter now and then, answered behind a link, read by the therapist alone."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import TextClause
from sqlmodel import Session, col, select, text

from practice import clock, i18n, vault
from practice.clock import new_id
from practice.db import collides_by_nature
from practice.domain import inputs, links
from practice.domain.actors import Actor
from practice.domain.booking.consequences import FEEDBACK, Effect
from practice.domain.errors import N_, Invalid, NotFound
from practice.models import sealed
from practice.models.booking import Appointment, Booking
from practice.models.content import Practice, SessionType
from practice.models.feedback import Feedback
from practice.models.outbox import OutboxRow
from practice.services.access import require
from practice.services.content.localized import Speaker
from practice.services.inserts import New, new, write
from practice.services.links.management import A_REFERENCE

# A few hours after the session, and not when it is long past.
AFTER = timedelta(hours=3)
UNTIL = timedelta(days=3)
# A question each week is a burden.
APART = timedelta(days=60)
OPEN_FOR = timedelta(days=30)
NOTHING_SAID = N_("Write a few words, or simply close this page.")

DUE: TextClause = text("""
    SELECT DISTINCT ON (b.client_id) b.id
    FROM bookings b
    JOIN appointments a ON a.id = b.appointment_id
    WHERE b.status = 'completed' AND NOT b.discovery
    AND a.ends_at <= :after AND a.ends_at > :until
    AND NOT EXISTS (
        SELECT FROM feedback f JOIN bookings o ON o.id = f.booking_id
        WHERE o.client_id = b.client_id AND f.asked_at > :apart)
    ORDER BY b.client_id, a.ends_at DESC
""")


@dataclass(frozen=True)
class Question:
    reference: str
    session: str
    starts_at: datetime
    zone: str
    language: str
    words: str
    is_given: bool
    # Whoever holds the letter is told that it is too late; what was said is not shown any more.
    is_over: bool


@collides_by_nature
def promise_due(session: Session, _actor: Actor) -> int:
    now = clock.now()
    asked = {"after": now - AFTER, "until": now - UNTIL, "apart": now - APART}
    due = [row.id for row in session.connection().execute(DUE, asked)]
    write(session, [new(Feedback, booking_id=one) for one in due])
    write(session, [_promise(one) for one in due])
    return len(due)


def _promise(booking_id: UUID) -> New:
    row = new_id()
    return new(
        OutboxRow,
        id=row,
        effect=Effect.LETTER_TO_CLIENT,
        fact=FEEDBACK,
        booking_id=booking_id,
        dedupe_key=f"{FEEDBACK}/{booking_id}",
        payload=sealed.seal(OutboxRow, "payload", row, json.dumps({"booking": str(booking_id)})),
    )


def find(session: Session, actor: Actor, *, reference: str, token: str) -> Question:
    """For whoever holds the letter; whatever is wrong with the link, there is nothing here."""
    asked, booking = _opened(session, actor, reference, token)
    appointment = require(session.get(Appointment, booking.appointment_id))
    kind = require(session.get(SessionType, booking.session_type_id))
    with i18n.speaking(booking.language):
        name = Speaker(session.get(Practice, 1))(kind.name)
    return Question(
        reference=booking.reference,
        session=name,
        starts_at=appointment.starts_at,
        zone=booking.zone,
        language=booking.language,
        words="" if _is_over(asked) else sealed.read(asked, "words"),
        is_given=asked.given_at is not None,
        is_over=_is_over(asked),
    )


def give(session: Session, actor: Actor, *, reference: str, token: str, words: str) -> None:
    """Said, said otherwise, or by an empty text taken back."""
    asked, _ = _opened(session, actor, reference, token)
    if _is_over(asked):
        raise NotFound
    said = inputs.note("words", words)
    if not said and asked.words is None:
        raise Invalid({"words": NOTHING_SAID})
    asked.words = sealed.seal_if(Feedback, "words", asked.id, said)
    asked.given_at = clock.now()


def _is_over(asked: Feedback) -> bool:
    return clock.now() > asked.asked_at + OPEN_FOR


def _opened(
    session: Session, _actor: Actor, reference: str, token: str
) -> tuple[Feedback, Booking]:
    if not A_REFERENCE.fullmatch(reference) or not token.isascii():
        raise NotFound
    found = session.exec(
        select(Feedback, Booking)
        .join(Booking, col(Booking.id) == Feedback.booking_id)
        .where(Booking.reference == reference)
    ).one_or_none()
    if found is None:
        raise NotFound
    keys = vault.ring().keys
    if not any(links.is_feedback_token(token, key.linking, found[1].id) for key in keys):
        raise NotFound
    return found
