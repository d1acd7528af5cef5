"""Times and places in the words of a language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import dates

from practice.i18n import _, city, locale


def local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def weekday(at: datetime, zone: str) -> str:
    return dates.format_date(local(at, zone), "EEEE", locale=locale())


def date(at: datetime, zone: str) -> str:
    return dates.format_date(local(at, zone), "d MMMM", locale=locale())


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
    minutes = minutes_ahead(at, zone)
    if not minutes:
        return "GMT"
    sign = "+" if minutes > 0 else "\N{MINUS SIGN}"
    whole, rest = divmod(abs(minutes), 60)
    return f"GMT{sign}{whole}:{rest:02}" if rest else f"GMT{sign}{whole}"


def minutes_ahead(at: datetime, zone: str) -> int:
    ahead = local(at, zone).utcoffset()
    return round(ahead.total_seconds() / 60) if ahead else 0
