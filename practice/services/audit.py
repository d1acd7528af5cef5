"""Who did what, written beside what was done."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from practice import clock, vault
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.environment import Rate
from practice.models.booking import Booking
from practice.models.security import AuditEntry
from practice.services import rate_limits
from practice.services.inserts import New, new, write

# How long one look lasts.
SEEN = timedelta(hours=1)
# Whoever is refused all day long shall not fill the journal with it.
REFUSALS = Rate(100, timedelta(hours=1))


def entry(actor: Actor, action: str, subject: Any, **details: Any) -> New:
    """Codes and numbers only: what was read or written itself stays out of the journal."""
    return new(
        AuditEntry,
        actor=str(actor),
        action=action,
        subject=subject.__tablename__,
        subject_id=str(subject.id),
        details=details,
    )


def note(session: Session, actor: Actor, action: str, subject: Any, **details: Any) -> None:
    write(session, [entry(actor, action, subject, **details)])


@collides_by_nature
def read(session: Session, actor: Actor, *, booking_id: UUID) -> None:
    """That a client's own words were looked at; a page that is loaded all day says it once an
    hour."""
    again = select(AuditEntry.id).where(
        AuditEntry.action == "note_read",
        AuditEntry.subject_id == str(booking_id),
        AuditEntry.actor == str(actor),
        col(AuditEntry.at) > clock.now() - SEEN,
    )
    if session.exec(again).first() is None:
        looked = new(
            AuditEntry,
            actor=str(actor),
            action="note_read",
            subject=Booking.__tablename__,
            subject_id=str(booking_id),
            details={},
        )
        write(session, [looked])


@collides_by_nature
def refused(session: Session, actor: Actor, *, what: str, code: str) -> None:
    """In a transaction of its own: the one that was refused leaves nothing behind."""
    subject = vault.ring().index("refusals", str(actor))
    if rate_limits.is_over(session, "refusals", subject, REFUSALS):
        return
    said = new(
        AuditEntry, actor=str(actor), action="refused", subject=what, subject_id=code, details={}
    )
    write(session, [said])
