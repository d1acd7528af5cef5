"""Who changes a booking over and over: whichever road it comes by, few letters follow."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from practice import db, settings
from practice.domain.actors import SYSTEM, Actor
from practice.domain.errors import TooMany
from practice.models.calendar import CalendarFeed
from practice.models.outbox import OutboxRow
from practice.providers import EmbeddedMail, Providers
from practice.services.booking import cancel as booking_cancel
from practice.services.booking import move
from practice.services.booking.idempotency import Booked
from practice.services.calendar import feeds
from practice.services.letters import dev_mailbox, reminders
from practice.services.operations import effects
from practice.state.booking.base import DeskState
from practice.state.booking.move import MoveState
from practice.state.booking.my_move import MyMoveState
from practice.state.dashboard.home import MeState
from practice.state.framework.trouble import TroubleState
from tests import builders
from tests.builders import (
    CALL,
    NOW,
    THERAPIST,
    TOMORROW,
    ZONE,
    a_call,
    a_client,
    a_guest,
    a_session,
    appointment_of,
    holder_of,
    row,
    rows_of,
    the_time_is,
)
from tests.support.event_client import Tab, reflex_running
from tests.support.html_forms import words
from tests.support.http_client import browser
from tests.support.signed_in import seat_of

pytestmark = pytest.mark.anyio
ADA = "ada@example.org"
HALF = timedelta(minutes=30)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def _reflex(house: str) -> AsyncIterator[None]:
    async with reflex_running():
        yield


@dataclass
class Case:
    """A client's first call, and who changes it from where."""

    client: Actor
    booked: Booked

    @property
    def path(self) -> str:
        return (self.booked.manage_url or "").removeprefix(settings.current().public_url)

    @property
    def token(self) -> str:
        return self.path.rpartition("/")[2]


def a_case() -> Case:
    client = a_client(discovered=False)
    return Case(client, a_session(client, CALL))


Road = Callable[[Case, datetime], Awaitable[str]]


async def by_the_letters_socket(case: Case, start: datetime) -> str:
    tab = Tab(path="/book/move")
    form = {"booking": case.booked.reference, "token": case.token, "zone": ZONE.key}
    await tab.send(MoveState.move, form={**form, "start": start.isoformat()})
    return tab.shows(DeskState, "refused")


async def by_ones_own_socket(case: Case, start: datetime) -> str:
    tab = seat_of(case.client, "/me/move")
    form = {"booking": case.booked.reference, "zone": ZONE.key, "start": start.isoformat()}
    await tab.send(MyMoveState.move, form=form)
    return tab.shows(DeskState, "refused")


async def by_the_plain_page(case: Case, start: datetime) -> str:
    async with browser() as client:
        form = {"start": start.isoformat(), "tz": ZONE.key}
        answer = await client.post(f"{case.path}/move", data=form)
    return "" if answer.status_code == 303 else words(answer.text)


MOVES: list[Road] = [by_the_letters_socket, by_ones_own_socket, by_the_plain_page]


@pytest.mark.parametrize("road", MOVES, ids=lambda road: road.__name__)
async def test_h2_a_booking_is_moved_three_times_a_day_by_whichever_road(house: str, road: Road):
    case = a_case()
    starts = [TOMORROW + number * HALF for number in range(1, 6)]
    assert [await road(case, start) for start in starts[:3]] == ["", "", ""]
    refused = await road(case, starts[3])
    assert "moved often today" in refused
    assert "24 hours" in refused or "tomorrow" in refused
    assert appointment_of(case.booked.reference).starts_at == starts[2]
    with the_time_is(NOW + DAY):
        assert await road(case, TOMORROW + 2 * DAY) == ""


async def test_h2_the_roads_share_one_count(house: str):
    case = a_case()
    for number, road in enumerate(MOVES):
        assert await road(case, TOMORROW + (number + 1) * HALF) == ""
    for road in MOVES:
        assert "moved often today" in await road(case, TOMORROW + 5 * HALF)


