"""Who did what, written beside what was done."""

from typing import Any

from sqlmodel import Session

from practice.domain.actors import Actor
from practice.models.plumbing import AuditEntry
from practice.services.rows import New, new, write


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
