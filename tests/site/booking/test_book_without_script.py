"""Booking without a script: each choice is a link or a button, and nothing is typed twice."""

import re
from datetime import UTC, datetime, time, timedelta
from time import perf_counter
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practice import db
from practice.domain.actors import SYSTEM, Actor
from practice.domain.booking.status import Place, Status
from practice.domain.errors import Busy
from practice.domain.inputs import NOTE_LENGTH
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import Booking
from practice.models.clients import Consent
from practice.models.content import Practice, PrivacyText
from practice.models.schedule import WeeklyHours
from practice.services.calendar import blocks
from practice.site.seo.sitemap import robots
from tests.builders import (
    ASKED,
    CALL,
    GROUP,
    NOW,
    PAID,
    PRIVACY,
    THERAPIST,
    TOMORROW,
    a_call,
    a_client,
    a_group,
    a_guest,
    change_row,
    change_type,
    client_of,
    furnish,
    row,
    rows_of,
    the_time_is,
)
from tests.support.html_forms import links, looks, typed, words
from tests.support.http_client import browser
from tests.support.signed_in import cookie_for, her_seat

pytestmark = pytest.mark.anyio
PATH = f"/plain/book/{CALL}"
KATHMANDU, ST_JOHNS = "Asia/Kathmandu", "America/St_Johns"
WHO = {"name": "Ada Byron", "email": "ada@example.org", "phone": "+49 30 1234567"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def opened(path: str = PATH, cookie: str = "", **asked: str) -> httpx.Response:
    async with browser() as guest:
        return await guest.get(path, params=asked or None, headers={"cookie": cookie})


async def sent(
    form: dict[str, str], path: str = PATH, *, cookie: str = "", **headers: str
) -> httpx.Response:
    async with browser() as guest:
        return await guest.post(path, data=form, headers={"cookie": cookie, **headers})


def seat(client: Actor) -> str:
    assert client.account_id
    return cookie_for(client.account_id)


async def a_form(start: datetime = TOMORROW, path: str = PATH, cookie: str = "") -> dict[str, str]:
    """The second page, filled in."""
    page = await opened(path, cookie, start=start.isoformat())
    found = typed(page.text)
    return {**found, **({**WHO, "privacy_version": PRIVACY} if "name" in found else {})}


def booked_at(answer: httpx.Response) -> str:
    assert answer.status_code == 303, words(answer.text)
    return answer.headers["location"]


# A day and a time


async def test_the_first_free_day_is_open_and_its_times_stand_in_groups(house: str):
    page = words((await opened()).text)
    # Nine to five in Berlin, now that it is eight there.
    assert "Monday 23 November" in page
    assert "Morning 09:00" in page
    assert "Afternoon 12:00" in page
    assert "Evening" not in page


async def test_free_days_are_links_that_say_how_free_they_are(house: str):
    page = (await opened()).text
    assert 'aria-label="24 November, 16 free times"' in page
    assert ">28</span>" in page
    days = {parse_qs(urlsplit(one).query)["day"][0] for one in links(page, "?day=")}
    assert days == {f"2026-11-{day}" for day in (23, 24, 25, 26, 27, 30)}


async def test_another_day_and_another_month_are_one_link_away(house: str):
    (next_month,) = links((await opened()).text, "from=2026-12")
    december = words((await opened(next_month)).text)
    assert "December 2026" in december
    assert "Tuesday 1 December" in december
    (last_month,) = links((await opened(next_month)).text, "from=2026-11")
    assert "November 2026" in words((await opened(last_month)).text)


async def test_no_month_before_this_one_and_none_beyond_the_horizon(house: str):
    assert links((await opened()).text, "from=2026-10") == []
    far = (await opened(**{"from": "2031-05-01"})).text
    assert "January 2027" in words(far)
    assert links(far, "from=2027-02") == []


async def test_weeks_that_are_over_are_left_out_on_a_phone(house: str):
    page = (await opened()).text
    over, left = page.split(">23<", 1)
    assert over.count('<tr class="hide-s">') == 4
    assert "hide-s" not in left.partition("</table>")[0]


async def test_a_month_without_times_names_the_next_free_day(house: str):
    for day in (23, 24, 25, 26, 27, 30):
        on = datetime(2026, 11, day, tzinfo=ZoneInfo("Europe/Berlin"))
        db.transact(blocks.block, THERAPIST, starts_at=on, ends_at=on + DAY)
    november = (await opened(**{"from": "2026-11-01"})).text
    said = "No times this month: the next free day is Tuesday 1 December."
    assert said in words(november)
    (there,) = links(november, "day=2026-12-01")
    assert "Morning 09:00" in words((await opened(there)).text)
    # Who asks for no month is led there at once.
    assert "Tuesday 1 December" in words((await opened()).text)


async def test_where_nothing_is_free_at_all_that_is_said(house: str):
    db.transact(blocks.block, THERAPIST, starts_at=NOW, ends_at=NOW + 90 * DAY)
    page = (await opened()).text
    assert "There are no free times at the moment. Write to me" in words(page)
    assert "mailto:hello@practice.example" in page


async def test_a_group_says_how_many_places_are_left(house: str):
    change_type(GROUP, price_cents=0, needs="new", capacity=1)
    change_type(GROUP, needs="intake", capacity=3)
    client = a_client()
    a_group(TOMORROW)
    cookie = seat(client)
    page = words((await opened(f"/plain/book/{GROUP}", cookie)).text)
    assert "09:00 3 places left" in page


# Whose clock


async def test_the_practices_own_clock_is_shown_under_the_name_of_its_town(house: str):
    change_row(Practice, place={"en": "Potsdam"})
    assert "Potsdam time (GMT+1)." in words((await opened()).text)


async def test_every_zone_can_be_chosen_and_is_grouped_by_region(house: str):
    page = (await opened(zones="all")).text
    assert '<optgroup label="Asia">' in page
    assert f'value="{KATHMANDU}"' in page
    assert 'value="Europe/Berlin" selected' in page


async def test_kathmandu_is_seen_from_newfoundland(house: str):
    change_row(Practice, zone=KATHMANDU)
    page = await opened(tz=ST_JOHNS)
    # Nine to five there is 23:45 to 07:45 of the day before and the day here.
    assert "St John’s time (GMT\N{MINUS SIGN}3:30)." in words(page.text)
    assert "Evening 23:45" in words((await opened(tz=ST_JOHNS, day="2026-11-24")).text)
    start = "2026-11-25T03:15:00Z"
    form = typed((await opened(tz=ST_JOHNS, start=start)).text)
    assert form["tz"] == ST_JOHNS
    page = words((await opened(tz=ST_JOHNS, start=start)).text)
    assert "Tuesday 24 November 23:45 – 00:05, St John’s time" in page
    there = "Where I am: Wednesday 25 November, 09:00 – 09:20, Kathmandu time (GMT+5:45)"
    assert there in page


async def test_links_keep_the_clock_that_was_chosen(house: str):
    page = (await opened(tz=KATHMANDU)).text
    assert all("tz=Asia%2FKathmandu" in one for one in links(page, f"{PATH}?"))


@pytest.mark.parametrize("strange", ["Mars/Olympus", "Europe", "../etc/passwd", "%00", "x" * 5000])
async def test_a_zone_that_nobody_knows_falls_back_kindly(house: str, strange: str):
    page = await opened(tz=strange)
    assert page.status_code == 200
    assert "The time zone that was asked for is not known here." in words(page.text)
    assert "Berlin time (GMT+1)." in words(page.text)


@pytest.mark.parametrize(
    ("now", "on", "count", "twice"),
    [
        # The hour from two to three is not there, or it comes twice.
        (datetime(2027, 3, 26, tzinfo=UTC), "2027-03-28", 46, 0),
        (datetime(2026, 10, 23, tzinfo=UTC), "2026-10-25", 50, 4),
    ],
)
async def test_the_night_in_which_clocks_change(
    database: str, now: datetime, on: str, count: int, twice: int
):
    """Open round the clock: each time that is offered is the one that is taken."""
    with the_time_is(now):
        db.transact(furnish, SYSTEM)
        change_row(WeeklyHours, WeeklyHours.weekday == 0, weekday=6, starts=time(0), ends=None)
        page = (await opened(day=on)).text
        times = links(page, "start=")
        assert (len(times), words(page).count(" GMT+")) == (count, twice)
        for one in times:
            (asked,) = parse_qs(urlsplit(one).query)["start"]
            form = typed((await opened(one)).text)
            assert datetime.fromisoformat(form["start"]) == datetime.fromisoformat(asked)


async def test_the_second_of_two_hours_is_called_by_its_offset(database: str):
    with the_time_is(datetime(2026, 10, 23, tzinfo=UTC)):
        db.transact(furnish, SYSTEM)
        change_row(WeeklyHours, WeeklyHours.weekday == 0, weekday=6, starts=time(0), ends=None)
        page = words((await opened(start="2026-10-25T01:00:00Z")).text)
    assert "02:00 – 02:20, Berlin time (GMT+1)" in page


# The form


async def test_the_form_says_the_time_that_was_chosen(house: str):
    page = await opened(start=TOMORROW.isoformat())
    assert "Tuesday 24 November 09:00 – 09:20, Berlin time Free of charge" in words(page.text)
    form = typed(page.text)
    assert form["start"] == "2026-11-24T09:00:00+01:00"
    assert (form["place"], form["website"], form["name"]) == ("video", "", "")
    assert len(form["once"]) > 16
    assert form["once"] != typed((await opened(start=TOMORROW.isoformat())).text)["once"]


async def test_a_time_that_is_gone_is_said_before_anything_is_typed(house: str):
    a_call(start=TOMORROW)
    page = words((await opened(start=TOMORROW.isoformat())).text)
    assert "The time you had chosen is not free any more" in page
    assert "Tuesday 24 November" in page


async def test_the_place_is_asked_only_where_there_is_a_choice(house: str):
    change_type(CALL, places=[Place.PHONE])
    form = await a_form()
    assert "place" not in form
    reference = reference_of(booked_at(await sent(form)))
    assert row(reference).place == Place.PHONE


async def test_no_page_is_kept_or_listed(house: str):
    for answer in (await opened(), await opened(start=TOMORROW.isoformat())):
        assert answer.headers["cache-control"] == "no-store"
        assert 'content="noindex"' in answer.text
        assert "<script" not in answer.text
        assert "style=" not in answer.text
    for path in ("/plain/", "/it/plain/", "/booked/", "/manage/"):
        assert f"Disallow: {path}\n" in robots("https://practice.example")


# It is booked


def reference_of(location: str) -> str:
    return location.split("/")[2]


async def test_a_guest_books_and_is_led_to_the_page_that_says_so(house: str):
    location = booked_at(await sent({**await a_form(), "note": "I sleep badly.", "place": "phone"}))
    booking = row(reference_of(location))
    assert (booking.status, booking.place) == (Status.CONFIRMED, Place.PHONE)
    assert (booking.zone, booking.language) == ("Europe/Berlin", "en")
    assert sealed.read(booking, "note") == "I sleep badly."
    client = client_of(booking.reference)
    assert sealed.read(client, "name") == "Ada Byron"
    assert sealed.read(client, "phone") == "+49301234567"
    assert [one.version for one in rows_of(Consent)] == [PRIVACY]
    assert "You’re booked" in words((await opened(location)).text)


async def test_in_italian_all_of_it_is_italian(house: str):
    form = await a_form(path=f"/it{PATH}")
    location = booked_at(await sent(form, f"/it{PATH}"))
    assert row(reference_of(location)).language == "it"
    assert "La aspetto martedì." in words((await opened(location)).text)


async def test_the_zone_in_which_it_was_chosen_is_kept(house: str):
    page = await opened(tz=KATHMANDU, start=TOMORROW.isoformat())
    location = booked_at(await sent({**typed(page.text), **WHO, "privacy_version": PRIVACY}))
    assert row(reference_of(location)).zone == KATHMANDU


async def test_sent_twice_it_is_booked_once(house: str):
    form = await a_form()
    first, second = await sent(form), await sent(form)
    assert booked_at(first) == booked_at(second)
    assert len(rows_of(Booking)) == 1


async def test_sent_again_with_another_time_it_asks_before_it_books_another(house: str):
    form = await a_form()
    booked_at(await sent(form))
    other = {**form, "start": (TOMORROW + HOUR).isoformat()}
    answer = await sent(other)
    assert answer.status_code == 422
    assert "This form has booked a time already" in words(answer.text)
    assert len(rows_of(Booking)) == 1
    again = typed(answer.text)
    assert again["name"] == "Ada Byron"
    booked_at(await sent(again))
    assert len(rows_of(Booking)) == 2


async def test_a_machine_that_fills_every_field_is_told_a_success_and_books_nothing(house: str):
    location = booked_at(await sent({**await a_form(), "website": "https://spam.example"}))
    assert rows_of(Booking) == []
    assert (await opened(location)).status_code == 404


async def test_a_person_who_was_taken_for_a_machine_finds_the_way_back(house: str):
    """It says no more than behind any other link that does not open."""
    location = booked_at(await sent({**await a_form(), "website": "https://ada.example"}))
    async with browser() as guest:
        found, strange, italian = [
            await guest.get(path, headers={"accept-language": language})
            for path, language in (
                (location, "en"),
                ("/booked/ABC-123-DE/nothing", "en"),
                (location, "it-IT,it;q=0.9"),
            )
        ]
    assert "Nothing is booked here" in words(found.text)
    assert 'href="/book"' in found.text
    assert strange.text == found.text
    assert "Qui non c’è nessuna prenotazione" in words(italian.text)


async def test_password_managers_are_asked_to_leave_the_trap_alone(house: str):
    form = (await opened(start=TOMORROW.isoformat())).text
    (trap,) = re.findall(r'<input[^>]*name="website"[^>]*>', form)
    assert all(word in trap for word in ("data-1p-ignore", "data-lpignore", "data-bwignore"))


async def test_the_answer_takes_as_long_whatever_was_found(house: str):
    form = await a_form()
    for one in (form, {**form, "email": ""}, {**form, "website": "x"}):
        started = perf_counter()
        await sent(one)
        assert perf_counter() - started >= 0.25


# What is wrong with it


async def test_everything_wrong_is_said_at_its_field_and_above_and_nothing_is_lost(house: str):
    form = {
        **await a_form(),
        "name": " ",
        "email": "nobody",
        "phone": "12",
        "note": "A <b>",
        "place": "phone",
    }
    del form["privacy_version"]
    answer = await sent(form)
    assert answer.status_code == 422
    for name, said in {
        "name": "Please write your name.",
        "email": "Please write an e-mail address like name@example.org.",
        "phone": "Please write a telephone number",
        "privacy_version": "Please read the privacy text and agree to it.",
    }.items():
        assert f'href="#wish-{name}"' in answer.text
        assert f'id="wish-{name}-error"' in answer.text
        assert answer.text.count(said) == 2
    again = typed(answer.text)
    assert {name: again[name] for name in form} == form
    assert "privacy_version" not in again
    assert rows_of(Booking) == []


async def test_an_older_privacy_text_has_to_be_read_again(house: str):
    form = await a_form()
    change_row(PrivacyText, version="2026-02")
    answer = await sent(form)
    assert answer.status_code == 422
    assert 'value="2026-02"' in answer.text
    assert "privacy_version" not in typed(answer.text)


async def test_a_note_that_is_too_long_comes_back_whole(house: str):
    long = "è" * (NOTE_LENGTH + 1)
    answer = await sent({**await a_form(), "note": long})
    assert answer.status_code == 422
    assert typed(answer.text)["note"] == long


async def test_what_was_typed_stays_words(house: str):
    bad = "</textarea><script>alert(1)</script>"
    answer = await sent({**await a_form(), "note": bad, "name": '"><script>', "email": "x"})
    assert "<script" not in answer.text
    assert typed(answer.text)["note"] == bad


async def test_without_a_time_there_is_the_month_again_and_what_was_typed(house: str):
    form = {**await a_form(), "start": "soon"}
    answer = await sent(form)
    assert answer.status_code == 422
    assert "Choose a time" in words(answer.text)
    assert typed(answer.text)["email"] == WHO["email"]


async def test_no_other_page_books_for_anybody(house: str):
    form = await a_form()
    for headers in ({"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}):
        answer = await sent(form, **{"origin": "null", **headers})
        assert answer.status_code == 422
    assert rows_of(Booking) == []


# Somebody was quicker


async def lost() -> tuple[dict[str, str], httpx.Response]:
    form = {**await a_form(), "note": "I sleep badly.", "place": "phone"}
    a_call(start=TOMORROW)
    return form, await sent(form)


async def test_who_loses_a_time_is_shown_the_nearest_and_loses_nothing_else(house: str):
    form, answer = await lost()
    assert answer.status_code == 409
    page = words(answer.text)
    assert "That time has just been taken" in page
    assert "Somebody chose 09:00 on Tuesday a moment before you." in page
    assert "09:30 Tuesday 24 November 30 minutes later" in page
    assert "Book Tuesday at 09:30" in page
    again = typed(answer.text)
    assert datetime.fromisoformat(again["start"]) == TOMORROW + HOUR / 2
    kept = ("name", "email", "phone", "place", "note", "privacy_version", "once", "tz")
    assert {name: again[name] for name in kept} == {name: form[name] for name in kept}
    location = booked_at(await sent(again))
    assert row(reference_of(location)).place == Place.PHONE


async def test_what_was_typed_can_be_changed_before_another_time_is_taken(house: str):
    _form, answer = await lost()
    assert "edit=email" in looks(answer.text)
    page = await sent({**typed(answer.text), "look": "edit=email"})
    assert page.status_code == 200
    assert "autofocus" in page.text.partition('id="wish-email"')[2].partition(">")[0]
    form = typed(page.text)
    assert (form["note"], form["place"]) == ("I sleep badly.", "phone")
    booked_at(await sent({**form, "email": "new@example.org"}))


async def test_all_other_times_bring_along_what_was_typed(house: str):
    _form, answer = await lost()
    days = [one for one in looks(answer.text) if one.startswith("day=2026-11-26")]
    page = await sent({**typed(answer.text), "look": days[0]})
    assert "Thursday 26 November" in words(page.text)
    times = [one for one in looks(page.text) if one.startswith("start=")]
    form = typed((await sent({**typed(page.text), "look": times[0]})).text)
    assert (form["name"], form["note"]) == ("Ada Byron", "I sleep badly.")
    location = booked_at(await sent(form))
    assert row(reference_of(location))


async def test_changing_the_time_keeps_what_was_typed_and_the_clock(house: str):
    form = {**await a_form(), "tz": KATHMANDU}
    (back,) = looks((await opened(start=TOMORROW.isoformat())).text)
    page = await sent({**form, "look": back})
    assert page.status_code == 200
    assert "Kathmandu time" in words(page.text)
    assert typed(page.text)["phone"] == WHO["phone"]
    elsewhere = await sent({**typed(page.text), "look": "day=2026-11-25&zones=all"})
    assert f'value="{KATHMANDU}" selected' in elsewhere.text
    shown = await sent({**typed(elsewhere.text), "tz": ST_JOHNS, "look": "day=2026-11-25"})
    assert "St John’s time" in words(shown.text)
    assert typed(shown.text)["phone"] == WHO["phone"]


async def test_a_time_that_was_never_offered_was_not_taken_by_anybody(house: str):
    sunday = datetime(2026, 11, 29, 9, tzinfo=UTC).isoformat()
    answer = await sent({**await a_form(), "start": sunday})
    assert answer.status_code == 409
    assert "That time cannot be booked" in words(answer.text)
    assert "a moment before you" not in words(answer.text)


async def test_where_nothing_else_is_free_that_is_said_too(house: str):
    form = await a_form()
    db.transact(blocks.block, THERAPIST, starts_at=NOW, ends_at=NOW + 90 * DAY)
    answer = await sent(form)
    assert answer.status_code == 409
    assert "Nothing near it is free" in words(answer.text)
    assert typed(answer.text)["name"] == "Ada Byron"


# Patience


async def test_too_often_says_when_to_try_again_and_keeps_what_was_typed(house: str):
    for hour in (1, 2):
        a_call(a_guest(email=WHO["email"]), TOMORROW + hour * HOUR)
    form = {**await a_form(), "note": "I sleep badly."}
    answer = await sent(form)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == str(24 * 3600)
    page = words(answer.text)
    assert "You can send it again tomorrow at 08:00" in page
    assert "hello@practice.example" in page
    assert typed(answer.text)["note"] == "I sleep badly."


async def test_a_calendar_that_cannot_be_had_asks_for_a_moment(
    house: str, monkeypatch: pytest.MonkeyPatch
):
    form = await a_form()

    async def busy(*_said: Any, **_more: Any) -> Any:
        raise Busy

    monkeypatch.setattr("practice.booking_flow.book", busy)
    answer = await sent(form)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert "Please try again in a few seconds." in words(answer.text)
    assert typed(answer.text)["name"] == "Ada Byron"


# Who asks


async def test_a_locked_type_says_why_and_what_opens_it(house: str):
    page = await opened(f"/plain/book/{PAID}")
    assert page.status_code == 200
    assert "This opens after our first call, which is free." in words(page.text)
    assert links(page.text, PATH)
    assert links(page.text, "/sign-in")
    assert "<form" not in page.text


async def test_a_wish_for_a_locked_type_is_refused_without_a_form(house: str):
    answer = await sent(await a_form(), f"/plain/book/{PAID}")
    assert answer.status_code == 403
    assert rows_of(Booking) == []


async def test_what_costs_something_is_arranged_by_letter(house: str):
    cookie = seat(a_client())
    page = await opened(f"/plain/book/{PAID}", cookie)
    assert "Times for this are arranged by letter." in words(page.text)
    assert 'href="mailto:hello@practice.example"' in page.text
    assert (await sent(await a_form(), f"/plain/book/{PAID}", cookie=cookie)).status_code == 403
    assert rows_of(Booking) == []


async def test_who_had_the_first_call_is_not_offered_another(house: str):
    cookie = seat(a_client())
    page = words((await opened(PATH, cookie)).text)
    assert "The first call has taken place. The other sessions are open now." in page
    assert "To your pages" in page


async def test_who_has_a_call_ahead_is_led_to_it(house: str):
    client = a_client(discovered=False)
    cookie = seat(client)
    form = await a_form(cookie=cookie)
    booked_at(await sent(form, cookie=cookie))
    answer = await sent(
        {**form, "start": (TOMORROW + HOUR).isoformat(), "once": "x"}, cookie=cookie
    )
    assert answer.status_code == 403
    assert "Your first call is booked already." in words(answer.text)
    assert len(rows_of(Booking)) == 1


async def test_who_is_signed_in_sees_their_own_data_and_types_nothing(house: str):
    client = a_client(discovered=False, email="anna@example.org")
    change_row(Account, Account.id == client.account_id, zone=KATHMANDU)
    cookie = seat(client)
    page = await opened(PATH, cookie, start=TOMORROW.isoformat())
    assert "anna@example.org" in page.text
    assert "Kathmandu time" in words(page.text)
    form = typed(page.text)
    assert "email" not in form
    reference = reference_of(booked_at(await sent(form, cookie=cookie)))
    assert row(reference).client_id == client.client_id
    assert row(reference).zone == KATHMANDU


async def test_whoever_a_guest_is_the_page_is_the_same(house: str):
    a_client(email=WHO["email"])
    page = (await opened(start=TOMORROW.isoformat())).text
    assert WHO["email"] not in page
    location = booked_at(await sent(await a_form()))
    assert client_of(reference_of(location)).provisional


async def test_the_therapist_sees_what_her_visitors_see(house: str):
    cookie = her_seat().cookie
    assert "Choose a time" in words((await opened(PATH, cookie)).text)


async def test_where_only_one_thing_can_be_booked_it_needs_no_name(house: str):
    assert "Choose a time" in words((await opened("/plain/book")).text)
    page = words((await opened("/plain/book", seat(a_client()))).text)
    assert "Book a session" in page
    assert "Individual 50 minutes, by video or in the room, €80" in page


async def test_a_type_that_is_asked_for_waits_for_her_answer(house: str):
    change_type(ASKED, price_cents=0)
    cookie = seat(a_client())
    path = f"/plain/book/{ASKED}"
    location = booked_at(await sent(await a_form(path=path, cookie=cookie), path, cookie=cookie))
    page = words((await opened(location)).text)
    assert "Your request is on its way" in page
    assert "You hear from me by tomorrow at 08:00 at the latest." in page


async def test_what_is_not_there_is_not_there(house: str):
    change_type(PAID, visible="therapist")
    for slug in ("nothing", PAID, "UPPER", "a.b"):
        answer = await opened(f"/plain/book/{slug}")
        assert answer.status_code == 404
        assert "This page is not here" in words(answer.text)
        assert (await sent({}, f"/plain/book/{slug}")).status_code in {404, 405}


# Junk


JUNK = st.text(max_size=40) | st.sampled_from(
    [
        *("9999-12-31", "0001-01-01", "2026-11-31", "2026-W48-2", "20261124"),
        *("2026-11-24T09:00:00+01:00", "2026-11-24T08:00:00Z", "9999-12-31T23:59:59-23:59"),
        *("Europe/Berlin", "Asia/Kathmandu", "Factory", "localtime", "all", "../x", "\0"),
    ]
)
QUERY = st.dictionaries(
    st.sampled_from(["day", "from", "tz", "start", "zones", "edit", "x"]), JUNK, max_size=6
)


@given(asked=QUERY)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_stands_in_the_address_there_is_a_page(house: str, asked: dict[str, str]):
    answer = await opened(**asked)
    assert answer.status_code == 200
    assert "<h1>A free discovery call</h1>" in answer.text


@given(look=QUERY, start=JUNK, tz=JUNK)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_a_button_sends_there_is_a_page(
    house: str, look: dict[str, str], start: str, tz: str
):
    answer = await sent({"look": urlencode(look), "start": start, "tz": tz, **WHO})
    assert answer.status_code == 200
    assert rows_of(Booking) == []