async def test_h2_the_therapist_moves_as_often_as_she_likes(house: str):
    reference = a_case().booked.reference
    for number in range(6):
        start = TOMORROW + (number + 1) * HALF
        db.transact(move.move, THERAPIST, reference=reference, start=start)
    assert appointment_of(reference).starts_at == TOMORROW + 6 * HALF


async def cancel_by_the_page(case: Case) -> str:
    async with browser() as client:
        answer = await client.post(f"{case.path}/cancel", data={"at_most_cents": "0"})
    return "" if answer.status_code == 303 else words(answer.text)


async def cancel_by_ones_own_socket(case: Case) -> str:
    tab = seat_of(case.client)
    await tab.send(MeState.load)
    await tab.send(MeState.ask, reference=case.booked.reference)
    await tab.send(MeState.cancel, form={})
    return tab.shows(TroubleState, "trouble")


@pytest.mark.parametrize("cancel", [cancel_by_the_page, cancel_by_ones_own_socket])
async def test_h2_changes_from_one_place_are_counted_by_whichever_road(
    house: str, cancel: Callable[[Case], Awaitable[str]]
):
    """A refusal keeps its count: the tries are what is counted."""
    case = a_case()
    most = settings.current().limits.changes_per_address.count
    for _ in range(most):
        road = by_ones_own_socket if cancel is cancel_by_ones_own_socket else by_the_plain_page
        await road(case, TOMORROW - 2 * DAY)
    refused = await cancel(case)
    assert "Try again in 60 minutes." in refused or "08:00" in refused or "09:00" in refused
    assert row(case.booked.reference).status == "confirmed"
    with the_time_is(NOW + timedelta(hours=1)):
        assert await cancel(case) == ""
    assert row(case.booked.reference).status == "cancelled"


SURFACES = ("state", "site", "routes", "pages")


def sources_of_the_surfaces() -> list[Path]:
    return [path for name in SURFACES for path in Path(f"practice/{name}").rglob("*.py")]


async def test_h2_every_road_to_a_change_goes_by_the_one_that_counts():
    """A page that called the service itself would count nothing."""
    sources = sources_of_the_surfaces()
    direct = {
        path.name
        for path in sources
        if any(call in path.read_text() for call in ("moves.move", "endings.cancel"))
    }
    assert len(sources) > 50
    assert direct == set()


# Letters


def work() -> list[dev_mailbox.Kept]:
    while effects.work_once(Providers(EmbeddedMail()), SYSTEM):
        pass
    return db.query(dev_mailbox.list_kept, SYSTEM)


def to(email: str) -> list[str]:
    return [letter.kind for letter in work() if letter.to == email]


def sequence_of(letter: dev_mailbox.Kept) -> tuple[str, str]:
    (file,) = letter.attachments
    (event,) = Calendar.from_ical(file.body).walk("VEVENT")
    return str(event["UID"]), str(event["SEQUENCE"])


async def test_h2_fifty_moves_in_a_minute_send_a_stranger_no_more_than_three_letters(house: str):
    guest = a_call(a_guest(email=ADA))
    case = Case(holder_of(guest.reference), guest)
    work()
    for number in range(50):
        with the_time_is(NOW + number * timedelta(seconds=0.6)):
            await by_the_letters_socket(case, TOMORROW + (number % 8 + 1) * HALF)
            work()
    with the_time_is(NOW + timedelta(minutes=5)):
        assert to(ADA).count("moved") == 1
        assert len(to(ADA)) == 2
        assert [letter.kind for letter in work()].count("booking_moved") == 1


