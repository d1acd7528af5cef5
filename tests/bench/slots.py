"""The engine beside an any-overlap loop and a bare two-pointer sweep, in one run.

One practice in Berlin across a clock change: two ranges a day on five days, 20 overrides, 30
blocked days, sessions of 50 minutes with 10 after them, every 15 minutes, grouped by the day of
New York.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from practice.domain.availability import hours, slots
from practice.domain.availability.hours import Stretch, Week
from practice.domain.availability.slots import Calendar, Taken, Terms
from tests.support.smoke import size

ROWS = size(((100, 30), (1_000, 120), (10_000, 120), (10_000, 365)), ((100, 30),))
MANY = size((10_000, 365), (100, 30))
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
FIRST = date(2031, 2, 3)
LENGTH, AFTER, STEP = 50 * 60, 10 * 60, 15 * 60
Slots = dict[date, list[int]]


def world(items: int, days: int) -> Calendar:
    draw = random.Random(items * days)
    stretches = [Stretch(9 * 60, 13 * 60), Stretch(14 * 60, 18 * 60)]
    any_day = [FIRST + timedelta(days=draw.randrange(days)) for _ in range(50)]
    overrides = {day: [Stretch(10 * 60, 15 * 60)] for day in any_day[:20]}
    start = hours.instant(BERLIN, FIRST, 0)
    busy = [
        (begin, begin + draw.choice((30, 50, 60)) * 60)
        for begin in (start + draw.randrange(days * 96) * 900 for _ in range(items))
    ]
    closed = [hours.whole_days(BERLIN, day, day) for day in any_day[20:]]
    week = Week(dict.fromkeys(range(5), stretches), overrides)
    terms = Terms(LENGTH, STEP, after=AFTER)
    return Calendar(BERLIN, week, terms, Taken(busy, closed=closed), start)


def engine(calendar: Calendar, days: int) -> Slots:
    last = FIRST + timedelta(days=days - 1)
    return hours.by_day(NEW_YORK, slots.slots(calendar, FIRST, last))


def candidates(calendar: Calendar, days: int) -> Iterator[int]:
    for day in hours.days_between(FIRST, FIRST + timedelta(days=days - 1)):
        for stretch in calendar.week.on(day):
            start, end = (
                hours.seconds(datetime(day.year, day.month, day.day, minute // 60, tzinfo=BERLIN))
                for minute in (stretch.start, stretch.end)
            )
            yield from range(start, end - LENGTH + 1, STEP)


def any_overlap_loop(calendar: Calendar, days: int) -> Slots:
    """What most calendars do: every candidate against everything that is taken."""
    busy, closed = calendar.taken.busy, calendar.taken.closed
    found: Slots = {}
    for start in candidates(calendar, days):
        if any(a < start + LENGTH + AFTER and start < b for a, b in busy):
            continue
        if any(a < start + LENGTH and start < b for a, b in closed):
            continue
        found.setdefault(hours.day_in(NEW_YORK, start), []).append(start)
    return found


def two_pointer_sweep(calendar: Calendar, days: int) -> Slots:
    """As bare as it can be: no grid across midnight, no limits, one list of what is taken."""
    busy, closed = sorted(calendar.taken.busy), sorted(calendar.taken.closed)
    found: Slots = {}
    b = c = 0
    for start in candidates(calendar, days):
        while b < len(busy) and busy[b][1] <= start:
            b += 1
        while c < len(closed) and closed[c][1] <= start:
            c += 1
        if b < len(busy) and busy[b][0] < start + LENGTH + AFTER:
            continue
        if c < len(closed) and closed[c][0] < start + LENGTH:
            continue
        found.setdefault(hours.day_in(NEW_YORK, start), []).append(start)
    return found


def median_ms(rounds: int, work: Callable[..., object], *arguments: object) -> float:
    taken: list[float] = []
    for _ in range(rounds):
        started = time.perf_counter()
        work(*arguments)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


def main() -> None:
    print(f"{'taken / days':<16}{'loop':>10}{'sweep':>10}{'engine':>10}"
          f"{'engine/loop':>14}{'engine/sweep':>14}   ms, medians")  # fmt: skip
    for items, days in ROWS:
        calendar = world(items, days)
        assert engine(calendar, days) == any_overlap_loop(calendar, days)
        loop = median_ms(3, any_overlap_loop, calendar, days)
        sweep = median_ms(15, two_pointer_sweep, calendar, days)
        own = median_ms(15, engine, calendar, days)
        print(f"{items:>6} / {days:<7}{loop:>10.2f}{sweep:>10.2f}{own:>10.2f}"
              f"{'1/' + format(loop / own, '.0f'):>14}{own / sweep:>14.2f}")  # fmt: skip
    items, days = MANY
    calendar = world(items, days)
    at = hours.instant(BERLIN, FIRST + timedelta(days=days // 2), 10 * 60)
    explained = median_ms(50, slots.explain, calendar, at)
    print(f"explain at {items:,} / {days}: {explained:.3f} ms")


if __name__ == "__main__":
    main()
