"""The free days as the picker in the browser gets them: short lists of words and local times.

All times of a month go over at once, so that choosing another day asks nobody. No zone is reckoned
in the browser: each day carries its offset, and a time its own where the clocks change that day.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from practice import clock
from practice.domain import inputs
from practice.domain.booking.refusals import NotOffered, SlotTaken
from practice.domain.errors import Invalid
from practice.i18n import _, clock_time, clocks, day_and_date
from practice.services.booking.offers import FARTHEST, Day, Desk, Offered, Time
from practice.wording import booking

Find = Callable[[date, date], Awaitable[Offered]]
Said = dict[str, Any]
DAYS_OF_WEEK = 7


def zone_of(given: str, instead: str) -> ZoneInfo:
    """A device may know its clock by a name that is none here: then it is the other."""
    try:
        return inputs.zone("zone", given)
    except Invalid:
        return ZoneInfo(instead)


async def first_look(find: Find, zone: ZoneInfo, day: str) -> tuple[Offered, list[str]]:
    """The month that is asked for, else this one, and the next. Where both are taken it begins
    with the first free day there is."""
    today = clock.now().astimezone(zone).date()
    found, months = await _months(find, _wanted(day, today), 2)
    if found.days or found.next_free is None:
        return found, months
    return await _months(find, found.next_free, 2)


async def another_look(find: Find, zone: ZoneInfo, month: str) -> tuple[Offered, list[str]]:
    today = clock.now().astimezone(zone).date()
    return await _months(find, _wanted(f"{month}-28", today), 1)


async def _months(find: Find, day: date, count: int) -> tuple[Offered, list[str]]:
    """From the one of this day on, and how each is called."""
    firsts = [day.replace(day=1)]
    for _month in range(count):
        firsts.append(_month_after(firsts[-1]))
    found = await find(firsts[0], firsts[-1] - timedelta(days=1))
    return found, [f"{first:%Y-%m}" for first in firsts[:-1]]


def _wanted(said: str, today: date) -> date:
    """Of an address that anybody can write."""
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return today
    return found if today <= found <= today + FARTHEST else today


def _month_after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def said(desk: Desk, found: Offered, months: Sequence[str]) -> Said:
    """What the picker puts beside what it has; `zone` and `months` say of what this is all."""
    return {
        "zone": found.zone.key,
        "months": list(months),
        "today": found.today.isoformat(),
        "last": found.last.isoformat(),
        "next": [found.next_free.isoformat(), day_and_date(found.next_free)]
        if found.next_free
        else [],
        "days": [_day(day, desk, found.zone) for day in found.days],
        "clocks": _clocks(desk, found),
        "there": _there(desk, found),
    }


def _day(day: Day, desk: Desk, zone: ZoneInfo) -> list[Any]:
    """[date, its words, free, heard, count, offset, [[part, [time, …]], …]]"""
    offset = _offset(day.times[0].start)
    twice = _said_twice(day)
    parts = [
        [part.name, [_time(time, desk, zone, offset, twice) for time in part.times]]
        for part in booking.groups(day.times)
    ]
    return [
        day.on.isoformat(),
        day_and_date(day.on),
        booking.day_label(day),
        booking.announced(day),
        booking.free_times(len(day.times)),
        offset,
        parts,
    ]


def _time(time: Time, desk: Desk, zone: ZoneInfo, offset: str, twice: set[str]) -> list[str]:
    """[from, until, own offset, by the practice's clock, its offset, own word], and nothing where
    it goes without saying."""
    start, own = f"{time.start:%H:%M}", _offset(time.start)
    there = booking.there_hours(desk, time, zone.key)
    word = f"{start} {clocks.offset(time.start, zone.key)}" if start in twice else ""
    found = [
        start,
        f"{time.end:%H:%M}",
        own if own != offset else "",
        there,
        _offset(time.start.astimezone(ZoneInfo(desk.zone))) if there else "",
        word,
    ]
    while not found[-1]:
        found.pop()
    return found


def _said_twice(day: Day) -> set[str]:
    """The hour that an autumn night has twice."""
    starts = [f"{one.start:%H:%M}" for one in day.times]
    return {start for start in starts if starts.count(start) > 1}


def _clocks(desk: Desk, found: Offered) -> dict[str, list[str]]:
    """By offset: Trieste time (GMT+1), and the name alone."""
    key = found.zone.key
    return {
        offset: [booking.clocks(desk, key, at), booking.clock_name(desk, key, at)]
        for offset, at in _by_offset(found, found.zone).items()
    }


def _there(desk: Desk, found: Offered) -> dict[str, str]:
    """By the practice's offset, with a place for the hours."""
    if found.zone.key == desk.zone:
        return {}
    return {
        offset: booking.there_said("{time}", desk, at)
        for offset, at in _by_offset(found, ZoneInfo(desk.zone)).items()
    }


def _by_offset(found: Offered, zone: ZoneInfo) -> dict[str, datetime]:
    """A moment with each offset that this zone has in these days."""
    starts = [one.start for day in found.days for one in day.times] or [clock.now()]
    return {_offset(own): own for own in (at.astimezone(zone) for at in starts)}


def _offset(at: datetime) -> str:
    return at.isoformat()[19:]


def alternative(start: datetime, wished: datetime, zone: ZoneInfo) -> Said:
    """One of the nearest to a time that was lost."""
    own, time = start.astimezone(zone), clock_time(start, zone.key)
    day = _near_day(own, wished.astimezone(zone))
    return {
        "start": own.isoformat(),
        "day": booking.day_of(own.date()),
        "time": time,
        "near": booking.how_near(own, wished.astimezone(zone)),
        "book": _("Book {day} at {time}").format(day=day, time=time),
        "move": _("Move to {day} at {time}").format(day=day, time=time),
    }


def _near_day(day: datetime, wished: datetime) -> str:
    """Within a week a day of the week is enough."""
    if abs((day.date() - wished.date()).days) < DAYS_OF_WEEK:
        return clocks.weekday(day, str(day.tzinfo))
    return day_and_date(day.date())


def taken(refusal: SlotTaken, wished: datetime, zone: ZoneInfo) -> Said:
    """What happened, to a person, and what is free instead."""
    is_lost = not isinstance(refusal, NotOffered)
    title = _("That time has just been taken") if is_lost else _("That time cannot be booked")
    who = _("Somebody chose {time} a moment before you. Nothing you wrote is lost.")
    why = _("{time} is not offered any more. Nothing you wrote is lost.")
    own = wished.astimezone(zone)
    day = clocks.weekday(own, zone.key)
    at = _("{time} on {day}").format(time=f"{own:%H:%M}", day=day)
    return {
        "start": own.isoformat(),
        "title": title,
        "said": (who if is_lost else why).format(time=at),
        "others": [alternative(one, wished, zone) for one in refusal.alternatives],
    }
