"""Wall-clock hours of a zone as instants: the only code that knows about clock changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from practice.domain.availability.intervals import Interval, merged

DAY_MINUTES = 24 * 60
ONE_DAY = timedelta(days=1)
# Years in which somebody may book; calendars and their libraries can still reckon with them.
OUR_TIMES = range(2000, 2200)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stretch:
    """Local hours of a day in minutes since its midnight; the end may lie in the next day."""

    start: int
    end: int

    @classmethod
    def of(cls, start: time, end: time | None) -> "Stretch":
        """Until None means until midnight; an end at or before the start runs past midnight."""
        first = start.hour * 60 + start.minute
        last = DAY_MINUTES if end is None else end.hour * 60 + end.minute
        return cls(first, last if last > first else last + DAY_MINUTES)


@dataclass(frozen=True)
class Week:
    """Named weekly hours, as far as they are valid, and what replaces them on single days."""

    days: Mapping[int, Sequence[Stretch]]
    overrides: Mapping[date, Sequence[Stretch]]
    valid_from: date | None = None
    valid_until: date | None = None

    def on(self, day: date) -> Sequence[Stretch]:
        if day in self.overrides:
            return self.overrides[day]
        too_early = self.valid_from is not None and day < self.valid_from
        too_late = self.valid_until is not None and day > self.valid_until
        return () if too_early or too_late else self.days.get(day.weekday(), ())


def seconds(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def moment(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def instant(zone: ZoneInfo, day: date, minute: int) -> int:
    """A wall time inside a gap is the first instant after it, a doubled one the first of both."""
    wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
    early = seconds(wall.replace(tzinfo=zone, fold=0))
    if moment(early).astimezone(zone).replace(tzinfo=None) == wall:
        return early
    late = seconds(wall.replace(tzinfo=zone, fold=1))
    return _transition(zone, min(early, late), max(early, late))


def _transition(zone: ZoneInfo, before: int, after: int) -> int:
    """The instant between the two at which the zone's offset changes."""
    offset = moment(before).astimezone(zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if moment(middle).astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def day_in(zone: ZoneInfo, at: int) -> date:
    return datetime.fromtimestamp(at, zone).date()


def days_between(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def whole_days(zone: ZoneInfo, first: date, last: date) -> Interval:
    """From the first midnight to the one after the last day: 23 or 25 hours where clocks change."""
    return instant(zone, first, 0), instant(zone, last + timedelta(days=1), 0)


class Opening(NamedTuple):
    """A stretch of one day in which sessions may begin: from `begin`, before `until`, on the grid
    that starts at `anchor`; they must end by `limit`."""

    anchor: int
    begin: int
    until: int
    limit: int


def openings(zone: ZoneInfo, week: Week, first: date, last: date) -> list[Opening]:
    """Hours that meet across midnight are one range: its grid starts with the earlier day, and a
    session may run into the next. Each day looks at its two neighbours and no further, so what is
    offered does not depend on where somebody begins to look."""
    before = intervals_of(zone, week, first - ONE_DAY)
    today = intervals_of(zone, week, first)
    found: list[Opening] = []
    for day in days_between(first, last):
        after = intervals_of(zone, week, day + ONE_DAY)
        found += [_opening(own, before, after) for own in today]
        before, today = today, after
    return [one for one in found if one.begin < one.until]


def _opening(own: Interval, before: Sequence[Interval], after: Sequence[Interval]) -> Opening:
    start, end = own
    earlier = next((one for one in before if one[0] < start <= one[1]), None)
    later = next((one for one in after if start < one[0] <= end < one[1]), None)
    return Opening(
        anchor=earlier[0] if earlier else start,
        begin=max(start, earlier[1]) if earlier else start,
        until=end,
        limit=later[1] if later else end,
    )


def intervals_of(zone: ZoneInfo, week: Week, day: date) -> list[Interval]:
    """One day's hours. Where no clock changes, one conversion is enough: its midnight."""
    stretches = week.on(day)
    if not stretches:
        return []
    midnight = instant(zone, day, 0)
    # Two days ahead, because hours may run past the next midnight.
    if instant(zone, day, 2 * DAY_MINUTES) - midnight == 2 * DAY_MINUTES * 60:
        return merged([(midnight + one.start * 60, midnight + one.end * 60) for one in stretches])
    return merged(
        [(instant(zone, day, one.start), instant(zone, day, one.end)) for one in stretches]
    )


def by_day(zone: ZoneInfo, starts: Sequence[int]) -> dict[date, list[int]]:
    """Sorted instants under the local day on which each falls, for whoever looks from this zone.
    A midnight is computed for each day, not a conversion for each instant."""
    found: dict[date, list[int]] = {}
    midnight = 0
    own: list[int] = []
    for start in starts:
        if start >= midnight:
            day = day_in(zone, start)
            midnight = instant(zone, day + ONE_DAY, 0)
            own = found[day] = []
        own.append(start)
    return found


@lru_cache(maxsize=256)
def changes(zone: ZoneInfo, low: datetime, high: datetime) -> tuple[datetime, ...]:
    """The instants between the two at which this zone's clocks change. Every invitation asks about
    the same few years, and each year is looked at day by day."""
    first, last = seconds(low), seconds(high)
    looks = [*range(first, last, DAY_MINUTES * 60), last]
    return tuple(
        moment(_transition(zone, before, after))
        for before, after in pairwise(looks)
        if moment(before).astimezone(zone).utcoffset() != moment(after).astimezone(zone).utcoffset()
    )
