"""How free days, their times and their clocks are said to whoever picks one, with a script or
without."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

from babel import dates

from practice.domain.clients.stages import Stage
from practice.domain.errors import N_
from practice.i18n import (
    _,
    day_and_date,
    day_of_month,
    hours_between,
    locale,
    minutes,
    month_of_year,
    ngettext,
    sentence,
)
from practice.i18n import clocks as i18n_clocks
from practice.services.booking.offers import Day, Kind, Time
from practice.wording import times as wording_times

MORNING, AFTERNOON, EVENING = N_("Morning"), N_("Afternoon"), N_("Evening")
# What costs something, until it can be paid here.
BY_LETTER = N_("Times for this are arranged by letter. Write to me, and I will suggest some.")
# Also to whoever comes back here after booking it.
GONE = N_(
    "The time you had chosen is not free any more. If you have just booked it yourself, the letter "
    "about it is on its way; otherwise please choose another."
)
# By the clock of whoever picks: before noon, before five, after.
NOON, FIVE = 12, 17


class Home(Protocol):
    """Where the practice's own clock hangs."""

    @property
    def zone(self) -> str: ...
    @property
    def town(self) -> str: ...


@dataclass(frozen=True)
class Group:
    name: str
    times: tuple[Time, ...]


@dataclass(frozen=True)
class Chosen:
    """The summary beside the form: Tuesday 24 November · 15:40 – 16:00, Trieste time."""

    day: str
    hours: str
    iso: str
    # What the practice's clock shows, where that is something else.
    there: str


def groups(times: Iterable[Time]) -> tuple[Group, ...]:
    """In the order of the day; a part without times is not there."""
    found = groupby(times, key=lambda one: _part(one.start))
    return tuple(Group(_(name), tuple(of)) for name, of in found)


def _part(start: datetime) -> str:
    if start.hour < NOON:
        return MORNING
    return AFTERNOON if start.hour < FIVE else EVENING


def day_of(on: date) -> str:
    return sentence(day_and_date(on))


def month(on: date) -> str:
    """October 2026, as the head of a calendar."""
    return sentence(month_of_year(on))


def week(monday: date) -> str:
    """23 – 29 November; over the end of a month both are short, so that it fits a phone."""
    sunday = monday + timedelta(days=6)
    if monday.month == sunday.month:
        return f"{monday.day} – {day_of_month(sunday)}"
    brief = dates.get_month_names("abbreviated", "format", locale())
    return f"{monday.day} {brief[monday.month]} – {sunday.day} {brief[sunday.month]}"


def week_days() -> list[tuple[str, str]]:
    """From Monday on: the two letters over a column, and the day's whole name."""
    short = dates.get_day_names("short", "stand-alone", locale())
    wide = dates.get_day_names("wide", "stand-alone", locale())
    return [(sentence(short[day][:2]), sentence(wide[day])) for day in range(7)]


def free_times(count: int) -> str:
    return ngettext("{count} time", "{count} times", count).format(count=count)


def day_label(day: Day) -> str:
    """For a day of the calendar; it begins with the number that is seen."""
    shown = day_of_month(day.on)
    count = len(day.times)
    free = ngettext("{count} free time", "{count} free times", count).format(count=count)
    return _("{day}, {free}").format(day=shown, free=free)


def announced(day: Day) -> str:
    """5 times on Tuesday 24 November, for who hears the page."""
    count = len(day.times)
    return ngettext("{count} time on {day}", "{count} times on {day}", count).format(
        count=count, day=day_and_date(day.on)
    )


def none_this_month(next_free: date | None) -> str:
    if next_free is None:
        return _("There are no free times at the moment.")
    return _("No times this month: the next free day is {day}.").format(day=day_and_date(next_free))


def clocks(desk: Home, zone: str, at: datetime) -> str:
    """Trieste time (GMT+1): the practice's own zone bears its town, as it is said on its pages."""
    return i18n_clocks.clock(at, zone, desk.town if zone == desk.zone else "")


