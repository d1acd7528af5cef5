"""Calendar files: two other readers understand them, to the instant, when clocks change too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject

from practice.domain.booking.status import Place
from practice.letters import calendars, samples
from practice.letters.facts import Booking, Client, House, Reader, Times
from practice.letters.samples import Sample

Make = Callable[[House, Reader, Booking], bytes]
OTHER = UUID("0196f1a4-7d2e-7c31-9a55-3f0d6f2b8e42")
EN, IT = Sample("en"), Sample("it")
# A change of each zone's clocks, where it has any: the instant, forward or back.
CHANGES = [
    ("Europe/Rome", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Rome", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/St_Johns", datetime(2026, 3, 8, 5, 30, tzinfo=UTC)),
    ("America/St_Johns", datetime(2026, 11, 1, 4, 30, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 2, 15, 2, tzinfo=UTC)),
    ("Etc/GMT+3", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("UTC", datetime(2026, 12, 31, 23, 30, tzinfo=UTC)),
]
# Minutes from the change to the start: days before, across it, in the hour that comes twice.
APART = [-4 * 1440, -120, -75, -60, -45, -30, -25, -15, 0, 10, 30, 45, 60, 1440, 4 * 1440]


def at(start: datetime, booking: Booking = EN.session) -> Booking:
    return replace(booking, times=Times(start, start + timedelta(minutes=50)))


def parsed(body: bytes) -> Any:
    """As a reader of others sees it; what its properties are, only reading tells."""
    return icalendar.Calendar.from_ical(body)


def event(body: bytes) -> Any:
    (found,) = parsed(body).events
    return found


def read_by_another(body: bytes) -> Any:
    return vobject.readOne(body.decode())


def unfolded(body: bytes) -> list[str]:
    return body.decode().replace("\r\n ", "").split("\r\n")


@pytest.fixture(autouse=True)
def no_zone_is_remembered():
    """vobject keeps the first description of a zone it reads, for all later files."""
    known = vars(vobject.icalendar)["__tzidMap"]
    before = dict(known)
    yield
    known.clear()
    known.update(before)


@pytest.mark.parametrize("apart", APART)
@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_both_readers_see_the_instant(zone: str, change: datetime, apart: int):
    booking = at(change + timedelta(minutes=apart))
    body = calendars.invitation(EN.house, replace(EN.giulia, zone=zone), booking)
    one = event(body)
    other = read_by_another(body).vevent
    wanted = (booking.times.starts_at, booking.times.ends_at)
    assert (one.start.astimezone(UTC), one.end.astimezone(UTC)) == wanted
    assert tuple(at.value.astimezone(UTC) for at in (other.dtstart, other.dtend)) == wanted


def described(body: bytes, wall: datetime) -> timedelta:
    """What the file itself says of its zone: the last change not after a wall time, each told by
    the clock that was valid until then."""
    (zone,) = parsed(body).timezones
    past = [one for one in zone.subcomponents if one["DTSTART"].dt <= wall]
    return max(past, key=lambda one: one["DTSTART"].dt)["TZOFFSETTO"].td


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_the_zone_in_the_file_says_what_the_zone_is(zone: str, change: datetime):
    """Every half hour of the days around, but those wall times that come twice or never."""
    body = calendars.invitation(EN.house, replace(EN.giulia, zone=zone), at(change))
    looks = [change + timedelta(minutes=30 * step) for step in range(-96, 97)]
    if zone == "UTC":
        looks = [look for look in looks if look.year == change.year]
    for look in looks:
        local = look.astimezone(ZoneInfo(zone))
        if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
            assert described(body, local.replace(tzinfo=None)) == local.utcoffset(), look


def test_the_clock_is_the_readers_and_said_by_name():
    body = calendars.invitation(EN.house, EN.abroad, EN.session)
    assert "DTSTART;TZID=America/St_Johns:20261015T113000" in unfolded(body)
    assert "TZID:America/St_Johns" in unfolded(body)


def test_a_change_is_the_same_entry_with_a_higher_sequence():
    first = event(calendars.invitation(EN.house, EN.giulia, EN.session))
    moved = at(samples.BEFORE.starts_at, replace(EN.session, sequence=1))
    second = event(calendars.invitation(EN.house, EN.giulia, moved))
    last = event(calendars.cancellation(EN.house, EN.giulia, replace(moved, sequence=2)))
    assert len({one.uid for one in (first, second, last)}) == 1
    assert [one.sequence for one in (first, second, last)] == [0, 1, 2]
    assert first.uid == f"{EN.session.id}@studiomarea.example"


def test_an_invitation_says_who_and_when_it_was_said():
    body = calendars.invitation(EN.house, EN.giulia, EN.session)
    lines = unfolded(body)
    assert "METHOD:REQUEST" in lines
    assert 'ORGANIZER;CN="Studio Marea":mailto:hello@studiomarea.example' in lines
    attendee = "ATTENDEE;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=FALSE:"
    assert f"{attendee}mailto:giulia@example.org" in lines
    assert "DTSTAMP:20261008T093000Z" in lines
    assert f"URL:{samples.MANAGE}" in lines
    assert {"STATUS:CONFIRMED", "CLASS:PRIVATE", "TRANSP:OPAQUE"} <= set(lines)


def test_a_cancellation_takes_it_out_again():
    lines = unfolded(calendars.cancellation(EN.house, EN.giulia, EN.session))
    assert {"METHOD:CANCEL", "STATUS:CANCELLED"} <= set(lines)
    assert any(line.startswith("ATTENDEE") for line in lines)


@pytest.mark.parametrize("sample", [EN, IT], ids=["en", "it"])
@pytest.mark.parametrize("make", [calendars.invitation, calendars.cancellation])
def test_it_says_a_time_a_place_and_the_practice(sample: Sample, make: Make):
    one = event(make(sample.house, sample.giulia, sample.call))
    words = {"en": "Appointment", "it": "Appuntamento"}[sample.language]
    assert one["SUMMARY"] == f"{words} – Studio Marea"
    assert sample.call.reference in one["DESCRIPTION"]
    told = make(sample.house, sample.giulia, sample.call).decode()
    assert sample.call.name not in told
    assert "Giulia" not in told
    assert "VALARM" not in told


@pytest.mark.parametrize(
    ("place", "link", "said"),
    [
        (Place.IN_PERSON, samples.ROOM, "Via dell’Esempio 12, second floor, Trieste"),
        (Place.VIDEO, samples.ROOM, samples.ROOM),
        (Place.VIDEO, "", "By video"),
        (Place.PHONE, samples.ROOM, "By phone"),
    ],
)
def test_it_says_where(place: Place, link: str, said: str):
    booking = replace(EN.in_the_room, place=place, video_link=link, phone="+390400000567")
    body = calendars.invitation(EN.house, EN.giulia, booking)
    assert event(body)["LOCATION"] == said
    assert "0000567" not in body.decode()


def test_a_feed_is_a_clients_own_times_and_invites_nobody():
    later = at(samples.BEFORE.starts_at, replace(EN.in_the_room, id=OTHER))
    body = calendars.feed(EN.house, EN.giulia, [EN.session, later])
    lines = unfolded(body)
    assert {"METHOD:PUBLISH", "X-WR-CALNAME:Studio Marea"} <= set(lines)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert not any(line.startswith(("ATTENDEE", "ORGANIZER")) for line in lines)
    events = parsed(body).events
    assert {one["SUMMARY"] for one in events} == {"Appointment – Studio Marea"}
    assert len({one.uid for one in events}) == 2
    assert len(read_by_another(body).vevent_list) == 2


def test_the_therapists_feed_names_first_names_and_initials():
    client = Client.named("Giulia Canarini", "Europe/Rome")
    body = calendars.therapists_feed(EN.house, EN.therapist, [(EN.for_her, client)])
    assert event(body)["SUMMARY"] == "Giulia C."
    assert "Canarini" not in body.decode()


def test_a_feed_across_years_describes_its_zone_for_all_of_them():
    next_year = at(datetime(2027, 7, 1, 8, tzinfo=UTC), replace(EN.session, id=OTHER))
    body = calendars.feed(EN.house, EN.giulia, [EN.session, next_year])
    found = {one["DTSTART"].dt.astimezone(UTC) for one in parsed(body).events}
    assert found == {EN.session.times.starts_at, next_year.times.starts_at}
    assert described(body, next_year.times.starts_at.replace(tzinfo=None)) == timedelta(hours=2)


def test_a_feed_of_nothing_is_a_calendar_still():
    body = calendars.feed(EN.house, EN.giulia, [])
    assert parsed(body).events == []
    assert read_by_another(body).method.value == "PUBLISH"


def test_lines_end_and_fold_as_calendars_want_and_no_words_become_lines():
    evil = "Studio; Mare, a\\b\r\nATTENDEE:mailto:x@example.org\nBEGIN:VALARM" + " é" * 60
    house = replace(EN.house, name=evil)
    booking = replace(EN.in_the_room, address=(evil, "Trieste"))
    body = calendars.invitation(house, EN.giulia, booking)
    assert body.count(b"\n") == body.count(b"\r\n")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    lines = unfolded(body)
    assert sum(line.startswith("ATTENDEE") for line in lines) == 1
    assert "BEGIN:VALARM" not in lines
    assert event(body)["LOCATION"] == " ".join(f"{evil}, Trieste".split())
    assert read_by_another(body).vevent.location.value == event(body)["LOCATION"]
