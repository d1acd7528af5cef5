"""Calendar files: an invitation, its end, and feeds that calendars subscribe to. What they say is
read over shoulders and synchronised to other houses, so it is a time, a place and the practice."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Component,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vDuration,
)

from practice.domain.availability import hours
from practice.domain.booking.status import Place
from practice.domain.letters import Attachment
from practice.i18n import _, speaking
from practice.letters.facts import Booking, Client, House, Reader
from practice.letters.one_line import headline

PRODUCT = "-//Practice//Portal//EN"
# How often a calendar that subscribes should look again.
EVERY = timedelta(hours=1)

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"

C = TypeVar("C", bound=Component)


def invitation(house: House, reader: Reader, booking: Booking) -> bytes:
    """For a new time and for a changed one: the same entry, its sequence says which is newer."""
    return _message("REQUEST", "CONFIRMED", house, reader, booking)


def cancellation(house: House, reader: Reader, booking: Booking) -> bytes:
    """Takes the entry out again; it needs the attendee, or calendars do not find it."""
    return _message("CANCEL", "CANCELLED", house, reader, booking)


def feed(house: House, reader: Reader, bookings: Sequence[Booking]) -> bytes:
    """A client's own times, and nobody else in them."""
    with speaking(reader.language):
        events = [_event(house, reader, one, _summary(house)) for one in bookings]
        return _published(house, reader, events, bookings)


def therapists_feed(
    house: House, reader: Reader, entries: Sequence[tuple[Booking, Client]]
) -> bytes:
    """Her day by first names and initials."""
    with speaking(reader.language):
        events = [_event(house, reader, one, client.called) for one, client in entries]
        return _published(house, reader, events, [one for one, _client in entries])


def invited(house: House, reader: Reader, booking: Booking) -> Attachment:
    return _attached("REQUEST", invitation, house, reader, booking)


def called_off(house: House, reader: Reader, booking: Booking) -> Attachment:
    return _attached("CANCEL", cancellation, house, reader, booking)


def google(house: House, reader: Reader, booking: Booking) -> str:
    """An address that fills in a new entry; it says no more than the file does, and leads nowhere:
    whoever reads it must not be able to change the time."""
    with speaking(reader.language):
        start, end = (at.strftime("%Y%m%dT%H%M%SZ") for at in _in_utc(booking))
        said = {
            "action": "TEMPLATE",
            "text": _summary(house),
            "dates": f"{start}/{end}",
            "details": _description(booking),
            "location": _location(booking),
        }
        return f"{GOOGLE}?{urlencode(said)}"


def outlook(house: House, reader: Reader, booking: Booking) -> str:
    with speaking(reader.language):
        start, end = (at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in _in_utc(booking))
        said = {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": _summary(house),
            "startdt": start,
            "enddt": end,
            "body": _description(booking),
            "location": _location(booking),
        }
        return f"{OUTLOOK}?{urlencode(said)}"


def _in_utc(booking: Booking) -> tuple[datetime, datetime]:
    times = booking.times
    return times.starts_at.astimezone(UTC), times.ends_at.astimezone(UTC)


def uid(house: House, booking: Booking) -> str:
    """The same for as long as the booking lives."""
    return f"{booking.id}@{urlsplit(house.url).hostname}"


def _attached(
    method: str,
    make: Callable[[House, Reader, Booking], bytes],
    house: House,
    reader: Reader,
    booking: Booking,
) -> Attachment:
    content_type = f"text/calendar; charset=utf-8; method={method}"
    return Attachment(_("appointment.ics"), content_type, make(house, reader, booking))


def _message(method: str, status: str, house: House, reader: Reader, booking: Booking) -> bytes:
    attends = {"PARTSTAT": "ACCEPTED", "ROLE": "REQ-PARTICIPANT", "RSVP": "FALSE"}
    with speaking(reader.language):
        event = _event(house, reader, booking, _summary(house), status)
        between = {
            "ORGANIZER": _address(house.email, CN=headline(house.name)),
            "ATTENDEE": _address(reader.email, **attends),
        }
        return _written({"METHOD": method}, reader, [_filled(event, between)], [booking])


