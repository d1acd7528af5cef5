"""How much one visitor may do, counted in PostgreSQL: for all processes, and across restarts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, case, col, select

from practice import clock, settings, vault
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.environment import Rate
from practice.models.security import IdempotencyKey, RateCounter

# How long a request can be repeated and gets the same answer.
KEPT = timedelta(hours=48)


@dataclass(frozen=True)
class Once:
    """A request that may arrive again: who sends it, under which key, and what it says."""

    scope: bytes
    key: bytes
    request: bytes


@collides_by_nature
def admit(session: Session, _actor: Actor, *, once: Once) -> int | None:
    """None, or the seconds to wait. It is answered, not raised: a refusal would roll the count
    back. Counting locks the row, so that requests of one sender are judged one after another and
    a repetition sees that the first was let in."""
    limits = settings.current().limits
    if not limits.are_on:
        return None
    wait = _count(session, "booking_requests", once.scope, limits.requests)
    if wait or _was_let_in(session, once):
        return wait
    wait = _count(session, "booking_attempts", once.scope, limits.attempts)
    if wait is None:
        said = {"request": once.request, "created_at": clock.now(), "booking_id": None}
        session.connection().execute(
            insert(IdempotencyKey)
            .values(scope=once.scope, key=once.key, **said)
            # A key that was answered with a booking keeps what was asked then.
            .on_conflict_do_update(
                index_elements=["scope", "key"],
                set_=said,
                where=col(IdempotencyKey.booking_id).is_(None)
                | (col(IdempotencyKey.created_at) <= clock.now() - KEPT),
            )
        )
    return wait


@collides_by_nature
def count(
    session: Session, _actor: Actor, *, tries: Sequence[tuple[str, bytes, Rate]]
) -> int | None:
    """None, or the longest wait of all that were counted."""
    if not settings.current().limits.are_on:
        return None
    waits = [_count(session, name, subject, rate) for name, subject, rate in tries]
    return max((wait for wait in waits if wait), default=None)


def renewals(reference: str, network: bytes) -> list[tuple[str, bytes, Rate]]:
    """Fresh letters for replaced links: of one booking, and from one address."""
    own = settings.current().limits
    subject = vault.ring().index("renewals", reference)
    return [
        ("renewals_per_booking", subject, own.moves_per_booking),
        ("renewals_per_address", network, own.links_per_address),
    ]


def is_over(session: Session, name: str, subject: bytes, rate: Rate) -> bool:
    """For the house itself, whatever the settings say about visitors."""
    return _count(session, name, subject, rate) is not None


def _was_let_in(session: Session, once: Once) -> bool:
    found = session.exec(
        select(IdempotencyKey.request).where(
            IdempotencyKey.scope == once.scope,
            IdempotencyKey.key == once.key,
            col(IdempotencyKey.created_at) > clock.now() - KEPT,
        )
    ).one_or_none()
    return found == once.request


def _count(session: Session, name: str, subject: bytes, rate: Rate) -> int | None:
    """A window opens with the first attempt and closes for all at once."""
    now = clock.now()
    is_over = col(RateCounter.since) <= now - rate.within
    row = (
        insert(RateCounter)
        .values(name=name, subject=subject, since=now, count=1)
        .on_conflict_do_update(
            index_elements=["name", "subject"],
            set_={
                "count": case((is_over, 1), else_=col(RateCounter.count) + 1),
                "since": case((is_over, now), else_=col(RateCounter.since)),
            },
        )
        .returning(col(RateCounter.count), col(RateCounter.since))
    )
    count, since = session.connection().execute(row).one()
    if count <= rate.count:
        return None
    return max(1, ceil((since + rate.within - now).total_seconds()))