async def test_h2_letters_about_one_booking_within_a_minute_become_one_that_tells_the_truth(
    house: str,
):
    reference = a_case().booked.reference
    work()
    for number in range(3):
        with the_time_is(NOW + (number + 1) * timedelta(seconds=10)):
            start = TOMORROW + (number + 1) * HALF
            db.transact(move.move, holder_of(reference), reference=reference, start=start)
            assert [one.kind for one in work()].count("moved") == 0
    with the_time_is(NOW + timedelta(minutes=2)):
        kept = work()
    (moved,) = [one for one in kept if one.kind == "moved"]
    (told,) = [one for one in kept if one.kind == "booking_moved"]
    first = next(one for one in kept if one.kind == "call_confirmed")
    for letter in (moved, told):
        assert "09:00" in letter.text
        assert "10:30" in letter.text
        assert "09:30" not in letter.text
    assert sequence_of(moved) == (sequence_of(first)[0], "3")


def moved_in_turn(actor: Actor, reference: str, *starts: datetime, after: int = 0) -> None:
    """A second apart: nothing that happens to one booking has the same moment."""
    for second, start in enumerate(starts, after + 1):
        with the_time_is(NOW + timedelta(seconds=second)):
            db.transact(move.move, actor, reference=reference, start=start)


async def test_h2_a_call_that_is_back_where_it_was_is_nobodys_news(house: str):
    reference = a_case().booked.reference
    work()
    moved_in_turn(holder_of(reference), reference, TOMORROW + HALF, TOMORROW)
    with the_time_is(NOW + timedelta(minutes=2)):
        assert not any("moved" in one.kind for one in work())


async def test_h2_what_the_therapist_moves_back_within_a_minute_is_told_to_the_client(house: str):
    reference = a_case().booked.reference
    work()
    moved_in_turn(holder_of(reference), reference, TOMORROW + HALF)
    with the_time_is(NOW + timedelta(seconds=30)):
        db.transact(move.move, THERAPIST, reference=reference, start=TOMORROW)
        work()
    with the_time_is(NOW + timedelta(minutes=2)):
        kept = work()
    (moved,) = [letter for letter in kept if letter.kind == "moved"]
    assert "No longer: Tuesday 24 November, 09:30" in moved.text
    assert not any(letter.kind == "booking_moved" for letter in kept)


async def test_h2_what_a_client_moves_back_after_the_therapist_is_told_to_both(house: str):
    """Also where no letter about her move has left yet."""
    reference = a_case().booked.reference
    work()
    moved_in_turn(THERAPIST, reference, TOMORROW + HALF)
    with the_time_is(NOW + timedelta(seconds=30)):
        db.transact(move.move, holder_of(reference), reference=reference, start=TOMORROW)
    with the_time_is(NOW + timedelta(minutes=2)):
        moved = [letter for letter in work() if letter.kind in {"moved", "booking_moved"}]
    assert {letter.kind for letter in moved} == {"moved", "booking_moved"}
    assert all("09:30" in letter.text for letter in moved)


async def test_h2_what_the_therapist_moves_there_and_back_is_told_all_the_same(house: str):
    """The client may have seen the time between on a page of theirs."""
    reference = a_case().booked.reference
    work()
    moved_in_turn(THERAPIST, reference, TOMORROW + HALF, TOMORROW)
    with the_time_is(NOW + timedelta(seconds=10)):
        (moved,) = [letter for letter in work() if letter.kind == "moved"]
    assert "No longer: Tuesday 24 November, 09:30" in moved.text


async def test_h2_a_time_that_was_never_told_is_not_as_before(house: str):
    """The client moves back to what the therapist chose, before her letter has left."""
    reference = a_case().booked.reference
    work()
    by_therapist, by_client = TOMORROW + HALF, TOMORROW + 2 * HALF
    moved_in_turn(THERAPIST, reference, by_therapist)
    moved_in_turn(holder_of(reference), reference, by_client, by_therapist, after=1)
    with the_time_is(NOW + timedelta(minutes=2)):
        moved = [letter for letter in work() if letter.kind in {"moved", "booking_moved"}]
    assert any("09:30" in letter.text for letter in moved if letter.kind == "moved")


async def test_h2_letters_of_one_hand_still_name_the_time_that_was_last_told(house: str):
    reference = a_case().booked.reference
    work()
    moved_in_turn(THERAPIST, reference, TOMORROW + HALF, TOMORROW + 2 * HALF)
    with the_time_is(NOW + timedelta(seconds=10)):
        (moved,) = [letter for letter in work() if letter.kind == "moved"]
    assert "No longer: Tuesday 24 November, 09:00" in moved.text


