"""When a link signs in, how long a session lasts, and when it asks for a second factor again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from practice.environment import Lifetimes

# A link is a key in a letterbox: short, and once.
LINK_LIFE = timedelta(minutes=15)
# How long a browser is known by the links that it used.
ASKER_LIFE = timedelta(days=365)
# What is dangerous asks for a factor that was shown lately.
RECENT = timedelta(minutes=10)


class Standing(StrEnum):
    """What a session is good for at this moment."""

    OPEN = "open"
    # The therapist signed in by letter and has still to show the second factor.
    NEEDS_FACTOR = "needs_factor"
    # Too long without a move, or by her own hand: a code alone opens it again.
    LOCKED = "locked"
    ENDED = "ended"


@dataclass(frozen=True)
class SessionFacts:
    created_at: datetime
    last_used_at: datetime
    factor_at: datetime | None
    locked_at: datetime | None
    ended_at: datetime | None


def standing(
    facts: SessionFacts, now: datetime, lifetimes: Lifetimes, *, needs_factor: bool
) -> Standing:
    """The first that holds. Where no factor is asked for, nothing could open it again: too long
    idle is the end."""
    if facts.ended_at or now >= facts.created_at + lifetimes.absolute:
        return Standing.ENDED
    is_shut = facts.locked_at is not None or now >= facts.last_used_at + lifetimes.idle
    if is_shut and not (needs_factor and facts.factor_at):
        return Standing.ENDED
    if needs_factor and facts.factor_at is None:
        return Standing.NEEDS_FACTOR
    return Standing.LOCKED if is_shut else Standing.OPEN


def is_recent(factor_at: datetime | None, now: datetime) -> bool:
    return factor_at is not None and now < factor_at + RECENT


class LinkState(StrEnum):
    GOOD = "good"
    EXPIRED = "expired"
    USED = "used"
    # A newer one was sent.
    VOID = "void"


def link_state(
    now: datetime, *, expires_at: datetime, used_at: datetime | None, voided_at: datetime | None
) -> LinkState:
    if used_at:
        return LinkState.USED
    if voided_at and voided_at < expires_at:
        return LinkState.VOID
    # Once it was seen expired it stays so, also for a clock that was set back.
    return LinkState.EXPIRED if voided_at or now >= expires_at else LinkState.GOOD
