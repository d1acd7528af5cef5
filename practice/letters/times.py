"""Days, hours and zones as a letter says them, and the same time on another's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import dates

from practice.i18n import _, city, clock_time, day_and_date, hours_between, locale, sentence
from practice.letters.facts import House, Times


def local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def day(at: datetime, zone: str) -> str:
    return day_and_date(local(at, zone).date())


def weekday(at: datetime, zone: str) -> str:
    return dates.format_date(local(at, zone), "EEEE", locale=locale())


def date(at: datetime, zone: str) -> str:
    return dates.format_date(local(at, zone), "d MMMM", locale=locale())


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
    return clock(at, zone, house.place if zone == house.zone else "")


def clock(at: datetime, zone: str, town: str = "") -> str:
    """Which clock is meant: Rome time (GMT+1). Zones that are no place have their offset only."""
    if not town and not is_place(zone):
        return offset(at, zone)
    return _("{city} time ({offset})").format(city=town or place_of(zone), offset=offset(at, zone))


def is_place(zone: str) -> bool:
    return "/" in zone and not zone.startswith("Etc/")


def place_of(zone: str) -> str:
    return city(zone).rpartition("/")[2]


def offset(at: datetime, zone: str) -> str:
    minutes = _minutes_ahead(at, zone)
    if not minutes:
        return "GMT"
    sign = "+" if minutes > 0 else "\N{MINUS SIGN}"
    whole, rest = divmod(abs(minutes), 60)
    return f"GMT{sign}{whole}:{rest:02}" if rest else f"GMT{sign}{whole}"


def elsewhere(house: House, times: Times, zone: str, other: str) -> str:
    """The same time on another's clock, or nothing where both show the same at that instant."""
    start = times.starts_at
    if _minutes_ahead(start, zone) == _minutes_ahead(start, other):
        return ""
    same_day = day(start, zone) == day(start, other)
    there = hours(times, other) if same_day else span(times, other)
    return _("{time}, {clocks}").format(time=there, clocks=clocks(house, start, other))


def here(house: House, times: Times, zone: str) -> str:
    return sentence(clocks(house, times.starts_at, zone))


def _minutes_ahead(at: datetime, zone: str) -> int:
    ahead = local(at, zone).utcoffset()
    return round(ahead.total_seconds() / 60) if ahead else 0