async def test_h2_a_first_confirmation_and_a_cancellation_are_not_kept_waiting(house: str):
    reference = a_case().booked.reference
    assert "call_confirmed" in [one.kind for one in work()]
    db.transact(booking_cancel.cancel, holder_of(reference), reference=reference)
    assert "cancelled" in [one.kind for one in work()]


def move_later(reference: str, moment: datetime, start: datetime) -> None:
    with the_time_is(moment):
        db.transact(move.move, holder_of(reference), reference=reference, start=start)
    with the_time_is(moment + timedelta(minutes=2)):
        work()


async def test_h2_the_fourth_letter_of_a_day_to_an_unproven_address_is_refused_beforehand(
    house: str,
):
    reference = a_call(a_guest(email=ADA)).reference
    for number in (1, 2):
        move_later(reference, NOW + number * timedelta(minutes=10), TOMORROW + number * HALF)
    assert len(to(ADA)) == 3
    with the_time_is(NOW + timedelta(hours=1)), pytest.raises(TooMany) as refused:
        db.transact(move.move, holder_of(reference), reference=reference, start=TOMORROW + 3 * HALF)
    assert "letters" in refused.value.message
    assert refused.value.retry_after == 23 * 3600
    assert appointment_of(reference).starts_at == TOMORROW + 2 * HALF
    # The same under the same address, by a booking of its own.
    with the_time_is(NOW + timedelta(hours=1)), pytest.raises(TooMany):
        a_call(a_guest(email=ADA), TOMORROW + DAY)


async def test_h2_a_call_can_always_be_given_back_and_what_the_therapist_does_is_always_told(
    house: str,
):
    first = a_call(a_guest(email=ADA)).reference
    second = a_call(a_guest(email=ADA), TOMORROW + 4 * HALF).reference
    move_later(first, NOW + timedelta(minutes=10), TOMORROW + HALF)
    assert len(to(ADA)) == 3
    with the_time_is(NOW + timedelta(hours=1)):
        db.transact(booking_cancel.cancel, holder_of(first), reference=first)
        assert len(to(ADA)) == 3
        (dropped,) = rows_of(OutboxRow, OutboxRow.outcome == "dropped:enough_letters")
        assert "booking_cancelled" in [letter.kind for letter in work()]
        db.transact(booking_cancel.cancel, THERAPIST, reference=second)
        assert to(ADA).count("cancelled") == 1
    assert dropped.booking_id == row(first).id
    assert row(first).status == "cancelled"


async def test_h2_a_reminder_comes_all_the_same(house: str):
    reference = a_call(a_guest(email=ADA), TOMORROW + DAY).reference
    for number in (1, 2):
        start = TOMORROW + DAY + number * HALF
        move_later(reference, NOW + number * timedelta(minutes=10), start)
    builders.change_type(CALL, reminder_hours=49)
    with the_time_is(NOW + timedelta(hours=2)):
        db.transact(reminders.promise_due, SYSTEM)
        assert "reminder" in to(ADA)


async def test_h2_a_proven_address_gets_every_letter_of_its_own_changes(house: str):
    case = a_case()
    for number in range(3):
        start = TOMORROW + (number + 1) * HALF
        move_later(case.booked.reference, NOW + number * timedelta(minutes=5), start)
    assert [letter.kind for letter in work()].count("moved") == 3


async def test_h2_an_address_for_calendars_is_made_twenty_times_a_day():
    actor = a_client(email=ADA)
    for _time in range(20):
        db.transact(feeds.make, actor)
    with pytest.raises(TooMany) as refusal:
        db.transact(feeds.make, actor)
    assert refusal.value.retry_after == DAY.total_seconds()
    with the_time_is(NOW + DAY):
        db.transact(feeds.make, actor)
    assert len(rows_of(CalendarFeed)) == 21
