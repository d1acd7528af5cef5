"""What providers tell by themselves: kept before they are thanked, then applied as a hint, and once
more where it came too early."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from practice import clock
from practice.clock import new_id
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.models import sealed
from practice.models.operations import WebhookEvent
from practice.services.letters import mail_log

RESEND = "resend"
# What could not be applied for so long is about something that is not ours.
PATIENCE = timedelta(days=1)
UNKNOWN_LETTER = "unknown_letter"


@collides_by_nature
def receive(
    session: Session, _actor: Actor, *, source: str, event_id: str, kind: str, body: str
) -> UUID | None:
    """None where it was told before."""
    row = new_id()
    said = {
        "id": row,
        "source": source,
        "event_id": event_id,
        "kind": kind,
        "body": sealed.seal(WebhookEvent, "body", row, body),
        "received_at": clock.now(),
        "error": "",
    }
    written = insert(WebhookEvent).values(said).on_conflict_do_nothing()
    return session.connection().execute(written.returning(col(WebhookEvent.id))).scalar()


def find_open(session: Session, _actor: Actor) -> Sequence[UUID]:
    waiting = select(WebhookEvent.id).where(
        col(WebhookEvent.applied_at).is_(None),
        col(WebhookEvent.received_at) > clock.now() - PATIENCE,
    )
    return session.exec(waiting.order_by(col(WebhookEvent.received_at))).all()


@collides_by_nature
def apply(session: Session, actor: Actor, row: UUID) -> bool:
    """Whether it is settled now. Done twice it changes nothing more."""
    event = session.get(WebhookEvent, row)
    if event is None or event.applied_at:
        return False
    event.error = SOURCES[event.source](session, actor, event)
    if not event.error:
        event.applied_at = clock.now()
    return not event.error


def _from_resend(session: Session, actor: Actor, event: WebhookEvent) -> str:
    """A letter that came back. It can be told before we wrote down that the letter was taken."""
    if event.kind not in mail_log.CAME_BACK:
        return ""
    told: dict[str, Any] = json.loads(sealed.read(event, "body"))
    data: dict[str, Any] = told.get("data") or {}
    letter = data.get("email_id")
    if not letter or mail_log.came_back(session, actor, provider_id=letter, kind=event.kind):
        return ""
    return UNKNOWN_LETTER


# Why it could not be applied yet, in a word of ours; nothing where it is done.
SOURCES: Mapping[str, Callable[[Session, Actor, WebhookEvent], str]] = {RESEND: _from_resend}