def _summary(house: House) -> str:
    return _("Appointment – {practice}").format(practice=headline(house.name))


def _description(booking: Booking) -> str:
    return _("Reference {reference}.").format(reference=booking.reference)


def _event(
    house: House, reader: Reader, booking: Booking, summary: str, status: str = "CONFIRMED"
) -> Event:
    starts, ends = _times(booking, reader)
    said = {
        "UID": uid(house, booking),
        "SEQUENCE": booking.sequence,
        "DTSTAMP": booking.as_of.astimezone(UTC),
        "DTSTART": starts,
        "DTEND": ends,
        "SUMMARY": summary,
        "LOCATION": _location(booking),
        "DESCRIPTION": _description(booking),
        "URL": headline(booking.url),
        "STATUS": status,
        "CLASS": "PRIVATE",
        "TRANSP": "OPAQUE",
    }
    return _filled(Event(), said)


def _times(booking: Booking, reader: Reader) -> tuple[datetime, datetime]:
    """By the reader's clock. The hour that comes twice means its first half in a calendar file, so
    a session that touches the second is told in UTC."""
    zone = ZoneInfo(reader.zone)
    start, end = (at.astimezone(zone) for at in (booking.times.starts_at, booking.times.ends_at))
    if start.fold or end.fold:
        return start.astimezone(UTC), end.astimezone(UTC)
    return start, end


def _location(booking: Booking) -> str:
    if booking.place is Place.PHONE:
        return _("By phone")
    if booking.place is Place.VIDEO:
        return headline(booking.video_link) or _("By video")
    return headline(", ".join(booking.address))


def _address(email: str, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{headline(email)}")
    address.params.update(parameters)
    return address


def _published(
    house: House, reader: Reader, events: Sequence[Event], bookings: Sequence[Booking]
) -> bytes:
    interval = vDuration(EVERY, params={"VALUE": "DURATION"})
    said = {
        "METHOD": "PUBLISH",
        "X-WR-CALNAME": headline(house.name),
        "REFRESH-INTERVAL": interval,
        "X-PUBLISHED-TTL": vDuration(EVERY),
    }
    return _written(said, reader, events, bookings)


def _written(
    said: Mapping[str, object],
    reader: Reader,
    events: Sequence[Event],
    bookings: Sequence[Booking],
) -> bytes:
    calendar = _filled(Calendar(), {"PRODID": PRODUCT, "VERSION": "2.0", **said})
    for component in (*_zones(reader, bookings), *events):
        calendar.add_component(component)
    return calendar.to_ical()


def _zones(reader: Reader, bookings: Sequence[Booking]) -> list[Timezone]:
    """The reader's zone over the whole years of these times, each change of its clocks by itself:
    rules for ever would say more than anybody knows."""
    if not bookings:
        return []
    zone = ZoneInfo(reader.zone)
    first = min(one.times.starts_at for one in bookings).astimezone(zone).year
    last = max(one.times.ends_at for one in bookings).astimezone(zone).year
    low, high = datetime(first, 1, 1, tzinfo=zone), datetime(last + 1, 1, 1, tzinfo=zone)
    described = _filled(Timezone(), {"TZID": reader.zone})
    before = low.utcoffset()
    for at in (low, *hours.changes(zone, low, high)):
        local = at.astimezone(zone)
        described.add_component(_observance(local, before or timedelta()))
        before = local.utcoffset()
    return [described]


def _observance(since: datetime, before: timedelta) -> TimezoneStandard | TimezoneDaylight:
    """Its start is told by the clock that was valid until then."""
    said = {
        "DTSTART": (since.astimezone(UTC) + before).replace(tzinfo=None),
        "TZOFFSETFROM": before,
        "TZOFFSETTO": since.utcoffset() or timedelta(),
        "TZNAME": since.tzname() or "",
    }
    return _filled(TimezoneDaylight() if since.dst() else TimezoneStandard(), said)


def _filled(component: C, properties: Mapping[str, object]) -> C:
    for name, value in properties.items():
        component.add(name, value)  # pyright: ignore[reportUnknownMemberType] - half typed
    return component
