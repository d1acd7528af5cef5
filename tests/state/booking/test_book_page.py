"""The booking page's own events: what it is told at once, and what becomes of a wish."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from practice import booking_flow, settings
from practice.domain import inputs
from practice.domain.actors import VISITOR
from practice.domain.booking.status import Visibility
from practice.domain.errors import BadRequest, NotFound
from practice.i18n import TIED
from practice.models.booking import Booking
from practice.models.content import Practice
from practice.models.schedule import WeeklyHours
from practice.practice import is_bookable
from practice.state.booking.base import DeskState, network
from practice.state.booking.book import BookState
from tests import builders
from tests.builders import (
    ASKED,
    CALL,
    PAID,
    PRIVACY,
    TOMORROW,
    ZONE,
    a_call,
    a_client,
    a_guest,
    a_wish,
    change_type,
    rows_of,
)
from tests.support.event_client import Tab, reflex_running
from tests.support.signed_in import cookie_for, her_seat

pytestmark = pytest.mark.anyio
HERE = {"zone": ZONE.key, "opening": "mine"}
NINE = TOMORROW.astimezone(ZONE)


@pytest.fixture
async def tab(house: str) -> AsyncIterator[Tab]:
    async with reflex_running():
        yield Tab(path="/book")


async def a_client_s_tab(**facts: Any) -> Tab:
    client = a_client(**facts)
    assert client.account_id
    return Tab(cookie=cookie_for(client.account_id), path="/book")


def a_form(**different: str) -> dict[str, str]:
    said = {
        "slug": CALL,
        "start": NINE.isoformat(),
        "zone": ZONE.key,
        "name": "Giulia Ferri",
        "email": "giulia@example.org",
        "phone": "+49 30 123456",
        "place": "video",
        "consent": "yes",
        "privacy_version": PRIVACY,
        "website": "",
        "key": "of this wish",
    }
    return {**said, **different}


def shown(tab: Tab, name: str, state: Any = DeskState) -> Any:
    return tab.shows(state, name)


def starts(offer: dict[str, Any]) -> list[str]:
    return [
        f"{day[0]}T{time[0]}:00{time[2] if len(time) > 2 and time[2] else day[5]}"
        for day in offer["days"]
        for _part, times in day[6]
        for time in times
    ]


async def test_one_event_brings_this_month_and_the_next(tab: Tab):
    await tab.send(BookState.open, asked=HERE)
    offer = shown(tab, "offer")
    assert shown(tab, "answered") == "mine"
    assert shown(tab, "mode") == "times"
    assert offer["months"] == ["2026-11", "2026-12"]
    assert NINE.isoformat() in starts(offer)
    assert offer["days"][0][0] == "2026-11-23"
    assert offer["days"][1][1:4] == [
        f"Tuesday 24{TIED}November",
        "24 November, 16 free times",
        f"16 times on Tuesday 24{TIED}November",
    ]
    assert [part[0] for part in offer["days"][1][6]] == ["Morning", "Afternoon"]


async def test_what_is_offered_is_what_can_be_booked(tab: Tab):
    await tab.send(BookState.open, asked=HERE)
    last = starts(shown(tab, "offer"))[-1]
    await tab.send(BookState.book, form=a_form(start=last))
    assert shown(tab, "way_on")
    assert len(rows_of(Booking)) == 1


async def test_in_another_zone_each_time_says_what_the_practice_s_clock_shows(tab: Tab):
    await tab.send(BookState.open, asked={**HERE, "zone": "America/St_Johns"})
    offer = shown(tab, "offer")
    first = offer["days"][1][6][0][1][0]
    assert first[:4] == ["04:30", "04:50", "", "09:00 – 09:20"]
    assert offer["there"][first[4]].startswith("Where I am: {time}")
    assert offer["clocks"]["-03:30"][0].endswith("(GMT−3:30)")


async def test_a_zone_that_is_none_shows_the_practice_s_own(tab: Tab):
    await tab.send(BookState.open, asked={**HERE, "zone": "Mars/Olympus"})
    assert shown(tab, "offer")["zone"] == ZONE.key


async def test_the_hour_that_a_night_has_twice_says_which(tab: Tab):
    """A Sunday morning in Tokyo is the night in which Berlin puts its clocks back."""
    change_type(CALL, horizon_days=90, notice_minutes=0)
    builders.change_row(Practice, zone="Asia/Tokyo")
    builders.change_row(WeeklyHours, WeeklyHours.weekday == 4, weekday=6)
    asked = {"zone": "Europe/Berlin", "opening": "mine", "day": "2026-10-25"}
    with builders.the_time_is(builders.NOW.replace(month=10, day=20)):
        await tab.send(BookState.open, asked=asked)
    offer = shown(tab, "offer")
    night = next(day for day in offer["days"] if day[0] == "2026-10-25")
    times = [time for _part, of in night[6] for time in of]
    assert [time[5] for time in times if len(time) > 5] == [
        *("02:00 GMT+2", "02:30 GMT+2", "02:00 GMT+1", "02:30 GMT+1")
    ]
    assert len(set(starts(offer))) == len(starts(offer))


@pytest.mark.parametrize("day", ["", "2026-13-45", "yesterday", "2020-01-01", "9999-12-31"])
async def test_an_address_that_names_no_day_begins_today(tab: Tab, day: str):
    await tab.send(BookState.open, asked={**HERE, "day": day})
    assert shown(tab, "offer")["months"][0] == "2026-11"


async def test_where_two_months_are_full_it_begins_with_the_first_free_day(tab: Tab):
    change_type(CALL, notice_minutes=70 * 24 * 60, horizon_days=120)
    await tab.send(BookState.open, asked=HERE)
    offer = shown(tab, "offer")
    assert offer["months"] == ["2027-02", "2027-03"]
    assert offer["days"][0][0] == "2027-02-01"


async def test_where_nothing_is_free_nothing_comes_next(tab: Tab):
    change_type(CALL, notice_minutes=61 * 24 * 60)
    await tab.send(BookState.open, asked=HERE)
    assert shown(tab, "offer")["days"] == []
    assert shown(tab, "offer")["next"] == []


async def test_a_month_that_is_asked_for_comes_alone(tab: Tab):
    await tab.send(BookState.more, asked={**HERE, "month": "2026-12"})
    offer = shown(tab, "offer")
    assert offer["months"] == ["2026-12"]
    assert {day[0][:7] for day in offer["days"]} == {"2026-12"}
    assert offer["next"][0].startswith("2027-01")


async def test_a_guest_books_and_is_led_to_the_page_after_it(tab: Tab):
    await tab.send(BookState.book, form=a_form(note="I would rather be called Giu."))
    (booking,) = rows_of(Booking)
    assert booking.zone == ZONE.key
    assert booking.language == "en"
    way = f"{settings.current().public_url}/booked/{booking.reference}/"
    assert shown(tab, "way_on").startswith(way)
    assert shown(tab, "answer") == 1


async def test_who_books_in_italian_is_written_to_in_italian(house: str):
    async with reflex_running():
        await Tab(path="/it/book").send(BookState.book, form=a_form())
    (booking,) = rows_of(Booking)
    assert booking.language == "it"


async def test_the_same_wish_sent_twice_books_once(tab: Tab):
    for _again in range(2):
        await tab.send(BookState.book, form=a_form())
    assert len(rows_of(Booking)) == 1
    assert shown(tab, "answer") == 2


async def test_after_a_lost_answer_another_wish_leads_to_what_was_booked(tab: Tab):
    await tab.send(BookState.book, form=a_form(key="first"))
    later = (NINE + timedelta(hours=2)).isoformat()
    await tab.send(BookState.book, form=a_form(start=later, key="second", earlier="first"))
    (booking,) = rows_of(Booking)
    assert f"/booked/{booking.reference}/" in shown(tab, "way_on")


async def test_a_page_that_is_opened_again_leads_to_what_its_lost_answer_has_booked(tab: Tab):
    await tab.send(BookState.book, form=a_form(key="first"))
    (booking,) = rows_of(Booking)
    await tab.send(BookState.open, asked={**HERE, "earlier": "none first"})
    assert f"/booked/{booking.reference}/" in shown(tab, "way_on")
    await tab.send(BookState.open, asked=HERE)
    assert shown(tab, "way_on") == ""


async def test_what_was_refused_leads_nowhere(tab: Tab):
    await tab.send(BookState.book, form=a_form(name="", key="first"))
    await tab.send(BookState.book, form=a_form(key="second", earlier="first"))
    (booking,) = rows_of(Booking)
    assert f"/booked/{booking.reference}/" in shown(tab, "way_on")


async def test_a_key_that_a_program_chose_opens_nothing_here(tab: Tab):
    caller = booking_flow.Caller(VISITOR, "127.0.0.1")
    contact = booking_flow.Contact("Ada", "ada@example.org", "+49 30 123456", PRIVACY)
    wish, once = a_wish(), booking_flow.once(caller, "1", {})
    await booking_flow.book(caller, wish, contact, once, inputs.Reading())
    await tab.send(BookState.open, asked={**HERE, "earlier": "1"})
    assert shown(tab, "way_on") == ""
    assert await booking_flow.find_earlier(caller, ["1"])
    assert await booking_flow.find_earlier(caller, ["page 1"]) is None
    assert (
        await booking_flow.find_earlier(booking_flow.Caller(VISITOR, "203.0.113.9"), ["1"]) is None
    )


@pytest.mark.parametrize(
    ("field", "wrong", "at"),
    [
        ("name", "", "name"),
        ("email", "nobody", "email"),
        ("phone", "call me", "phone"),
        ("consent", "", "consent"),
        ("privacy_version", "2019-01", "consent"),
        ("place", "", "place"),
        ("place", "on the moon", "place"),
        ("note", "x" * 4001, "note"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(tab: Tab, field: str, wrong: str, at: str):
    await tab.send(BookState.book, form=a_form(**{field: wrong}))
    assert list(shown(tab, "errors")) == [at]
    assert shown(tab, "errors")[at]
    assert shown(tab, "answer") == 1
    assert rows_of(Booking) == []


async def test_all_that_is_wrong_is_said_at_once(tab: Tab):
    await tab.send(BookState.book, form=a_form(name="", email="", phone="", consent=""))
    assert [*shown(tab, "errors")] == ["name", "email", "phone", "consent"]
    await tab.send(BookState.book, form=a_form())
    assert shown(tab, "errors") == {}


@pytest.mark.parametrize("start", ["", "soon", "2026-11-24T09:00", "2026-11-24"])
async def test_a_start_without_its_offset_is_nobody_s_time(tab: Tab, start: str):
    await tab.send(BookState.book, form=a_form(start=start))
    assert "offset" in shown(tab, "refused")
    assert rows_of(Booking) == []


async def test_who_loses_a_time_hears_which_are_free_and_sees_the_day_anew(tab: Tab):
    a_call(start=TOMORROW)
    await tab.send(BookState.book, form=a_form())
    taken = shown(tab, "taken")
    assert taken["title"] == "That time has just been taken"
    assert taken["said"].startswith("Somebody chose 09:00 on Tuesday a moment before you.")
    nearest = taken["others"][0]
    assert (nearest["time"], nearest["near"]) == ("09:30", "30 minutes later")
    assert nearest["book"] == "Book Tuesday at 09:30"
    assert NINE.isoformat() not in starts(shown(tab, "offer"))
    await tab.send(BookState.book, form=a_form(start=nearest["start"], key="another"))
    assert shown(tab, "taken") == {}
    assert shown(tab, "way_on")


async def test_a_time_that_was_never_offered_is_not_said_to_be_taken(tab: Tab):
    at_night = (NINE + timedelta(hours=14)).isoformat()
    await tab.send(BookState.book, form=a_form(start=at_night))
    assert shown(tab, "taken")["title"] == "That time cannot be booked"


async def test_a_limit_says_when_to_come_back(tab: Tab):
    for hour in range(2):
        guest = a_guest(email="giulia@example.org")
        a_call(guest, TOMORROW + timedelta(hours=1 + hour))
    await tab.send(BookState.book, form=a_form())
    assert shown(tab, "refused") == (
        "I can take no more bookings from here for now. Try again in 24 hours."
    )
    assert shown(tab, "answer") == 1


async def test_a_machine_that_fills_every_field_is_told_a_success(tab: Tab):
    await tab.send(BookState.book, form=a_form(website="https://example.org"))
    assert "/booked/" in shown(tab, "way_on")
    assert rows_of(Booking) == []


async def test_a_wish_without_its_key_is_not_from_a_page_of_ours(tab: Tab):
    await tab.send(BookState.book, form=a_form(key=""))
    assert tab.trouble == BadRequest.message
    assert rows_of(Booking) == []


@pytest.mark.parametrize("wrong", [None, 7, "text", ["x"], {"slug": 7}, {"slug": {"$ne": ""}}])
@pytest.mark.parametrize("event", ["open", "more", "book"])
async def test_what_no_page_sends_is_refused(tab: Tab, event: str, wrong: Any):
    name = "form" if event == "book" else "asked"
    await tab.send(getattr(BookState, event), **{name: wrong})
    assert tab.trouble == BadRequest.message
    assert rows_of(Booking) == []


async def test_limits_count_the_network_that_the_interface_counts(
    monkeypatch: pytest.MonkeyPatch,
):
    """Behind the same proxy both roads are one road."""
    behind = replace(settings.current(), trusted_proxy_hops=1)
    monkeypatch.setattr(settings, "current", lambda: behind)

    said: dict[str, Any] = {"headers": {"x-forwarded-for": "198.51.100.9, 203.0.113.7"}}
    tab: Any = SimpleNamespace(router_data={"ip": "10.0.0.1", **said})
    assert network(tab) == "203.0.113.7"
    tab.router_data["headers"] = {}
    assert network(tab) == "10.0.0.1"


# ---- Who is signed in


async def test_a_client_before_the_call_is_asked_for_no_name(house: str):
    async with reflex_running():
        tab = await a_client_s_tab(discovered=False)
        await tab.send(BookState.open, asked=HERE)
        assert tab.shows(BookState, "own_name") == "Client"
        assert shown(tab, "mode") == "times"
        bare = {name: a_form()[name] for name in ("slug", "start", "zone", "place", "key")}
        await tab.send(BookState.book, form=bare)
        assert shown(tab, "way_on")


async def test_the_call_is_not_offered_to_who_had_it(house: str):
    async with reflex_running():
        tab = await a_client_s_tab()
        await tab.send(BookState.open, asked={**HERE, "slug": CALL})
    assert shown(tab, "mode") == "open"
    assert shown(tab, "sentence").startswith("The first call has taken place.")
    assert {one.slug for one in tab.shows(BookState, "kinds")} == {PAID, ASKED, "group"}
    assert shown(tab, "offer") in (None, {})


async def test_a_client_past_the_call_chooses_among_what_is_open(house: str):
    async with reflex_running():
        tab = await a_client_s_tab()
        await tab.send(BookState.open, asked=HERE)
        assert shown(tab, "mode") == "list"
        await tab.send(BookState.open, asked={**HERE, "slug": PAID})
        assert (shown(tab, "mode"), shown(tab, "title")) == ("letter", "Individual")


async def test_a_client_with_a_call_ahead_is_led_to_it(house: str):
    async with reflex_running():
        tab = await a_client_s_tab(discovered=False)
        bare = {name: a_form()[name] for name in ("slug", "start", "zone", "place", "key")}
        await tab.send(BookState.book, form=bare)
        await tab.send(BookState.open, asked=HERE)
        assert shown(tab, "mode") == "mine"
        await tab.send(BookState.book, form={**bare, "key": "a second one"})
        assert shown(tab, "refused").startswith("Your first call is booked already.")
    assert len(rows_of(Booking)) == 1


async def test_a_guest_sees_why_a_paid_session_is_shut(tab: Tab):
    await tab.send(BookState.open, asked={**HERE, "slug": PAID})
    assert (shown(tab, "mode"), shown(tab, "title")) == ("call", "Individual")
    await tab.send(BookState.more, asked={**HERE, "slug": PAID, "month": "2026-12"})
    assert tab.trouble == NotFound.message


async def test_the_therapist_reads_that_clients_book_here(house: str):
    async with reflex_running():
        tab = Tab(cookie=her_seat().cookie, path="/book")
        await tab.send(BookState.open, asked=HERE)
    assert shown(tab, "mode") == "hers"


async def test_before_anything_is_published_it_says_so(database: str):
    async with reflex_running():
        tab = Tab(path="/book")
        await tab.send(BookState.open, asked=HERE)
    assert shown(tab, "mode") == "words"
    assert shown(tab, "sentence") == "Nothing can be booked here yet."


# ---- The address of a session type


@pytest.mark.parametrize(
    ("different", "is_there"),
    [
        ({}, True),
        ({"visible": Visibility.LINK}, True),
        ({"visible": Visibility.THERAPIST}, False),
        ({"archived_at": builders.NOW}, False),
    ],
)
async def test_what_is_hidden_or_gone_has_no_page(
    house: str, different: dict[str, Any], is_there: bool
):
    change_type(PAID, **different)
    assert await is_bookable(PAID, None) is is_there
    assert await is_bookable("no-such-type", None) is False
