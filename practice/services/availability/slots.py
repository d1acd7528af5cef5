"""Which times are offered, and the same function asked inside the booking whether one is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from practice import clock
from practice.domain.actors import Actor, Role
from practice.domain.availability import hours, slots
from practice.domain.availability.slots import Why
from practice.domain.booking.refusals import (
    NotOffered,
    ProofNeeded,
    ProofNeededToMove,
    SlotTaken,
    TimeBlocked,
)
from practice.services.availability import busy
from practice.services.availability import rules as availability_rules
from practice.services.availability.rules import Rules
from practice.services.clients import gate

# From here to there an answer is sought for whoever lost a time.
ALTERNATIVES_BEFORE = timedelta(days=2)
ALTERNATIVES_AFTER = timedelta(days=14)


@dataclass(frozen=True)
class Offer:
    """Times that can be had, with the places left."""

    rules: Rules
    zone: ZoneInfo
    starts: Sequence[tuple[int, int]]


def offered(
    session: Session,
    actor: Actor,
    rules: Rules,
    first: date,
    last: date,
    *,
    without: UUID | None = None,
) -> list[tuple[int, int]]:
    """What can be had in the hours of these days of the practice: starts with places left. The
    one function that decides, for the page and inside the booking."""
    now = hours.seconds(clock.now())
    if rules.is_group:
        found = busy.groups(session, rules, first, last, without)
        return slots.places(found, rules.terms, now)
    found_calendar = busy.calendar(session, actor, rules, first, last, without=without)
    return [(start, 1) for start in slots.slots(found_calendar, first, last)]


# What was once offered and is no longer; the rest was never offered.
GONE = frozenset({Why.TAKEN, Why.TOO_CLOSE, Why.BLOCKED, Why.BLOCKED_DAY, Why.DAY_FULL, Why.FREE})


def require_free(
    session: Session,
    actor: Actor,
    rules: Rules,
    start: datetime,
    *,
    despite_block: bool = False,
    without: UUID | None = None,
) -> None:
    """Offer and acceptance are one function: is this start in the answer? The therapist is free of
    hours, notice and horizon, and of a block once she was warned; never of an appointment."""
    at, day = whole_second(rules, start)
    first = day - hours.ONE_DAY
    found = busy.calendar(session, actor, rules, first, day, without=without)
    if actor.role in {Role.THERAPIST, Role.SYSTEM}:
        standing = slots.in_the_way(found, at)
        if standing is Why.TAKEN:
            raise SlotTaken
        if standing and not despite_block:
            raise TimeBlocked
    elif at not in slots.slots(found, first, day):
        raise SlotTaken if slots.explain(found, at).why in GONE else NotOffered
    if day in found.crowded:
        raise ProofNeededToMove if without else ProofNeeded


def whole_second(rules: Rules, start: datetime) -> tuple[int, date]:
    if start.microsecond or start.year not in hours.OUR_TIMES:
        raise NotOffered
    at = hours.seconds(start)
    return at, hours.day_in(rules.zone, at)


def alternatives(session: Session, actor: Actor, *, slug: str, start: datetime) -> list[datetime]:
    """The nearest free times for whoever lost one."""
    return nearest_to(session, actor, availability_rules.find(session, actor, slug), start)


def nearest_to(
    session: Session, actor: Actor, rules: Rules, start: datetime, *, without: UUID | None = None
) -> list[datetime]:
    horizon = clock.now() + timedelta(seconds=rules.terms.horizon or 0)
    around = min(max(start, clock.now()), horizon)
    first = hours.day_in(rules.zone, hours.seconds(around - ALTERNATIVES_BEFORE))
    last = hours.day_in(rules.zone, hours.seconds(around + ALTERNATIVES_AFTER))
    ends = hours.day_in(rules.zone, hours.seconds(horizon))
    for until in (min(last, ends), ends):
        free = [one for one, _ in offered(session, actor, rules, first, until, without=without)]
        found = slots.nearest(rules.zone, free, hours.seconds(start))
        if found:
            break
    return [hours.moment(one) for one in found]


def list_slots(
    session: Session, actor: Actor, *, slug: str, first: date, last: date, zone: ZoneInfo
) -> Offer:
    """The slots whose start lies on these days of the asker's own zone."""
    rules = availability_rules.find(session, actor, slug)
    gate.require_open(session, actor, rules.needs)
    first, last = _within_reach(rules, first, last)
    if first > last:
        return Offer(rules, zone, [])
    low, high = hours.whole_days(zone, first, last)
    # Hours of the day before may run past midnight.
    begin = hours.day_in(rules.zone, low) - hours.ONE_DAY
    found = offered(session, actor, rules, begin, hours.day_in(rules.zone, high - 1))
    return Offer(rules, zone, [one for one in found if low <= one[0] < high])


def _within_reach(rules: Rules, first: date, last: date) -> tuple[date, date]:
    """Days before today and beyond the horizon have no slots; two days more for any zone."""
    now = clock.now()
    horizon = now + timedelta(seconds=rules.terms.horizon or 0)
    return (
        max(first, now.date() - timedelta(days=2)),
        min(last, horizon.date() + timedelta(days=2)),
    )
