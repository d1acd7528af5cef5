"""Who did what, written beside what was done."""

from typing import Any

from sqlmodel import Session

from practice.domain.actors import Actor
from practice.models.plumbing import AuditEntry


def entry(actor: Actor, action: str, subject: Any, **details: Any) -> AuditEntry:
    """Codes and numbers only: what was read or written itself stays out of the journal."""
    return AuditEntry(
        actor=str(actor),
        action=action,
        subject=subject.__tablename__,
        subject_id=str(subject.id),
        details=details,
    )


def note(session: Session, actor: Actor, action: str, subject: Any, **details: Any) -> None:
    session.add(entry(actor, action, subject, **details))
