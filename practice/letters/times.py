"""Days, hours and zones as a letter says them, and the same time on another's clock."""

from datetime import datetime

from practice.i18n import _, clock_time, day_and_date, hours_between, sentence
from practice.i18n import clocks as i18n_clocks
from practice.letters.facts import House, Times


def day(at: datetime, zone: str) -> str:
    return day_and_date(i18n_clocks.local(at, zone).date())


def moment(at: datetime, zone: str) -> str:
    """Thursday 26 November, 16:00."""
    return _("{day}, {time}").format(day=day(at, zone), time=clock_time(at, zone))


def span(times: Times, zone: str) -> str:
    """Thursday 26 November, 16:00 – 16:50."""
    return _("{day}, {time}").format(day=day(times.starts_at, zone), time=hours(times, zone))


def hours(times: Times, zone: str) -> str:
    return hours_between(times.starts_at, times.ends_at, zone)


def clocks(house: House, at: datetime, zone: str) -> str:
    """The practice's own clock has the practice's name."""
    return i18n_clocks.clock(at, zone, house.place if zone == house.zone else "")


def elsewhere(house: House, times: Times, zone: str, other: str) -> str:
    """The same time on another's clock, or nothing where both show the same at that instant."""
    start = times.starts_at
    if i18n_clocks.minutes_ahead(start, zone) == i18n_clocks.minutes_ahead(start, other):
        return ""
    same_day = day(start, zone) == day(start, other)
    there = hours(times, other) if same_day else span(times, other)
    return _("{time}, {clocks}").format(time=there, clocks=clocks(house, start, other))


def here(house: House, times: Times, zone: str) -> str:
    return sentence(clocks(house, times.starts_at, zone))
