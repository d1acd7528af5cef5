"""Behind a management link: what is agreed, what it costs to change, and that nobody else gets
in."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from icalendar import Calendar

from practice import db
from practice.domain.booking.status import Status
from practice.domain.errors import Busy
from practice.models.accounts import SigninLink
from practice.models.booking import Booking
from practice.models.content import SessionType
from practice.models.outbox import OutboxRow
from practice.services.booking import cancel, move, outcome
from practice.services.links import management
from tests import builders
from tests.builders import (
    ASKED,
    CALL,
    NOW,
    PAID,
    THERAPIST,
    TOMORROW,
    a_call,
    a_client,
    a_confirmed,
    a_guest,
    a_request,
    a_session,
    appointment_of,
    change_row,
    change_type,
    holder_of,
    row,
    rows_of,
    the_time_is,
)
from tests.support.html_forms import links as links_in
from tests.support.html_forms import typed, words
from tests.support.http_client import browser
from tests.support.signed_in import cookie_for

pytestmark = pytest.mark.anyio
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
THURSDAY = TOMORROW + 2 * DAY
GIULIA = "giulia.ferri@example.org"


def key_of(reference: str) -> str:
    return urlsplit(management.manage_url(row(reference))).path.partition("/manage")[2]


def manage(reference: str, then: str = "") -> str:
    return f"/manage{key_of(reference)}{then}"


async def opened(path: str, **headers: str) -> httpx.Response:
    async with browser() as guest:
        return await guest.get(path, headers=headers)


async def sent(path: str, **form: str) -> httpx.Response:
    async with browser() as guest:
        return await guest.post(path, data=form)


async def read(path: str) -> str:
    answer = await opened(path)
    assert answer.status_code == 200, answer.headers
    return words(answer.text)


def called(**different: str) -> str:
    return a_call(a_guest(name="Giulia Ferri", email=GIULIA, **different)).reference


# You're booked


async def test_what_is_agreed_stands_on_a_plate(house: str):
    reference = called()
    page = await read(f"/booked{key_of(reference)}")
    assert "You’re booked I look forward to meeting you on Tuesday." in page
    assert "Tuesday 24 November 09:00 – 09:20" in page
    assert "Berlin time (GMT+1)" in page
    assert "By video, with Practice. The link comes by e-mail." in page
    assert "Discovery Free of charge" in page
    assert f"Reference {reference}" in page


async def test_it_says_nobodys_name_and_half_an_address(house: str):
    page = (await opened(f"/booked{key_of(called())}")).text
    assert "gi…@example.org" in page
    assert "Giulia" not in page
    assert GIULIA not in page


@pytest.mark.parametrize(
    ("email", "shown"), [("a@b.example", "…@b.example"), ("ab@c.example", "a…@c.example")]
)
async def test_of_a_short_address_less_is_shown(house: str, email: str, shown: str):
    reference = a_call(a_guest(email=email)).reference
    assert f" {shown}" in await read(f"/booked{key_of(reference)}")


async def test_both_clocks_are_shown_where_they_differ(house: str):
    reference = called()
    change_row(Booking, zone="America/St_Johns")
    page = await read(f"/booked{key_of(reference)}")
    assert "Tuesday 24 November 04:30 – 04:50" in page
    assert "Where I am: 09:00 – 09:20, Berlin time (GMT+1)" in page


async def test_what_happens_next_is_what_will_happen(house: str):
    page = await read(f"/booked{key_of(called())}")
    assert "Now A letter to you" in page
    assert "Today, 09:00 A short reminder" in page
    assert "Tomorrow, 09:00 We talk" in page


@pytest.mark.parametrize("hours", [None, 48])
async def test_a_reminder_that_will_not_come_is_not_promised(house: str, hours: int | None):
    change_type(CALL, reminder_hours=hours)
    assert "A short reminder" not in await read(f"/booked{key_of(called())}")


async def test_calendars_are_told_the_time_and_nothing_private(house: str):
    page = (await opened(f"/booked{key_of(called())}")).text
    (google,) = links_in(page, "calendar.google.com")
    (outlook,) = links_in(page, "outlook.live.com")
    said = parse_qs(urlsplit(google).query)
    assert said["dates"] == ["20261124T080000Z/20261124T082000Z"]
    assert said["text"] == ["Appointment – Practice"]
    said = parse_qs(urlsplit(outlook).query)
    assert said["startdt"] == ["2026-11-24T08:00:00Z"]
    assert said["subject"] == ["Appointment – Practice"]
    for link in (google, outlook):
        assert "manage" not in link
        assert "iulia" not in link
        assert "iscovery" not in link


async def test_a_request_is_called_one_and_stands_in_no_calendar(house: str):
    page = await opened(f"/booked{key_of(a_request().reference)}")
    assert "Your request is on its way" in words(page.text)
    assert "calendar.google.com" not in page.text


async def test_what_is_over_or_off_is_told_where_it_can_be_changed(house: str):
    reference = called()
    with the_time_is(TOMORROW):
        assert (await opened(f"/booked{key_of(reference)}")).headers["location"] == manage(
            reference
        )
    db.transact(cancel.cancel, THERAPIST, reference=reference)
    answer = await opened(f"/booked{key_of(reference)}")
    assert (answer.status_code, answer.headers["location"]) == (303, manage(reference))


async def test_an_account_is_offered_by_a_letter_to_whoever_booked(house: str):
    path = f"/booked{key_of(called())}"
    assert "Send me the link by e-mail" in await read(path)
    before = len(rows_of(SigninLink))
    answer = await sent(f"{path}/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/sent")
    assert len(rows_of(SigninLink)) == before + 1
    assert [one.fact for one in rows_of(OutboxRow, OutboxRow.fact == "sign_in")] == ["sign_in"]


async def test_whether_there_is_an_account_is_not_to_be_seen(house: str):
    stranger, known = called(), a_call(a_guest(email="anna@example.org"), THURSDAY).reference
    a_client(email="anna@example.org")
    pages, answers = set[str](), set[tuple[int, str]]()
    for reference in (stranger, known):
        page = (await opened(f"/booked{key_of(reference)}")).text
        pages.add(page.partition("Your pages</h2>")[2].partition("/booked")[0])
        answer = await sent(f"/booked{key_of(reference)}/account")
        answers.add((answer.status_code, answer.headers["location"]))
    assert (len(pages), len(answers)) == (1, 1)


async def test_asking_for_the_account_too_often_sends_no_more_and_says_the_same(house: str):
    path = f"/booked{key_of(called())}/account"
    answers = [(await sent(path)).status_code for _ in range(6)]
    assert answers == [303] * 6
    assert len(rows_of(SigninLink, SigninLink.booking_id == None)) == 3  # noqa: E711


async def test_who_is_signed_in_is_led_to_the_own_pages(house: str):
    client = a_client(discovered=False)
    assert client.account_id
    reference = a_session(client, CALL).reference
    page = await opened(f"/booked{key_of(reference)}", cookie=cookie_for(client.account_id))
    assert "Go to your pages" in words(page.text)


# How it stands


async def test_a_booking_can_be_moved_and_cancelled_and_says_the_price(house: str):
    page = await read(manage(a_confirmed(start=TOMORROW + 3 * DAY).reference))
    assert "Your appointment It is in four days." in page
    until = (
        "You can cancel at no cost until Wednesday 25 November at 09:00; after that it costs €40."
    )
    assert until in page
    assert "Move it Cancel it" in page


async def test_too_late_to_move_it_can_still_be_cancelled(house: str):
    reference = a_confirmed().reference
    page = await read(manage(reference))
    assert "It is too late to move it here. Cancelling costs €40 now" in page
    assert "Move it" not in page
    assert (await opened(manage(reference, "/move"))).headers["location"] == manage(reference)


async def test_it_speaks_as_the_booking_does(house: str):
    reference = called()
    change_row(Booking, language="it")
    change_row(SessionType, name={"en": "Discovery", "it": "Chiamata conoscitiva"})
    answer = await opened(manage(reference))
    assert '<html lang="it">' in answer.text
    assert "La sua chiamata" in words(answer.text)
    assert "Chiamata conoscitiva" in answer.text
    assert 'href="/it/privacy"' in answer.text


async def test_nothing_of_it_is_kept_or_goes_anywhere(house: str):
    reference = called()
    for path in (manage(reference), manage(reference, "/cancel"), manage(reference, "/move")):
        answer = await opened(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "strict-origin"
        assert 'content="noindex"' in answer.text
        assert "<script" not in answer.text


def ended_as(status: Status, reference: str) -> None:
    by_hand = {
        Status.CANCELLED: cancel.cancel,
        Status.DECLINED: cancel.decline,
        Status.COMPLETED: outcome.complete,
        Status.NO_SHOW: outcome.no_show,
    }
    if status is Status.EXPIRED:
        with the_time_is(TOMORROW - HOUR):
            assert builders.expire_due() == [reference]
    else:
        is_over = status in {Status.COMPLETED, Status.NO_SHOW}
        with the_time_is(TOMORROW + HOUR if is_over else NOW):
            db.transact(by_hand[status], THERAPIST, reference=reference)


@pytest.mark.parametrize(
    ("status", "said", "way"),
    [
        (Status.CANCELLED, "This time is cancelled It is free again.", f"/book/{ASKED}"),
        (Status.DECLINED, "This time is not possible I am sorry", f"/book/{ASKED}"),
        (Status.EXPIRED, "This time is no longer kept It waited", f"/book/{ASKED}"),
        (Status.COMPLETED, "This time took place Thank you", f"/book/{PAID}"),
        (Status.NO_SHOW, "This time was missed We did not meet.", f"/book/{PAID}"),
    ],
)
async def test_what_became_of_it_is_said_and_what_can_be_done(
    house: str, status: Status, said: str, way: str
):
    is_over = status in {Status.COMPLETED, Status.NO_SHOW}
    reference = (a_confirmed() if is_over else a_request()).reference
    ended_as(status, reference)
    answer = await opened(manage(reference))
    assert said in words(answer.text)
    assert links_in(answer.text, "/book") == [way]
    for gone in ("/move", "/cancel", "calendar"):
        assert links_in(answer.text, gone) == []
        then = f"/{gone.strip('/')}" if gone.startswith("/") else "/calendar.ics"
        again = await opened(manage(reference, then))
        assert again.status_code == (303 if gone.startswith("/") else 404)


@pytest.mark.parametrize(
    ("after", "said"), [(timedelta(), "This time has begun"), (HOUR, "This time is over")]
)
async def test_once_it_has_begun_only_a_letter_helps(house: str, after: timedelta, said: str):
    reference = called()
    with the_time_is(TOMORROW + after):
        page = await read(manage(reference))
        answer = await sent(manage(reference, "/cancel"), at_most_cents="0")
    assert f"{said} It cannot be changed here any more." in page
    assert "Please write: hello@practice.example" in page
    assert answer.status_code == 409
    assert row(reference).status == Status.CONFIRMED


async def test_a_held_time_says_until_when(house: str):
    page = await read(manage(a_session(a_client(), PAID).reference))
    assert "This time is kept for you until today at 08:34, for its payment." in page
    assert "You can give it back at no cost." in page


async def test_another_time_is_chosen_wherever_there_are_any(house: str):
    reference = called()
    db.transact(cancel.cancel, THERAPIST, reference=reference)
    change_type(CALL, visible="therapist")
    assert links_in((await opened(manage(reference))).text, "/book") == ["/book"]


# Cancelling


async def test_the_price_is_said_before_and_never_more_is_charged(house: str):
    reference = a_confirmed(start=TOMORROW + 3 * DAY).reference
    page = await opened(manage(reference, "/cancel"))
    assert "Cancel this appointment? Cancelling costs nothing." in words(page.text)
    form = typed(page.text)
    assert form == {"at_most_cents": "0"}
    # The question stood until it was late.
    with the_time_is(TOMORROW + 2 * DAY):
        answer = await sent(manage(reference, "/cancel"), **form)
        assert answer.status_code == 409
        assert "Cancelling has become dearer meanwhile." in words(answer.text)
        assert "Cancel it for €40" in words(answer.text)
        assert row(reference).status == Status.CONFIRMED
        assert typed(answer.text) == {"at_most_cents": "4000"}
        done = await sent(manage(reference, "/cancel"), **typed(answer.text))
        assert (done.status_code, done.headers["location"]) == (303, manage(reference))
        page = await read(manage(reference))
    assert "so €40 of the €80 is due, as agreed." in page


@pytest.mark.parametrize("junk", ["", "-1", "x", "1e9", "٤٠٠٠", "9" * 400])
async def test_a_price_that_nobody_said_is_nothing(house: str, junk: str):
    reference = a_confirmed().reference
    answer = await sent(manage(reference, "/cancel"), at_most_cents=junk)
    assert answer.status_code == 409
    assert row(reference).status == Status.CONFIRMED


async def test_what_is_cancelled_is_cancelled_once(house: str):
    reference = called()
    assert (await sent(manage(reference, "/cancel"), at_most_cents="0")).status_code == 303
    answer = await sent(manage(reference, "/cancel"), at_most_cents="0")
    assert answer.status_code == 409
    assert "The booking has changed meanwhile." in words(answer.text)
    assert row(reference).status == Status.CANCELLED
    letters = rows_of(OutboxRow, OutboxRow.fact == "cancelled")
    assert len({one.dedupe_key for one in letters}) == len(letters) == 3


async def test_a_request_is_withdrawn(house: str):
    reference = a_request().reference
    page = await read(manage(reference, "/cancel"))
    assert "Withdraw this request? Cancelling costs nothing." in page
    assert "Yes, withdraw it" in page


# Moving


async def test_another_time_is_chosen_confirmed_and_taken(house: str):
    reference = called()
    page = await opened(manage(reference, "/move"))
    assert "Another time for your call" in words(page.text)
    assert "Now: Tuesday 24 November at 09:00, Berlin time (GMT+1)" in words(page.text)
    (day,) = links_in(page.text, "day=2026-11-26")
    times = links_in((await opened(day)).text, "start=")
    asking = await opened(times[0])
    assert "Until now Tuesday 24 November" in words(asking.text)
    assert "From now on Thursday 26 November 09:00 – 09:20, Berlin time" in words(asking.text)
    assert "Move it to Thursday at 09:00" in words(asking.text)
    assert row(reference).sequence == 0
    answer = await sent(manage(reference, "/move"), **typed(asking.text))
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        manage(reference, "?done=moved"),
    )
    assert appointment_of(reference).starts_at == THURSDAY
    page = await read(manage(reference, "?done=moved"))
    assert "It has a new time. A letter about it is on its way." in page
    assert "Thursday 26 November 09:00 – 09:20" in page


async def test_that_it_was_moved_is_said_only_if_it_was(house: str):
    reference = called()
    for done in ("moved", "x" * 1000, "<b>"):
        page = await opened(manage(reference))
        assert "It has a new time" not in page.text
        assert "It has a new time" not in (await opened(manage(reference, f"?done={done}"))).text


async def test_a_little_later_is_offered_although_it_overlaps_the_old_time(house: str):
    change_type(CALL, step_minutes=10)
    page = await read(manage(called(), "/move?day=2026-11-24"))
    assert "Morning 09:10 09:20" in page


async def test_who_loses_the_new_time_keeps_the_old_one_and_is_shown_others(house: str):
    reference = called()
    a_call(start=THURSDAY)
    answer = await sent(manage(reference, "/move"), start=THURSDAY.isoformat(), tz="Asia/Kathmandu")
    assert answer.status_code == 409
    page = words(answer.text)
    assert "That time has just been taken Somebody chose 13:45 on Thursday" in page
    assert "Your old time is still yours." in page
    assert "14:15 Thursday 26 November 30 minutes later" in page
    assert appointment_of(reference).starts_at == TOMORROW
    done = await sent(manage(reference, "/move"), **typed(answer.text))
    assert done.status_code == 303
    assert appointment_of(reference).starts_at == THURSDAY + HOUR / 2


async def test_a_time_that_is_gone_is_said_before_it_is_confirmed(house: str):
    reference = called()
    a_call(start=THURSDAY)
    page = await read(manage(reference, f"/move?start={THURSDAY:%Y-%m-%dT%H:%M:%SZ}"))
    assert "The time you had chosen is not free any more" in page


async def test_moving_too_late_is_refused_and_said(house: str):
    reference = a_confirmed().reference
    answer = await sent(manage(reference, "/move"), start=THURSDAY.isoformat())
    assert answer.status_code == 409
    assert "It is too late to change this here. Please write to me." in words(answer.text)
    assert appointment_of(reference).starts_at == TOMORROW


async def test_without_a_time_nothing_is_moved(house: str):
    reference = called()
    answer = await sent(manage(reference, "/move"), start="soon")
    assert answer.headers["location"] == manage(reference, "/move")


async def test_a_calendar_that_cannot_be_had_changes_nothing(
    house: str, monkeypatch: pytest.MonkeyPatch
):
    reference = called()

    def busy(*_said: object, **_more: object) -> None:
        raise Busy

    for module, name, then in ((move, "move", "/move"), (cancel, "cancel", "/cancel")):
        monkeypatch.setattr(module, name, busy)
        answer = await sent(manage(reference, then), start=THURSDAY.isoformat())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
        assert "Please try again in a few seconds." in words(answer.text)


async def test_changing_it_very_often_asks_for_patience(house: str):
    reference = called()
    for _ in range(30):
        await sent(manage(reference, "/move"), start=(NOW - DAY).isoformat())
    assert (await sent(manage(reference, "/cancel"))).status_code == 429
    assert row(reference).status == Status.CONFIRMED


# The file for a calendar


async def test_the_file_is_the_invitation_as_it_is_now(house: str):
    reference = called()
    db.transact(move.move, holder_of(reference), reference=reference, start=THURSDAY)
    answer = await opened(manage(reference, "/calendar.ics"))
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8; method=REQUEST"
    assert answer.headers["content-disposition"] == 'attachment; filename="appointment.ics"'
    calendar: Any = Calendar.from_ical(answer.content)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], int(event["SEQUENCE"])) == ("REQUEST", 1)
    assert event["DTSTART"].dt == THURSDAY
    assert str(event["SUMMARY"]) == "Appointment – Practice"
    assert "Giulia" not in answer.text


# Whoever has no such link


def wrong(path: str) -> list[str]:
    before, token = path.rsplit("/", 1)
    return [
        f"{before}/{token[:-1]}",
        f"{before}/{token}x",
        f"{before}/{'x' * 200}",
        f"{before}/%C3%A8",
        f"{before}/%00",
        f"/manage/KPT-493-RW/{token}",
        f"/manage/nothing/{token}",
    ]


async def test_whatever_is_wrong_with_the_link_there_is_nothing_here(house: str):
    reference = called()
    other = a_call(start=THURSDAY).reference
    crossed = f"/manage/{other}/{key_of(reference).rpartition('/')[2]}"
    pages, after = set[str](), set[str]()
    for path in (*wrong(manage(reference)), crossed):
        for then in ("", "/move", "/cancel", "/calendar.ics"):
            answer = await opened(path + then)
            assert answer.status_code == 404
            pages.add(answer.text)
        after.add((await opened(path.replace("/manage", "/booked"))).text)
        for then in ("/move", "/cancel"):
            said = await sent(path + then, start=THURSDAY.isoformat(), at_most_cents="0")
            assert said.status_code in {404, 429}
        assert (await sent(path.replace("/manage", "/booked") + "/account")).status_code == 404
    assert len(pages) == len(after) == 1
    assert row(reference).status == row(other).status == Status.CONFIRMED


async def test_a_revoked_link_and_one_that_is_over_open_nothing(house: str):
    reference = called()
    path = manage(reference)
    with the_time_is(TOMORROW + 30 * DAY + HOUR):
        assert (await opened(path)).status_code == 404
    change_row(Booking, link_version=2)
    gone = await opened(path)
    assert gone.status_code == 410
    assert reference not in words(gone.text)
    assert (await opened(manage(reference))).status_code == 200


@pytest.mark.parametrize("then", ["/cancel", "/move"])
async def test_no_other_page_changes_anything(house: str, then: str):
    reference = called()
    async with browser() as guest:
        answer = await guest.post(
            manage(reference, then),
            data={"start": THURSDAY.isoformat(), "at_most_cents": "0"},
            headers={"origin": "https://elsewhere.example"},
        )
    assert answer.status_code == 422
    assert row(reference).status == Status.CONFIRMED
    assert appointment_of(reference).starts_at == TOMORROW
