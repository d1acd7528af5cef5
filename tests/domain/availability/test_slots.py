"""The engine against a brute-force oracle, on clock changes, and against its own explanation."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import portion
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.domain.availability import hours, slots
from practice.domain.availability.hours import Stretch, Week
from practice.domain.availability.intervals import Interval
from practice.domain.availability.slots import Calendar, Group, Taken, Terms, Why

# Each with both of its transitions; Lord Howe moves by half an hour, Troll by two hours,
# Casablanca back and forth around Ramadan.
TRANSITIONS = {
    "Europe/Berlin": (date(2031, 3, 30), date(2031, 10, 26)),
    "America/New_York": (date(2031, 3, 9), date(2031, 11, 2)),
    "Australia/Lord_Howe": (date(2031, 4, 6), date(2031, 10, 5)),
    "Africa/Casablanca": (date(2026, 2, 15), date(2026, 3, 22)),
    "Antarctica/Troll": (date(2026, 3, 29), date(2026, 10, 25)),
}
ANY_DAY = date(2031, 5, 5)


def week(*stretches: tuple[int, int], overrides: dict[date, list[Stretch]] | None = None) -> Week:
    daily = [Stretch(start, end) for start, end in stretches]
    return Week(dict.fromkeys(range(7), daily), overrides or {})


def at(zone: ZoneInfo, day: date, clock: str) -> int:
    return hours.seconds(datetime.combine(day, time.fromisoformat(clock), zone))


class Oracle:
    """Looks at every minute and knows nothing of pointers, merging or grids in seconds."""

    def __init__(self, zone: ZoneInfo, week: Week, terms: Terms, taken: Taken, now: int) -> None:
        self.zone, self.week, self.terms, self.taken, self.now = zone, week, terms, taken, now

    def slots(self, day: date) -> list[int]:
        owners = [day - timedelta(days=1), day, day + timedelta(days=1)]
        ranges = {one: self._ranges(one) for one in owners}
        opened = {minute for found in ranges.values() for minute in self._minutes(found)}
        earlier = set(self._minutes(ranges[owners[0]]))
        found: list[int] = []
        for start, end in ranges[day]:
            anchor = next((a for a, b in ranges[owners[0]] if a < start <= b), start)
            for minute in range(start, end, 60):
                fits = all(one in opened for one in range(minute, minute + self.terms.length, 60))
                on_grid = (minute - anchor) % self.terms.step == 0
                if fits and on_grid and minute not in earlier and self._is_free(minute):
                    found.append(minute)
        return found

    def _ranges(self, day: date) -> list[tuple[int, int]]:
        """Minute by minute of the wall clock, joined where they follow each other."""
        instants: set[int] = set()
        for one in self.week.on(day):
            instants.update(range(self._instant(day, one.start), self._instant(day, one.end), 60))
        joined: list[tuple[int, int]] = []
        for minute in sorted(instants):
            if joined and joined[-1][1] == minute:
                joined[-1] = (joined[-1][0], minute + 60)
            else:
                joined.append((minute, minute + 60))
        return joined

    def _minutes(self, ranges: list[tuple[int, int]]) -> Iterator[int]:
        for start, end in ranges:
            yield from range(start, end, 60)

    def _instant(self, day: date, minute: int) -> int:
        """The first minute of real time at which the clock on the wall shows so much or more."""
        wanted = datetime.combine(day, time.min) + timedelta(minutes=minute)
        first = hours.seconds(datetime.combine(day, time.min, UTC)) - 86400
        walls = (
            (datetime.fromtimestamp(at, self.zone).replace(tzinfo=None), at)
            for at in range(first + minute * 60, first + minute * 60 + 3 * 86400, 60)
        )
        return next(at for wall, at in walls if wall >= wanted)

    def _is_free(self, start: int) -> bool:
        terms, end = self.terms, start + self.terms.length
        if start < self.now + terms.notice:
            return False
        if terms.horizon is not None and start > self.now + terms.horizon:
            return False
        standing = [*self.taken.busy, *self.taken.blocked]
        if any(a < end + terms.after and start - terms.before < b for a, b in standing):
            return False
        day = datetime.fromtimestamp(start, self.zone).date()
        if terms.per_day is not None and self.taken.of_type.get(day, 0) >= terms.per_day:
            return False
        most = self.taken.most_of_all
        if most is not None and self.taken.of_all.get(day, 0) >= most:
            return False
        return not any(a < end and start < b for a, b in self.taken.closed)


def quarters(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low // 15, high // 15).map(lambda n: n * 15)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[ZoneInfo, date, Week, Terms, Taken, int]:
    name = draw(st.sampled_from(sorted(TRANSITIONS)))
    zone = ZoneInfo(name)
    day = draw(st.sampled_from([*TRANSITIONS[name], ANY_DAY])) + timedelta(
        days=draw(st.integers(-1, 1))
    )
    stretch = st.builds(
        lambda start, long: Stretch(start, start + long), quarters(0, 1425), quarters(15, 900)
    )
    days = {number: draw(st.lists(stretch, max_size=3)) for number in range(7)}
    overridden = draw(st.dictionaries(st.just(day), st.lists(stretch, max_size=2), max_size=1))
    terms = Terms(
        length=draw(st.sampled_from([15, 20, 50, 60, 90])) * 60,
        step=draw(st.sampled_from([10, 15, 20, 30, 60])) * 60,
        before=draw(st.sampled_from([0, 5, 15])) * 60,
        after=draw(st.sampled_from([0, 10, 30])) * 60,
        notice=draw(st.sampled_from([0, 60, 1440])) * 60,
        horizon=draw(st.sampled_from([None, 86400, 2 * 86400])),
        per_day=draw(st.sampled_from([None, None, 2])),
    )
    midnight = hours.instant(zone, day, 0)
    interval = st.builds(
        lambda start, long: (midnight + start * 60, midnight + (start + long) * 60),
        st.integers(-600, 2000),
        st.integers(1, 400),
    )
    around = st.sampled_from([day - timedelta(days=1), day, day + timedelta(days=1)])
    counts = st.dictionaries(around, st.integers(0, 4), max_size=2)
    taken = Taken(
        busy=draw(st.lists(interval, max_size=6)),
        blocked=draw(st.lists(interval, max_size=2)),
        closed=draw(st.lists(interval, max_size=2)),
        of_type=draw(counts),
        of_all=draw(counts),
        most_of_all=draw(st.sampled_from([None, None, 3])),
    )
    valid_from = draw(st.sampled_from([None, None, day, day + timedelta(days=1)]))
    valid_until = draw(st.sampled_from([None, None, day, day + timedelta(days=1)]))
    now = midnight + draw(st.integers(-2000, 600)) * 60
    week_of_world = Week(days, overridden, valid_from, valid_until)
    return zone, day, week_of_world, terms, taken, now


@given(worlds())
def test_the_engine_agrees_with_looking_at_every_minute(
    world: tuple[ZoneInfo, date, Week, Terms, Taken, int],
):
    zone, day, rules, terms, taken, now = world
    found = slots.slots(Calendar(zone, rules, terms, taken, now), day, day)
    assert found == Oracle(zone, rules, terms, taken, now).slots(day)


@given(worlds())
def test_what_is_offered_does_not_depend_on_where_one_begins_to_look(
    world: tuple[ZoneInfo, date, Week, Terms, Taken, int],
):
    zone, day, rules, terms, taken, now = world
    first, last = day - timedelta(days=2), day + timedelta(days=2)
    at_once = slots.slots(Calendar(zone, rules, terms, taken, now), first, last)
    one_by_one = [
        start
        for one in hours.days_between(first, last)
        for start in slots.slots(Calendar(zone, rules, terms, taken, now), one, one)
    ]
    assert at_once == one_by_one
    assert len(set(at_once)) == len(at_once)
    assert at_once == sorted(at_once)


@given(worlds(), st.integers(-300, 1800))
def test_the_explanation_says_free_exactly_where_a_time_is_offered(
    world: tuple[ZoneInfo, date, Week, Terms, Taken, int], minute: int
):
    zone, day, rules, terms, taken, now = world
    start = hours.instant(zone, day, 0) + minute * 60
    own = hours.day_in(zone, start)
    found = slots.slots(
        Calendar(zone, rules, terms, taken, now), own - timedelta(days=1), own + timedelta(days=1)
    )
    why = slots.explain(Calendar(zone, rules, terms, taken, now), start).why
    assert (why is Why.FREE) == (start in found)


@pytest.mark.parametrize("length", [20, 50, 60])
@pytest.mark.parametrize(
    ("name", "day"), [(name, day) for name, days in TRANSITIONS.items() for day in days]
)
def test_on_a_day_with_a_clock_change_every_session_lasts_its_minutes(
    name: str, day: date, length: int
):
    zone = ZoneInfo(name)
    terms = Terms(length=length * 60, step=length * 60)
    alone = Week({}, {day: [Stretch(0, 1440)]})
    found = slots.slots(Calendar(zone, alone, terms, Taken(), 0), day, day)
    assert len(set(found)) == len(found)
    assert all(later - earlier == length * 60 for earlier, later in pairwise(found))
    day_length = hours.instant(zone, day + timedelta(days=1), 0) - hours.instant(zone, day, 0)
    assert len(found) == day_length // (length * 60)


def test_a_wall_time_inside_a_gap_is_the_first_instant_after_it():
    berlin = ZoneInfo("Europe/Berlin")
    gap = hours.instant(berlin, date(2031, 3, 30), 2 * 60 + 30)
    assert hours.moment(gap) == datetime(2031, 3, 30, 1, 0, tzinfo=UTC)
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    gap = hours.instant(lord_howe, date(2031, 10, 5), 2 * 60 + 15)
    assert hours.moment(gap).astimezone(lord_howe).time() == time(2, 30)


def test_a_doubled_wall_time_is_its_first_instant():
    berlin = ZoneInfo("Europe/Berlin")
    doubled = hours.instant(berlin, date(2031, 10, 26), 2 * 60 + 30)
    assert hours.moment(doubled) == datetime(2031, 10, 26, 0, 30, tzinfo=UTC)


def test_both_halves_of_the_doubled_hour_are_offered():
    berlin, day = ZoneInfo("Europe/Berlin"), date(2031, 10, 26)
    found = slots.slots(Calendar(berlin, week((120, 180)), Terms(3600, 3600), Taken(), 0), day, day)
    local = [hours.moment(start).astimezone(berlin) for start in found]
    assert [(one.hour, one.fold) for one in local] == [(2, 0), (2, 1)]


def test_hours_past_midnight_belong_to_the_evening_they_began():
    rome, saturday = ZoneInfo("Europe/Rome"), date(2031, 5, 3)
    rules = Week({5: [Stretch(22 * 60, 26 * 60)]}, {})
    found = slots.slots(Calendar(rome, rules, Terms(3600, 3600), Taken(), 0), saturday, saturday)
    assert found == [at(rome, saturday, "22:00") + hour * 3600 for hour in range(4)]
    sunday = saturday + timedelta(days=1)
    assert slots.slots(Calendar(rome, rules, Terms(3600, 3600), Taken(), 0), sunday, sunday) == []


def test_hours_that_meet_at_midnight_are_one_range():
    rome, day = ZoneInfo("Europe/Rome"), date(2031, 5, 5)
    rules = Week({0: [Stretch(23 * 60, 1440)], 1: [Stretch(0, 60)]}, {})
    found = slots.slots(
        Calendar(rome, rules, Terms(5400, 1800), Taken(), 0), day, day + timedelta(days=1)
    )
    assert found == [at(rome, day, "23:00"), at(rome, day, "23:30")]


@pytest.mark.parametrize(
    ("taken_from", "taken_to", "is_free"),
    [
        ("09:00", "10:00", True),
        ("10:50", "11:00", True),
        ("09:00", "10:00:01", False),
        ("10:49:59", "11:00", False),
    ],
)
def test_touching_is_allowed_and_a_second_of_overlap_is_not(
    taken_from: str, taken_to: str, is_free: bool
):
    rome, day = ZoneInfo("Europe/Rome"), ANY_DAY
    busy = [(at(rome, day, taken_from), at(rome, day, taken_to))]
    found = slots.slots(
        Calendar(rome, week((600, 650)), Terms(3000, 3000), Taken(busy=busy), 0), day, day
    )
    assert bool(found) is is_free


@pytest.mark.parametrize(("early_by", "is_free"), [(0, True), (1, False)])
def test_notice_is_kept_to_the_second(early_by: int, is_free: bool):
    rome, day = ZoneInfo("Europe/Rome"), ANY_DAY
    start = at(rome, day, "10:00")
    terms = Terms(3000, 3000, notice=86400)
    found = slots.slots(
        Calendar(rome, week((600, 650)), terms, Taken(), start - 86400 + early_by), day, day
    )
    assert bool(found) is is_free


@pytest.mark.parametrize(("late_by", "is_free"), [(0, True), (1, False)])
def test_the_horizon_is_kept_to_the_second(late_by: int, is_free: bool):
    rome, day = ZoneInfo("Europe/Rome"), ANY_DAY
    start = at(rome, day, "10:00")
    terms = Terms(3000, 3000, horizon=7 * 86400)
    found = slots.slots(
        Calendar(rome, week((600, 650)), terms, Taken(), start - 7 * 86400 - late_by), day, day
    )
    assert bool(found) is is_free


def test_a_full_day_offers_nothing_more():
    rome, day = ZoneInfo("Europe/Rome"), ANY_DAY
    terms = Terms(3000, 3600, per_day=2)
    rules = week((540, 1020))
    full = Taken(of_type={day: 2})
    assert slots.slots(Calendar(rome, rules, terms, full, 0), day, day) == []
    assert slots.explain(Calendar(rome, rules, terms, full, 0), at(rome, day, "09:00")).why is (
        Why.DAY_FULL
    )
    assert slots.slots(Calendar(rome, rules, terms, Taken(of_type={day: 1}), 0), day, day)
    practice_full = Taken(of_all={day: 5}, most_of_all=5)
    assert slots.slots(Calendar(rome, rules, terms, practice_full, 0), day, day) == []


def test_an_override_replaces_the_hours_of_its_day_and_may_close_it():
    rome, day = ZoneInfo("Europe/Rome"), ANY_DAY
    other = week((540, 600), overrides={day: [Stretch(900, 960)]})
    found = slots.slots(Calendar(rome, other, Terms(3600, 3600), Taken(), 0), day, day)
    assert found == [at(rome, day, "15:00")]
    closed = week((540, 600), overrides={day: []})
    assert slots.slots(Calendar(rome, closed, Terms(3600, 3600), Taken(), 0), day, day) == []
    why = slots.explain(
        Calendar(rome, closed, Terms(3600, 3600), Taken(), 0), at(rome, day, "09:00")
    )
    assert (why.why, why.overridden) == (Why.CLOSED_THAT_DAY, True)


def test_a_schedule_is_valid_from_and_until():
    rome = ZoneInfo("Europe/Rome")
    first, last = date(2031, 5, 5), date(2031, 5, 7)
    rules = Week({day: [Stretch(540, 600)] for day in range(7)}, {}, first, last)
    found = slots.slots(
        Calendar(rome, rules, Terms(3600, 3600), Taken(), 0), date(2031, 5, 1), date(2031, 5, 10)
    )
    assert [hours.day_in(rome, start) for start in found] == [
        date(2031, 5, 5), date(2031, 5, 6), date(2031, 5, 7),
    ]  # fmt: skip


@given(worlds(), st.sampled_from(["Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"]))
def test_times_stand_under_the_day_of_whoever_looks(
    world: tuple[ZoneInfo, date, Week, Terms, Taken, int], viewer: str
):
    zone, day, rules, terms, taken, now = world
    calendar = Calendar(zone, rules, terms, taken, now)
    found = slots.slots(calendar, day - timedelta(days=2), day + timedelta(days=2))
    there = ZoneInfo(viewer)
    grouped = hours.by_day(there, found)
    assert [start for starts in grouped.values() for start in starts] == found
    for own, starts in grouped.items():
        assert {hours.day_in(there, start) for start in starts} == {own}


@given(worlds())
def test_the_engine_agrees_with_interval_arithmetic(
    world: tuple[ZoneInfo, date, Week, Terms, Taken, int],
):
    """The library portion joins and intersects; every start of a grid of minutes is asked."""
    zone, day, rules, terms, taken, now = world
    # Counting is no matter of intervals; a timed block is one like an appointment.
    terms = replace(terms, per_day=None)
    taken = Taken(busy=[*taken.busy, *taken.blocked], closed=taken.closed)
    calendar = Calendar(zone, rules, terms, taken, now)
    around = list(hours.days_between(day - timedelta(days=1), day + timedelta(days=1)))
    # A session of the last day may run on into the day after it.
    known = hours.days_between(day - timedelta(days=2), day + timedelta(days=2))
    opened = union(hours.intervals_of(zone, rules, one) for one in known)
    busy, closed = union([taken.busy]), union([taken.closed])
    offered = set(slots.slots(calendar, around[0], around[-1]))
    for start in offered:
        end = start + terms.length
        assert portion.closedopen(start, end) in opened
        assert (portion.closedopen(start - terms.before, end + terms.after) & busy).empty
        assert (portion.closedopen(start, end) & closed).empty
    own = hours.openings(zone, rules, day, day)
    for opening in own:
        for start in range(opening.anchor, opening.until, terms.step):
            end = start + terms.length
            fits = opening.begin <= start and portion.closedopen(start, end) in opened
            keeps_away = (portion.closedopen(start - terms.before, end + terms.after) & busy).empty
            is_open = (portion.closedopen(start, end) & closed).empty
            soon = start < now + terms.notice
            far = terms.horizon is not None and start > now + terms.horizon
            can_be_had = fits and keeps_away and is_open and not soon and not far
            if start >= opening.begin:
                assert (start in offered) == can_be_had


def union(parts: Iterable[Sequence[Interval]]) -> portion.Interval:
    found = portion.empty()
    for intervals in parts:
        for start, end in intervals:
            found |= portion.closedopen(start, end)
    return found


def test_a_group_offers_its_open_appointments_with_the_places_left():
    groups = [Group(7200, 8, 8), Group(9000, 8, 3), Group(3600, 8, 0), Group(99_000, 8, 0)]
    terms = Terms(5400, 5400, notice=1800, horizon=86400)
    assert slots.places(groups, terms, now=1800) == [(3600, 8), (9000, 5)]
    assert slots.places(groups, terms, now=1801) == [(9000, 5)]
