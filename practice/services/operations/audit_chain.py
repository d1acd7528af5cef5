"""The audit journal as a chain: sealed entry by entry, and checked link by link."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session, col, func, select, text
from sqlmodel.sql.expression import SelectOfScalar

from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.models.security import AuditEntry, AuditSeal

# Any number, as long as nobody else uses it.
LOCK = 20_261_121
BATCH = 1000
# How far behind the youngest sealed entry one may still turn up whose transaction took long.
LATE = 10_000
START = b"\x00" * 32
ALONE = text("SELECT pg_try_advisory_xact_lock(:lock)")


@dataclass(frozen=True)
class Head:
    """The last link. Noted down somewhere else, it shows later that nothing before it changed."""

    number: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.digest.hex()}"


@dataclass(frozen=True)
class Verdict:
    sealed: int
    waiting: int
    head: Head
    # What is wrong with the first link that does not hold, as a sentence.
    broken: str = ""


@collides_by_nature
def seal(session: Session, _actor: Actor) -> Head | None:
    """The entries that came since, one process at a time. An entry whose transaction took long
    comes after younger ones: the chain has an order of its own."""
    if not session.connection().scalar(ALONE, {"lock": LOCK}):
        return None
    head = find_head(session)
    recent = select(func.coalesce(func.max(AuditSeal.entry_id), 0) - LATE).scalar_subquery()
    waiting = _unsealed().where(col(AuditEntry.id) > recent).order_by(col(AuditEntry.id))
    entries = session.exec(waiting.limit(BATCH)).all()
    for entry in entries:
        head = Head(head.number + 1, _digest(head.digest, entry))
        session.add(AuditSeal(number=head.number, entry_id=entry.id or 0, digest=head.digest))
    return head if entries else None


def find_head(session: Session) -> Head:
    last = session.exec(select(AuditSeal).order_by(col(AuditSeal.number).desc())).first()
    return Head(last.number, last.digest) if last else Head(0, START)


def verify(session: Session, _actor: Actor, *, noted: str = "") -> Verdict:
    """Walks the whole chain. A head that was noted down before must still be in it."""
    waiting = session.exec(select(func.count()).select_from(_unsealed().subquery())).one()
    head = Head(0, START)
    is_met = not noted or noted == str(head)
    for link, entry in _links(session):
        if broken := _break(head, link, entry):
            return Verdict(head.number, waiting, head, broken)
        head = Head(link.number, link.digest)
        is_met = is_met or noted == str(head)
    broken = "" if is_met else "The head that was noted down is not in the chain."
    return Verdict(head.number, waiting, head, broken)


def _break(head: Head, link: AuditSeal, entry: AuditEntry | None) -> str:
    if link.number != head.number + 1:
        return f"Seal {head.number + 1} is missing."
    if entry is None:
        return f"The entry of seal {link.number} is missing."
    if _digest(head.digest, entry) != link.digest:
        return f"Entry {entry.id} is not what was sealed at {link.at:%Y-%m-%d %H:%M} UTC."
    return ""


def _links(session: Session) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    """In batches: a journal of years does not fit into memory."""
    every = select(AuditSeal, AuditEntry).join(
        AuditEntry, col(AuditEntry.id) == AuditSeal.entry_id, isouter=True
    )
    last = 0
    while batch := session.exec(
        every.where(AuditSeal.number > last).order_by(col(AuditSeal.number)).limit(BATCH)
    ).all():
        yield from batch
        last = batch[-1][0].number
        session.expunge_all()


def _unsealed() -> SelectOfScalar[AuditEntry]:
    sealed = select(AuditSeal.entry_id).where(AuditSeal.entry_id == AuditEntry.id)
    return select(AuditEntry).where(~sealed.exists())


def _digest(before: bytes, entry: AuditEntry) -> bytes:
    """Of the link before and of all that the entry says."""
    said = [
        entry.id,
        entry.at.isoformat(),
        entry.actor,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.details,
    ]
    told = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(before + told.encode()).digest()