def clock_name(desk: Home, zone: str, at: datetime) -> str:
    """Trieste time, where the offset has been said already."""
    if zone == desk.zone:
        return _("{city} time").format(city=desk.town)
    if not i18n_clocks.is_place(zone):
        return i18n_clocks.offset(at, zone)
    return _("{city} time").format(city=i18n_clocks.place_of(zone))


def comes_twice(local: datetime) -> bool:
    """In the night in which clocks are set back."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def same_as_yours() -> str:
    """Added to the practice's clock where the device shows the same."""
    return _("the same as on your device")


def chosen(desk: Home, time: Time, zone: str) -> Chosen:
    hours = hours_between(time.start, time.end, zone)
    # Where an hour comes twice, only the offset tells which of the two is meant.
    name = clocks if comes_twice(time.start) else clock_name
    return Chosen(
        day=day_of(time.start.date()),
        hours=_("{hours}, {clocks}").format(hours=hours, clocks=name(desk, zone, time.start)),
        iso=time.start.isoformat(),
        there=there(desk, time, zone),
    )


def there(desk: Home, time: Time, zone: str) -> str:
    """Where I am: 16:40 – 17:00, Trieste time (GMT+1). Nothing where both clocks show the same."""
    hours = there_hours(desk, time, zone)
    return there_said(hours, desk, time.start) if hours else ""


def there_hours(desk: Home, time: Time, zone: str) -> str:
    """By the practice's clock, with the day where it is another one; nothing where both show the
    same."""
    if zone == desk.zone:
        return ""
    other = time.start.astimezone(ZoneInfo(desk.zone))
    is_same_day = time.start.date() == other.date()
    if is_same_day and time.start.time() == other.time():
        return ""
    hours = hours_between(time.start, time.end, desk.zone)
    if is_same_day:
        return hours
    return _("{day}, {time}").format(day=day_and_date(other.date()), time=hours)


def there_said(hours: str, desk: Home, at: datetime) -> str:
    said = _("{time}, {clocks}").format(time=hours, clocks=clocks(desk, desk.zone, at))
    return _("Where I am: {time}").format(time=said)


def is_call(kind: Kind) -> bool:
    return kind.needs is Stage.NEW


def title(kind: Kind) -> str:
    """The first call is called here as on every other page; the rest is as the therapist named
    it."""
    return _("A free discovery call") if is_call(kind) else kind.name


def price(kind: Kind) -> str:
    return sentence(wording_times.price(kind.price_cents, kind.currency))


def places(kind: Kind) -> str:
    """By video or by phone."""
    return sentence(_either(kind))


def _either(kind: Kind) -> str:
    *most, last = (_(wording_times.PLACES[one]) for one in kind.places)
    return _("{some} or {last}").format(some=", ".join(most), last=last) if most else last


def in_a_line(kind: Kind) -> str:
    """20 minutes, by video or by phone, free of charge"""
    price = wording_times.price(kind.price_cents, kind.currency)
    return ", ".join([minutes(kind.minutes), _either(kind), price])


def how_near(start: datetime, wished: datetime) -> str:
    """How another time lies to the one that was wished, both by the same clock: 40 minutes
    later."""
    days = (start.date() - wished.date()).days
    if days == 0:
        # Of instants: two times of one zone differ by what its wall clocks show.
        return _how_near_that_day(round((start.timestamp() - wished.timestamp()) / 60))
    if start.time() == wished.time():
        same = {1: _("The same hour, the next day"), -1: _("The same hour, the day before")}
        if days in same:
            return same[days]
    if days > 0:
        return ngettext("The next day", "{count} days later", days).format(count=days)
    return ngettext("The day before", "{count} days earlier", -days).format(count=-days)


def _how_near_that_day(minutes: int) -> str:
    if abs(minutes) > wording_times.MINUTES_SAID:
        return _("Later that day") if minutes > 0 else _("Earlier that day")
    if minutes > 0:
        return ngettext("{count} minute later", "{count} minutes later", minutes).format(
            count=minutes
        )
    return ngettext("{count} minute earlier", "{count} minutes earlier", -minutes).format(
        count=-minutes
    )
