"""What a fact promises: rows for what must happen outside, notices, the first-time thread."""

import json
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, text

from practice import clock
from practice.clock import new_id
from practice.domain.actors import Role
from practice.domain.booking import consequences
from practice.domain.booking.consequences import Fact
from practice.models import sealed
from practice.models.booking import Booking, BookingEvent
from practice.models.messages import Notice, Thread
from practice.models.outbox import OutboxRow
from practice.services.inserts import New, new

LETTERS = frozenset({consequences.Effect.LETTER_TO_CLIENT, consequences.Effect.LETTER_TO_THERAPIST})
MOVES = frozenset({Fact.MOVED, Fact.REQUEST_MOVED})
# Moves of one booking within this become one letter.
FOLD = timedelta(minutes=1)
TO_CLIENT = consequences.Effect.LETTER_TO_CLIENT
HAS_THREAD = text("SELECT true FROM threads WHERE client_id = :client")


def promises(
    booking: Booking, event: BookingEvent, fact: Fact, account_id: UUID, *, link: str = ""
) -> list[New]:
    """The rows for what leaves the house, and the notices, all of one event. A link that signs in
    goes into the client's letter alone."""
    follows = consequences.of(fact)
    told = {"booking": str(booking.id), "event": str(event.id)}
    rows = [
        _effect(
            booking,
            event,
            fact,
            effect,
            json.dumps({**told, "link": link} if link and effect is TO_CLIENT else told),
        )
        for effect in follows.effects
    ]
    rows += [
        new(
            Notice,
            audience=audience,
            account_id=account_id if audience is consequences.Notice.FOR_CLIENT else None,
            fact=fact,
            event_id=event.id,
        )
        for audience in follows.notices
    ]
    return rows


def _effect(
    booking: Booking, event: BookingEvent, fact: Fact, effect: consequences.Effect, told: str
) -> New:
    row = new_id()
    return new(
        OutboxRow,
        id=row,
        effect=effect,
        fact=fact,
        booking_id=booking.id,
        dedupe_key=f"{effect}/{event.id}",
        payload=sealed.seal(OutboxRow, "payload", row, told),
        next_at=clock.now() + _patience(event, fact, effect),
    )


def _patience(event: BookingEvent, fact: Fact, effect: consequences.Effect) -> timedelta:
    """Whoever looks for another time may look again: a letter about a move waits, and is left out
    where a newer one has come. What the therapist does is known at once."""
    is_letter = effect in LETTERS
    by_therapist = event.actor.startswith(f"{Role.THERAPIST}:")
    return FOLD if fact in MOVES and is_letter and not by_therapist else timedelta(0)


def welcome(session: Session, client_id: UUID, *, is_new: bool) -> list[New]:
    """One conversation for each client; who is new has none yet."""
    has_thread = not is_new and session.connection().scalar(HAS_THREAD, {"client": client_id})
    return [] if has_thread else [new(Thread, client_id=client_id)]
