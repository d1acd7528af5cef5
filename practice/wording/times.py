"""How the pages say times, places and what became of an appointment."""

from datetime import datetime
from zoneinfo import ZoneInfo

from practice.domain.booking.status import Place, Status
from practice.domain.errors import N_, Refusal, TooMany
from practice.i18n import _, clock_time, day_and_date, long_date, money, ngettext, number
from practice.services.accounts.sessions import Device

PLACES = {
    Place.VIDEO: N_("by video"),
    Place.IN_PERSON: N_("in the room"),
    Place.PHONE: N_("by phone"),
}
# Nearer than this, a time is said in minutes; further than that, in weeks.
MINUTES_SAID = 90
DAYS_SAID = 14


def date_of(moment: datetime, zone: str) -> str:
    return long_date(moment.astimezone(ZoneInfo(zone)).date())


def day_of(moment: datetime, zone: str) -> str:
    return day_and_date(moment.astimezone(ZoneInfo(zone)).date())


def day_and_time(moment: datetime, zone: str) -> str:
    return _("{day} at {time}").format(day=day_of(moment, zone), time=clock_time(moment, zone))


def near_day(moment: datetime, now: datetime, zone: str) -> str:
    """Today, tomorrow, yesterday; else the day with its date."""
    place = ZoneInfo(zone)
    days = (moment.astimezone(place).date() - now.astimezone(place).date()).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    return near.get(days) or day_of(moment, zone)


def near_day_and_time(moment: datetime, now: datetime, zone: str) -> str:
    day, time = near_day(moment, now, zone), clock_time(moment, zone)
    return _("{day} at {time}").format(day=day, time=time)


def how_soon(moment: datetime, now: datetime, zone: str) -> str:
    """In minutes, today in hours, then by the days of the calendar that whoever asks lives in."""
    # Counted from the minute that the clock shows.
    left = int((moment - now.replace(second=0, microsecond=0)).total_seconds() // 60)
    place = ZoneInfo(zone)
    days = (moment.astimezone(place).date() - now.astimezone(place).date()).days
    if left < 1:
        return _("now")
    if left < MINUTES_SAID:
        return ngettext("in {count} minute", "in {count} minutes", left).format(count=left)
    if days == 0:
        whole = round(left / 60)
        return ngettext("in {count} hour", "in {count} hours", whole).format(count=number(whole))
    if days == 1:
        return _("tomorrow")
    if days < DAYS_SAID:
        return ngettext("in {count} day", "in {count} days", days).format(count=number(days))
    weeks = days // 7
    return ngettext("in {count} week", "in {count} weeks", weeks).format(count=number(weeks))


def price(cents: int, currency: str) -> str:
    return money(cents, currency) if cents else _("free of charge")


def became(status: Status) -> str:
    """Of what lies behind; nothing where nobody has said it yet."""
    words = {Status.COMPLETED: _("took place"), Status.NO_SHOW: _("missed")}
    return words.get(status, "")


def used(device: Device, now: datetime, zone: str) -> str:
    return _("Signed in {since}, last used {used}").format(
        since=near_day_and_time(device.since, now, zone),
        used=near_day_and_time(device.last_used_at, now, zone),
    )


def refused(refusal: Refusal) -> str:
    """What stands against a wish; of a limit also when it is over."""
    said = _(refusal.message)
    return f"{said} {try_again(refusal.retry_after)}" if isinstance(refusal, TooMany) else said


def try_again(seconds: int) -> str:
    """In what a person counts by."""
    if seconds < 60:
        words = ngettext("Try again in {count} second.", "Try again in {count} seconds.", seconds)
        return words.format(count=seconds)
    minutes = -(-seconds // 60)
    if minutes <= MINUTES_SAID:
        words = ngettext("Try again in {count} minute.", "Try again in {count} minutes.", minutes)
        return words.format(count=minutes)
    hours = -(-seconds // 3600)
    words = ngettext("Try again in {count} hour.", "Try again in {count} hours.", hours)
    return words.format(count=hours)
