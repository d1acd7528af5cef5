"""When a session can begin: hours, minus what is taken, cut by notice, horizon and daily limits.

One function decides what is offered; the same function, asked inside the booking transaction,
decides what is accepted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from practice.domain.availability import hours
from practice.domain.availability.hours import Opening, Week
from practice.domain.availability.intervals import Interval, merged, overlap


@dataclass(frozen=True)
class Terms:
    """What a session type demands of a time. Lengths are in seconds."""

    length: int
    step: int
    before: int = 0
    after: int = 0
    notice: int = 0
    horizon: int | None = None
    per_day: int | None = None

    def around(self, start: int) -> Interval:
        """What a session takes of the calendar, with its buffers."""
        return start - self.before, start + self.length + self.after


@dataclass(frozen=True)
class Taken:
    """What stands in the calendar already.

    `busy` (appointments with their own buffers) and `blocked` (timed blocks) keep a candidate and
    its buffers away; `closed` (all-day blocks) only the session itself. The counts are of live
    appointments by local day: of this type, and of all.
    """

    busy: Sequence[Interval] = ()
    blocked: Sequence[Interval] = ()
    closed: Sequence[Interval] = ()
    of_type: Mapping[date, int] = field(default_factory=dict[date, int])
    of_all: Mapping[date, int] = field(default_factory=dict[date, int])
    most_of_all: int | None = None


@dataclass(frozen=True)
class Calendar:
    """The calendar as one session type meets it at one moment."""

    zone: ZoneInfo
    week: Week
    terms: Terms
    taken: Taken
    now: int
    # Days on which unproven guests hold their whole share, with how many calls: nothing is closed
    # there, but whoever books shows first that the e-mail is theirs.
    crowded: Mapping[date, int] = field(default_factory=dict[date, int])


def slots(calendar: Calendar, first: date, last: date) -> list[int]:
    """The starts that can be had in the hours of these local days, in order."""
    free = _sweep(
        calendar,
        hours.openings(calendar.zone, calendar.week, first, last),
        merged([*calendar.taken.busy, *calendar.taken.blocked]),
        merged(calendar.taken.closed),
    )
    if calendar.terms.per_day is None and calendar.taken.most_of_all is None:
        return free
    return [start for start in free if not _is_full(calendar, start)]


def _sweep(
    calendar: Calendar,
    opened: Sequence[Opening],
    busy: Sequence[Interval],
    closed: Sequence[Interval],
) -> list[int]:
    """Two pointers walk along with the candidates, so each stretch is looked at once; a step that
    cannot succeed before something taken ends is not tried."""
    terms = calendar.terms
    length, step, before, after = terms.length, terms.step, terms.before, terms.after
    earliest = calendar.now + terms.notice
    latest = calendar.now + terms.horizon if terms.horizon is not None else None
    found: list[int] = []
    b = c = 0
    for anchor, begin, until, limit in opened:
        start = anchor - (anchor - max(begin, earliest)) // step * step
        stop = min(until - 1, limit - length)
        stop = stop if latest is None else min(stop, latest)
        while start <= stop:
            while b < len(busy) and busy[b][1] <= start - before:
                b += 1
            if b < len(busy) and busy[b][0] < start + length + after:
                start -= (start - before - busy[b][1]) // step * step
                continue
            while c < len(closed) and closed[c][1] <= start:
                c += 1
            if c < len(closed) and closed[c][0] < start + length:
                start -= (start - closed[c][1]) // step * step
                continue
            found.append(start)
            start += step
    return found


def _is_full(calendar: Calendar, start: int) -> bool:
    terms, taken = calendar.terms, calendar.taken
    day = hours.day_in(calendar.zone, start)
    of_type = terms.per_day is not None and taken.of_type.get(day, 0) >= terms.per_day
    of_all = taken.most_of_all is not None and taken.of_all.get(day, 0) >= taken.most_of_all
    return of_type or of_all


@dataclass(frozen=True)
class Group:
    """An open appointment of a group: it exists before its bookings, which fill its places."""

    start: int
    capacity: int
    taken: int


def places(groups: Sequence[Group], terms: Terms, now: int) -> list[tuple[int, int]]:
    """A group type offers exactly its open appointments: their starts with the places left. The
    therapist chose the time, so hours and blocks have no say; notice and horizon have."""
    earliest = now + terms.notice
    latest = now + terms.horizon if terms.horizon is not None else None
    return [
        (one.start, one.capacity - one.taken)
        for one in sorted(groups, key=lambda one: one.start)
        if one.taken < one.capacity
        and one.start >= earliest
        and (latest is None or one.start <= latest)
    ]


class Why(StrEnum):
    """Why a time is offered or not: the first of these that holds."""

    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    CLOSED_THAT_DAY = "closed_that_day"
    OUTSIDE_HOURS = "outside_hours"
    BETWEEN_STEPS = "between_steps"
    TAKEN = "taken"
    BLOCKED = "blocked"
    TOO_CLOSE = "too_close"
    BLOCKED_DAY = "blocked_day"
    DAY_FULL = "day_full"
    NO_GROUP = "no_group"
    GROUP_FULL = "group_full"
    FREE = "free"


@dataclass(frozen=True)
class Explanation:
    why: Why
    # What stands in the way, where one thing does.
    by: Interval | None = None
    # The hours that were looked at, and whether an override made them.
    within: Interval | None = None
    overridden: bool = False


def explain(calendar: Calendar, at: int) -> Explanation:
    terms, taken = calendar.terms, calendar.taken
    if at < calendar.now + terms.notice:
        return Explanation(Why.TOO_SOON)
    if terms.horizon is not None and at > calendar.now + terms.horizon:
        return Explanation(Why.TOO_FAR)
    found = _in_hours(calendar, at)
    if found.why is not Why.FREE:
        return found
    session, whole = (at, at + terms.length), terms.around(at)
    for why, wanted, intervals in (
        (Why.TAKEN, session, taken.busy),
        (Why.BLOCKED, session, taken.blocked),
        (Why.BLOCKED_DAY, session, taken.closed),
        (Why.TOO_CLOSE, whole, [*taken.busy, *taken.blocked]),
    ):
        hit = next((one for one in intervals if overlap(one, wanted)), None)
        if hit:
            return replace(found, why=why, by=hit)
    return replace(found, why=Why.DAY_FULL) if _is_full(calendar, at) else found


def in_the_way(calendar: Calendar, at: int) -> Why | None:
    """What the therapist meets, who is free of hours, notice and horizon: an appointment stops
    her, a block warns her."""
    terms, taken = calendar.terms, calendar.taken
    session, whole = (at, at + terms.length), terms.around(at)
    if any(overlap(one, whole) for one in taken.busy):
        return Why.TAKEN
    if any(overlap(one, whole) for one in taken.blocked):
        return Why.BLOCKED
    return Why.BLOCKED_DAY if any(overlap(one, session) for one in taken.closed) else None


def _in_hours(calendar: Calendar, at: int) -> Explanation:
    """The hours may be those of the day before, when they run past midnight."""
    week, terms = calendar.week, calendar.terms
    day = hours.day_in(calendar.zone, at)
    opened = hours.openings(calendar.zone, week, day - hours.ONE_DAY, day)
    one = next((one for one in opened if one.begin <= at < one.until), None)
    if one is None or at + terms.length > one.limit:
        why = Why.OUTSIDE_HOURS if week.on(day) else Why.CLOSED_THAT_DAY
        return Explanation(why, overridden=day in week.overrides)
    on_grid = (at - one.anchor) % terms.step == 0
    return Explanation(
        Why.FREE if on_grid else Why.BETWEEN_STEPS,
        within=(one.begin, one.limit),
        overridden=day in week.overrides,
    )


def explain_group(groups: Sequence[Group], terms: Terms, now: int, at: int) -> Explanation:
    found = next((one for one in groups if one.start == at), None)
    if found is None:
        return Explanation(Why.NO_GROUP)
    if places([found], terms, now):
        return Explanation(Why.FREE)
    if found.taken >= found.capacity:
        return Explanation(Why.GROUP_FULL)
    return Explanation(Why.TOO_SOON if at < now + terms.notice else Why.TOO_FAR)


def nearest(zone: ZoneInfo, starts: Sequence[int], wanted: int, count: int = 3) -> list[int]:
    """For one whose time is gone: the next free one, the one before it, the same hour on another
    day, and whatever else lies nearest."""

    def wall(start: int) -> time:
        return hours.moment(start).astimezone(zone).time()

    later = [start for start in starts if start > wanted]
    earlier = [start for start in starts if start < wanted]
    same_hour = [start for start in later if wall(start) == wall(wanted)]
    by_nearness = sorted(starts, key=lambda start: (abs(start - wanted), start < wanted))
    ranked = [*later[:1], *earlier[-1:], *same_hour[:1], *by_nearness]
    return [start for start in dict.fromkeys(ranked) if start != wanted][:count]
