"""What a fact promises: rows for what must happen outside, notices, the first-time thread."""

import json
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from practice.clock import new_id
from practice.domain import fanout
from practice.domain.fanout import Fact
from practice.models import private
from practice.models.base import Table
from practice.models.bookings import Booking, BookingEvent
from practice.models.messages import Notice, Thread
from practice.models.people import Client
from practice.models.plumbing import OutboxRow


def promises(
    booking: Booking, event: BookingEvent, fact: Fact, account_id: UUID, **payload: Any
) -> list[Table]:
    """The rows for what leaves the house, and the notices, all of one event."""
    follows = fanout.of(fact)
    told = json.dumps({"booking": str(booking.id), "event": str(event.id), **payload})
    rows: list[Table] = [_effect(booking, event, fact, effect, told) for effect in follows.effects]
    rows += [
        Notice(
            audience=audience,
            account_id=account_id if audience is fanout.Notice.FOR_CLIENT else None,
            fact=fact,
            event_id=event.id,
        )
        for audience in follows.notices
    ]
    return rows


def _effect(
    booking: Booking, event: BookingEvent, fact: Fact, effect: fanout.Effect, told: str
) -> OutboxRow:
    row = new_id()
    return OutboxRow(
        id=row,
        effect=effect,
        fact=fact,
        booking_id=booking.id,
        dedupe_key=f"{effect}/{event.id}",
        payload=private.seal(OutboxRow, "payload", row, told),
    )


def welcome(session: Session, client: Client) -> list[Table]:
    """The conversation begins with the first confirmed booking."""
    has_thread = session.exec(select(Thread.id).where(Thread.client_id == client.id)).first()
    return [] if has_thread else [Thread(client_id=client.id)]
