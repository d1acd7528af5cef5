"""The outbox from the worker's side: what is due is claimed, and settled one way or another."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import TextClause
from sqlmodel import Session, col, func, select, text, update

from practice import clock
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.domain.booking.consequences import SIGN_IN
from practice.models.outbox import OutboxRow
from practice.providers.ports import ProviderError
from practice.services import access

# On which whoever works is told that there is something.
CHANNEL = "outbox"
# A worker that died in the middle: its work is anybody's again after this.
LEASE = timedelta(seconds=60)
FIRST_WAIT = 10.0
LONGEST_WAIT = 1800.0
# Nothing waits longer for its next attempt, whatever a provider asks for.
LATEST = timedelta(hours=1)
# Resend knows a repetition for a day; a letter that is older helps nobody.
GIVE_UP = timedelta(hours=23)
MANY = 100
UNCLEAR = "unclear"

# One statement: whoever comes at the same moment skips what is taken and gets the next. What needs
# nobody outside is taken a hundred at a time; a letter takes its time alone. Whoever waits for a
# link sits before the screen, and the link lives fifteen minutes: it goes before all others.
CLAIM: TextClause = text("""
    WITH due AS MATERIALIZED (
        SELECT id FROM outbox
        WHERE done_at IS NULL AND dead_at IS NULL AND next_at <= :now
        AND (lease_until IS NULL OR lease_until <= :now) AND effect = ANY(:instant)
        ORDER BY next_at LIMIT :most FOR UPDATE SKIP LOCKED),
    alone AS MATERIALIZED (
        SELECT id FROM outbox
        WHERE done_at IS NULL AND dead_at IS NULL AND next_at <= :now
        AND (lease_until IS NULL OR lease_until <= :now) AND effect <> ALL(:instant)
        ORDER BY fact = :first DESC, next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE outbox SET lease_until = :until, attempts = attempts + 1
    WHERE id IN (SELECT id FROM due UNION ALL SELECT id FROM alone)
    RETURNING id, effect, fact, attempts, lost, since
""")


# New rows ring by themselves; whoever waits for this one hears of it, too.
RING: TextClause = text(f"NOTIFY {CHANNEL}")


@dataclass(frozen=True)
class Claimed:
    id: UUID
    effect: str
    fact: str
    attempts: int
    # How many attempts may have arrived although nobody said so.
    lost: int
    since: datetime


@collides_by_nature
def claim(session: Session, _actor: Actor, *, instant: Sequence[str]) -> list[Claimed]:
    now = clock.now()
    asked = {
        "now": now,
        "until": now + LEASE,
        "instant": list(instant),
        "most": MANY,
        "first": SIGN_IN,
    }
    return [Claimed(*row) for row in session.connection().execute(CLAIM, asked)]


@collides_by_nature
def done(session: Session, _actor: Actor, *, ids: Sequence[UUID], outcome: str) -> None:
    settle(session, ids, done_at=clock.now(), outcome=outcome)


@collides_by_nature
def fail(session: Session, _actor: Actor, *, claimed: Claimed, failure: ProviderError) -> bool:
    """Tries again later, longer each time; or gives up visibly, which is told."""
    lost = claimed.lost + failure.is_lost
    # Twice perhaps sent and nobody who would know a third time: a person has to look.
    is_unclear = failure.is_lost and not failure.may_repeat and lost > 1
    if failure.is_permanent or is_unclear or _is_too_old(claimed):
        code = UNCLEAR if is_unclear else failure.code
        settle(session, [claimed.id], dead_at=clock.now(), outcome=code, lost=lost)
        return True
    pause = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (claimed.attempts - 1))
    pause *= random.uniform(0.8, 1.2)  # noqa: S311 - jitter, no secret
    wait = timedelta(seconds=max(pause, failure.retry_after or 0))
    settle(session, [claimed.id], next_at=clock.now() + wait, outcome=failure.code, lost=lost)
    return False


def _is_too_old(claimed: Claimed) -> bool:
    return clock.now() >= claimed.since + GIVE_UP


def settle(session: Session, ids: Sequence[UUID], **values: object) -> None:
    """What somebody else has ended meanwhile stays as it is."""
    session.exec(
        update(OutboxRow)
        .where(
            col(OutboxRow.id).in_(ids),
            col(OutboxRow.done_at).is_(None),
            col(OutboxRow.dead_at).is_(None),
        )
        .values(lease_until=None, **values)
    )


def next_due(session: Session, _actor: Actor) -> datetime | None:
    """When there will be something to do, if nobody writes anything new."""
    free_at = func.greatest(OutboxRow.next_at, OutboxRow.lease_until)
    waiting = select(func.min(free_at)).where(
        col(OutboxRow.done_at).is_(None), col(OutboxRow.dead_at).is_(None)
    )
    return session.exec(waiting).first()


@dataclass(frozen=True)
class Queue:
    waiting: int
    failed: int
    # Seconds that the oldest thing which is due has waited.
    behind: float


def measure(session: Session, _actor: Actor) -> Queue:
    now = clock.now()
    is_open = col(OutboxRow.done_at).is_(None) & col(OutboxRow.dead_at).is_(None)
    waiting, oldest = session.exec(
        select(func.count(), func.min(OutboxRow.next_at)).where(is_open)
    ).one()
    failed = session.exec(select(func.count()).where(col(OutboxRow.dead_at).is_not(None))).one()
    return Queue(waiting, failed, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)


@collides_by_nature
def again(session: Session, actor: Actor, *, row: UUID) -> bool:
    """The therapist's button: as if it were new, with a day before it, and at once."""
    access.require_therapist(actor)
    found = session.exec(
        update(OutboxRow)
        .where(col(OutboxRow.id) == row, col(OutboxRow.dead_at).is_not(None))
        .values(dead_at=None, next_at=clock.now(), attempts=0, lost=0, since=clock.now())
        .returning(col(OutboxRow.id))
    )
    session.connection().execute(RING)
    return found.first() is not None
