"""The therapist's day: what stands on it, what is asked, and what her answers do."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from practice import db
from practice.domain.actors import VISITOR
from practice.domain.booking.status import Status
from practice.domain.clients.stages import Stage
from practice.domain.errors import NotFound
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import BookingEvent
from practice.models.security import AuditEntry
from practice.services.booking import book, cancel
from practice.services.booking import outcome as booking_outcome
from practice.services.calendar import blocks
from practice.services.portal import frame, today
from practice.services.portal.decisions import Wanted
from practice.services.portal.today import Today
from practice.state.account.devices import PortalDevicesState
from practice.state.dashboard.home import MeState
from practice.state.portal.today import TodayState
from tests.builders import (
    CALL,
    GROUP,
    NOW,
    THERAPIST,
    TOMORROW,
    a_call,
    a_client,
    a_confirmed,
    a_group,
    a_guest,
    a_request,
    a_session,
    a_wish,
    change_row,
    client_of,
    events_of,
    row,
    rows_of,
    the_time_is,
)
from tests.state.dashboard.test_home import counted
from tests.support.event_client import Tab, reflex_running
from tests.support.signed_in import her_seat, seat_of

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)
# Nine in Berlin, when the house opens.
NINE = TOMORROW


def looked_at(moment: datetime = NINE) -> Today:
    with the_time_is(moment):
        return db.query(today.find_today, THERAPIST)


# The day


def test_today_and_tomorrow_are_days_of_the_practice_s_own_zone(house: str):
    a_confirmed(start=NINE)
    a_confirmed(start=NINE + timedelta(days=1))
    a_confirmed(start=NINE + timedelta(days=2))
    midnight = datetime.fromisoformat("2026-11-24T00:00+01:00")
    for moment in (midnight, midnight + timedelta(hours=23, minutes=59)):
        found = looked_at(moment)
        assert found.today.on.isoformat() == "2026-11-24"
        assert (len(found.today.meetings), len(found.tomorrow.meetings)) == (1, 1)


def test_nobody_else_may_see_the_day(house: str):
    for actor in (VISITOR, a_client()):
        with pytest.raises(NotFound):
            db.query(today.find_today, actor)
        with pytest.raises(NotFound):
            db.query(frame.find_devices, actor)


def test_what_was_given_back_is_not_on_the_day(house: str):
    reference = a_confirmed().reference
    db.transact(cancel.cancel, THERAPIST, reference=reference)
    assert looked_at().today.meetings == ()


def test_a_group_is_one_line_with_all_who_come(house: str):
    a_group(NINE)
    for _ in range(2):
        a_session(a_client(), GROUP, NINE, by=THERAPIST)
    (group,) = looked_at().today.meetings
    assert (group.client, group.name, group.taken, group.capacity) == ("", "Group", 2, 3)


def test_a_group_in_which_nobody_is_yet_stands_there_too(house: str):
    a_group(NINE)
    (group,) = looked_at().today.meetings
    assert (group.taken, group.capacity) == (0, 3)
    person = looked_at().next
    assert person
    assert person.meeting == group


def test_blocks_are_cut_at_midnight_and_whole_days_are_said(house: str):
    db.transact(blocks.block, THERAPIST, starts_at=NINE, ends_at=NINE + 20 * HOUR, reason="Away")
    tuesday = NINE.date()
    db.transact(
        blocks.block_days,
        THERAPIST,
        first_on=tuesday,
        last_on=tuesday,
        zone="Europe/Berlin",
        reason="Congress",
    )
    found = looked_at()
    (block,) = found.today.blocks
    assert (block.starts_at, block.ends_at - NINE, block.reason) == (NINE, 15 * HOUR, "Away")
    assert found.today.closed == ("Congress",)
    assert found.tomorrow.closed == ()
    assert found.tomorrow.blocks[0].ends_at == NINE + 20 * HOUR


def test_more_appointments_are_no_more_statements(house: str):
    a_confirmed(start=NINE)
    with the_time_is(NINE), counted() as one:
        db.query(today.find_today, THERAPIST)
    for number in range(1, 5):
        a_confirmed(start=NINE + number * HOUR)
    with the_time_is(NINE), counted() as many:
        db.query(today.find_today, THERAPIST)
    assert len(many) == len(one) <= 12


# Who is next


def test_next_is_the_first_that_is_certain_and_not_over(house: str):
    a_request(start=NINE)
    reference = a_confirmed(start=NINE + 2 * HOUR).reference
    person = looked_at().next
    assert person
    assert person.meeting.starts_at == NINE + 2 * HOUR
    assert looked_at(NINE + 2 * HOUR + timedelta(minutes=49)).next == person
    assert looked_at(NINE + 2 * HOUR + timedelta(minutes=50)).next is None
    assert row(reference).status == Status.CONFIRMED


def test_the_next_person_comes_with_what_helps_to_receive_them(house: str):
    wish = a_wish(CALL, NINE, note="Please let it ring", place=book.Place.PHONE)
    db.transact(book.book, VISITOR, wish, guest=a_guest(name="Tobias Quill"))
    person = looked_at().next
    assert person
    assert (person.phone, person.note) == ("+493012345678", "Please let it ring")
    assert (person.stage, person.since) == (Stage.DISCOVERY, None)


def test_a_stage_is_told_with_the_day_on_which_it_began(house: str):
    client = a_client(intake_completed_at=NOW - timedelta(days=9))
    a_confirmed(client)
    person = looked_at().next
    assert person
    assert (person.stage, person.since) == (Stage.ONGOING, NOW - timedelta(days=9))


# What is asked


def test_calls_come_first_then_requests_then_records(house: str):
    held = a_confirmed(start=NINE).reference
    asked = a_request(start=NINE + 26 * HOUR).reference
    call = a_call(start=NINE + HOUR).reference
    found = looked_at(NINE + HOUR).decisions
    assert [(one.wanted, one.reference) for one in found] == [
        (Wanted.CALL, call),
        (Wanted.ANSWER, asked),
        (Wanted.OUTCOME, held),
    ]


def test_nothing_is_asked_before_it_begins_or_after_it_was_answered(house: str):
    reference = a_confirmed(start=NINE).reference
    assert looked_at(NINE - timedelta(seconds=1)).decisions == ()
    assert looked_at(NINE).decisions
    with the_time_is(NINE):
        db.transact(booking_outcome.no_show, THERAPIST, reference=reference)
    assert looked_at(NINE).decisions == ()


def test_a_request_that_has_lapsed_is_not_asked_about(house: str):
    reference = a_request(start=NINE + 26 * HOUR).reference
    lapses = row(reference).hold_expires_at
    assert lapses
    assert looked_at(lapses - timedelta(seconds=1)).decisions
    assert looked_at(lapses).decisions == ()


def test_each_person_of_a_group_is_asked_about(house: str):
    a_group(NINE)
    for _ in range(2):
        a_session(a_client(), GROUP, NINE, by=THERAPIST)
    assert [one.wanted for one in looked_at(NINE).decisions] == [Wanted.OUTCOME] * 2


# What the page says, and what her answers do


async def opened() -> Tab:
    tab = her_seat()
    await tab.send(TodayState.load)
    return tab


def plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NINE - HOUR, "Good morning, Practice. Two appointments. You finish at 14:50."),
        (
            NINE + HOUR,
            "Good morning, Practice. Two appointments, one behind you. You finish at 14:50.",
        ),
        (NINE + 7 * HOUR, "Good afternoon, Practice. Two appointments, all behind you."),
        (NINE + 24 * HOUR, "Good morning, Practice. Nothing is booked today."),
        (NINE + 34 * HOUR, "Good evening, Practice. Nothing is booked today."),
    ],
)
async def test_the_greeting_and_the_day_in_a_sentence(house: str, at: datetime, said: str):
    a_confirmed(start=NINE)
    a_confirmed(start=NINE + 5 * HOUR)
    async with reflex_running():
        with the_time_is(at):
            tab = await opened()
    assert tab.shows(TodayState, "summary") == said


async def test_looking_at_what_a_client_wrote_is_noted_once_an_hour(house: str):
    wish = a_wish(CALL, NINE, note="Please let it ring")
    booked = db.transact(book.book, VISITOR, wish, guest=a_guest())
    async with reflex_running():
        for minutes in (-90, -80, -20):
            with the_time_is(NINE + timedelta(minutes=minutes)):
                await opened()
    found = rows_of(AuditEntry, AuditEntry.action == "note_read")
    assert [one.subject_id for one in found] == 2 * [str(row(booked.reference).id)]


async def test_a_call_is_closed_and_the_page_is_true_at_once(house: str):
    reference = a_call(a_guest(name="Tobias Quill")).reference
    async with reflex_running():
        with the_time_is(NINE):
            tab = await opened()
            (asked,) = tab.shows(TodayState, "decisions")
            assert asked.title == "How did the call with Tobias Quill go?"
            await tab.send(TodayState.close_call, reference=reference, outcome="go_on")
    assert tab.trouble == ""
    assert tab.shows(TodayState, "decisions") == []
    assert tab.shows(TodayState, "done") == "Noted. Sessions are open now."
    assert client_of(reference).discovery_completed_at == NINE


@pytest.mark.parametrize("outcome", ["", "call", "GO_ON", None, 1])
async def test_an_outcome_that_does_not_exist_closes_nothing(house: str, outcome: Any):
    reference = a_call().reference
    async with reflex_running():
        with the_time_is(NINE):
            tab = await opened()
            await tab.send(TodayState.close_call, reference=reference, outcome=outcome)
    assert "do not understand each other" in tab.trouble
    assert row(reference).status == Status.CONFIRMED


async def test_a_second_press_says_kindly_that_it_was_done(house: str):
    reference = a_confirmed(start=NINE).reference
    async with reflex_running():
        with the_time_is(NINE):
            tab = await opened()
            await tab.send(TodayState.took_place, reference=reference)
            await tab.send(TodayState.took_place, reference=reference)
    assert tab.trouble.startswith("The booking has changed meanwhile.")
    assert row(reference).status == Status.COMPLETED


async def test_somebody_who_did_not_come(house: str):
    reference = a_call().reference
    async with reflex_running():
        with the_time_is(NINE):
            tab = await opened()
            await tab.send(TodayState.did_not_come, reference=reference)
    assert row(reference).status == Status.NO_SHOW
    assert client_of(reference).discovery_completed_at is None


async def test_a_request_is_approved_and_held_for_its_payment(house: str):
    reference = a_request(start=NINE + 26 * HOUR).reference
    async with reflex_running():
        tab = await opened()
        await tab.send(TodayState.approve, reference=reference)
    assert tab.shows(TodayState, "done") == "Approved. The time is kept until it is paid."
    assert row(reference).status == Status.HELD


async def test_a_request_is_declined_with_a_reason_that_stays_hers(house: str):
    reference = a_request(start=NINE + 26 * HOUR).reference
    async with reflex_running():
        tab = await opened()
        await tab.send(TodayState.ask_to_decline, reference=reference)
        assert tab.shows(TodayState, "declining")
        assert plain(tab.shows(TodayState, "asked")).startswith("Client asks for Wednesday 25")
        await tab.send(TodayState.decline, form={"why": "A colleague fits better."})
    assert (tab.trouble, tab.shows(TodayState, "declining")) == ("", False)
    assert row(reference).status == Status.DECLINED
    assert sealed.read(events_of(reference)[-1], "why") == "A colleague fits better."
    assert all(b"colleague" not in (one.why or b"") for one in rows_of(BookingEvent))


@pytest.mark.parametrize("is_open", [True, False])
async def test_what_is_not_asked_for_cannot_be_declined(house: str, is_open: bool):
    """In a tab that has lost its state as well, where what is asked for still can be."""
    reference = a_request(start=NINE + 26 * HOUR).reference
    async with reflex_running():
        tab = await opened() if is_open else her_seat("/")
        await tab.send(TodayState.ask_to_decline, reference="ZZZ-999-ZZ")
        assert tab.trouble == "There is nothing here, or it is not yours to see."
        assert not tab.shows(TodayState, "declining")
        await tab.send(TodayState.ask_to_decline, reference=reference)
        assert (tab.trouble, tab.shows(TodayState, "declining")) == ("", True)


async def test_what_a_client_asks_of_the_day_is_not_there(house: str):
    reference = a_request(start=NINE + 26 * HOUR).reference
    async with reflex_running():
        tab = seat_of(a_client(), "/portal")
        for sent in (
            (TodayState.load, {}),
            (PortalDevicesState.load, {}),
            (TodayState.approve, {"reference": reference}),
            (TodayState.ask_to_decline, {"reference": reference}),
            (TodayState.decline, {"form": {}}),
            (TodayState.close_call, {"reference": reference, "outcome": "refer"}),
        ):
            await tab.send(sent[0], **sent[1])
            assert tab.trouble == "There is nothing here, or it is not yours to see."
    assert row(reference).status == Status.REQUESTED
    assert not tab.shows(TodayState, "loaded")


async def test_the_therapist_has_no_client_s_page(house: str):
    async with reflex_running():
        tab = her_seat("/me")
        await tab.send(MeState.load)
    assert tab.trouble == "There is nothing here, or it is not yours to see."


async def test_the_day_of_somebody_abroad_is_said_by_their_clock_too(house: str):
    client = a_client()
    change_row(Account, Account.id == client.account_id, zone="Europe/London")
    a_confirmed(client, NINE)
    async with reflex_running():
        with the_time_is(NINE - timedelta(minutes=18)):
            tab = await opened()
    person = tab.shows(TodayState, "person")
    assert (person.label, person.name) == ("Next, in 18 minutes", "Client")
    assert person.line == "09:00 – 09:50 · Individual, by video · 08:00 there, in London"


async def test_tomorrow_is_short(house: str):
    for number in range(5):
        a_confirmed(start=NINE + number * HOUR)
    async with reflex_running():
        tab = await opened()
    found = tab.shows(TodayState, "tomorrow")
    assert [one.at for one in found] == ["09:00", "10:00", "11:00"]
    assert found[-1].more == "and two more; you finish at 13:50"


async def test_a_practice_without_a_place_is_where_its_clock_is(house: str):
    async with reflex_running():
        tab = await opened()
    assert (
        plain(tab.shows(TodayState, "line_label")) == "Monday 23 November, by the clock of Berlin"
    )
