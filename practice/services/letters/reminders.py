"""Reminders, promised when their hour has come: never twice, and never for a time that is over."""

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import TextClause
from sqlmodel import Session, text

from practice import clock
from practice.clock import new_id
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.domain.booking.consequences import REMINDER, Effect
from practice.models import sealed
from practice.models.outbox import OutboxRow
from practice.services.inserts import New, new, write

# Who booked, moved or was approved later than the reminder's hour has just had a letter about it.
DUE: TextClause = text("""
    SELECT b.id, a.starts_at
    FROM bookings b
    JOIN appointments a ON a.id = b.appointment_id
    JOIN session_types t ON t.id = b.session_type_id
    WHERE b.status = 'confirmed'
    AND a.starts_at > :now
    AND a.starts_at <= :now + t.reminder_hours * interval '1 hour'
    AND NOT EXISTS (
        SELECT FROM booking_events e
        WHERE e.booking_id = b.id AND e.at > a.starts_at - t.reminder_hours * interval '1 hour')
    AND NOT EXISTS (
        SELECT FROM outbox o
        WHERE o.dedupe_key = 'reminder/' || b.id || '/' || extract(epoch FROM a.starts_at)::bigint)
    ORDER BY a.starts_at
""")


@collides_by_nature
def promise_due(session: Session, _actor: Actor) -> int:
    due = session.connection().execute(DUE, {"now": clock.now()}).all()
    write(session, [_promise(booking_id, starts_at) for booking_id, starts_at in due])
    return len(due)


def _promise(booking_id: UUID, starts_at: datetime) -> New:
    row = new_id()
    # The time it speaks of: moved meanwhile, it is not sent.
    told = json.dumps({"booking": str(booking_id), "starts_at": starts_at.isoformat()})
    return new(
        OutboxRow,
        id=row,
        effect=Effect.LETTER_TO_CLIENT,
        fact=REMINDER,
        booking_id=booking_id,
        dedupe_key=f"{REMINDER}/{booking_id}/{int(starts_at.timestamp())}",
        payload=sealed.seal(OutboxRow, "payload", row, told),
    )
