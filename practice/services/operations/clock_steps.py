"""Writes down what has expired, so that a clock that is set back revives nothing; and pulls back
what carries a time that has not come, so that it neither waits for it nor lives until it."""

from datetime import datetime

from sqlalchemy import TextClause
from sqlmodel import Session, text

from practice import clock
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.environment import Lifetimes
from practice.services.accounts.sessions import lifetimes
from practice.services.outbox import queue

LINKS = text("""
    UPDATE signin_links SET voided_at = :now
    WHERE used_at IS NULL AND voided_at IS NULL AND expires_at <= :now
""")
# Whose second factor was shown is locked, as she finds it anyway; everybody else is signed out.
SESSIONS = text("""
    UPDATE sessions SET
        locked_at = CASE WHEN :of_therapist AND factor_at IS NOT NULL AND created_at > :oldest
                    THEN coalesce(locked_at, :now) ELSE locked_at END,
        ended_at = CASE WHEN :of_therapist AND factor_at IS NOT NULL AND created_at > :oldest
                   THEN NULL ELSE :now END
    WHERE ended_at IS NULL AND (EXISTS (SELECT FROM therapist t
                                        WHERE t.account_id = sessions.account_id)) = :of_therapist
    AND (created_at <= :oldest OR (last_used_at <= :idle AND locked_at IS NULL))
""")
# The clock was set back: what was written a moment ago was written now, at the latest.
AHEAD: tuple[TextClause, ...] = tuple(
    text(statement)
    for statement in (
        """UPDATE sessions SET created_at = least(created_at, :now),
               last_used_at = least(last_used_at, :now), factor_at = least(factor_at, :now)
           WHERE ended_at IS NULL AND (last_used_at > :now OR factor_at > :now)""",
        "UPDATE rate_counters SET since = :now WHERE since > :now",
        """UPDATE outbox SET next_at = :now, since = :now
           WHERE done_at IS NULL AND dead_at IS NULL AND since > :now""",
        """UPDATE outbox SET next_at = :latest
           WHERE done_at IS NULL AND dead_at IS NULL AND next_at > :latest""",
        """UPDATE outbox SET lease_until = :lease
           WHERE done_at IS NULL AND dead_at IS NULL AND lease_until > :lease""",
    )
)


@collides_by_nature
def mark(session: Session, _actor: Actor) -> int:
    """Tells how much it wrote down."""
    now = clock.now()
    ahead = {"now": now, "latest": now + queue.LATEST, "lease": now + queue.LEASE}
    run = session.connection().execute
    count = sum(run(statement, ahead).rowcount for statement in AHEAD)
    count += run(LINKS, {"now": now}).rowcount
    for of_therapist in (True, False):
        terms = _terms(now, lifetimes(of_therapist=of_therapist))
        count += run(SESSIONS, {"now": now, "of_therapist": of_therapist, **terms}).rowcount
    return count


def _terms(now: datetime, lifetimes: Lifetimes) -> dict[str, datetime]:
    return {"oldest": now - lifetimes.absolute, "idle": now - lifetimes.idle}
