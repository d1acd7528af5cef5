"""Moving: in place, over its own old time, up to the limit, with numbers that rise."""

from datetime import UTC, datetime, timedelta

import pytest

from practice import db
from practice.domain.actors import VISITOR
from practice.domain.booking.consequences import Fact
from practice.domain.booking.refusals import (
    AlreadyThere,
    NotOffered,
    NotPossibleNow,
    SlotTaken,
    TimeBlocked,
    TooLate,
)
from practice.domain.errors import NotFound
from practice.models.booking import Appointment
from practice.models.outbox import OutboxRow
from practice.models.security import AuditEntry
from practice.services.booking import cancel, move, outcome
from practice.services.calendar import blocks
from tests.builders import (
    ASKED,
    CALL,
    GROUP,
    NOW,
    PAID,
    THERAPIST,
    TOMORROW,
    a_call,
    a_client,
    a_confirmed,
    a_group,
    a_request,
    a_session,
    appointment_of,
    change_type,
    events_of,
    holder_of,
    row,
    rows_of,
    the_time_is,
)

MINUTES = timedelta(minutes=1)
FRIDAY = TOMORROW + timedelta(days=3)
LATER = FRIDAY + timedelta(hours=2)


def test_a_client_moves_a_session_in_place(house: str):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    before = appointment_of(reference)
    found = db.transact(move.move, client, reference=reference, start=LATER)
    after = appointment_of(reference)
    assert (found.starts_at, found.ends_at) == (LATER, LATER + 50 * MINUTES)
    assert (after.id, after.starts_at, after.ends_at) == (before.id, LATER, LATER + 50 * MINUTES)
    assert (after.during.lower, after.during.upper) == (LATER, LATER + 60 * MINUTES)


def test_both_numbers_rise_with_every_move(house: str):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    for number, start in enumerate([LATER, FRIDAY], 1):
        db.transact(move.move, client, reference=reference, start=start)
        assert appointment_of(reference).sequence == row(reference).sequence == number


def test_the_old_time_is_free_again(house: str):
    reference = a_confirmed(start=FRIDAY).reference
    db.transact(move.move, THERAPIST, reference=reference, start=LATER)
    assert a_confirmed(start=FRIDAY).status == "confirmed"


@pytest.mark.parametrize("minutes", [30, -30])
def test_a_session_moves_over_its_own_old_time(house: str, minutes: int):
    client = a_client()
    reference = a_confirmed(client, LATER).reference
    start = LATER + minutes * MINUTES
    db.transact(move.move, client, reference=reference, start=start)
    assert appointment_of(reference).starts_at == start


def test_moving_to_where_it_is_changes_nothing_and_tells_nobody(house: str):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    told = len(rows_of(OutboxRow))
    db.transact(move.move, client, reference=reference, start=FRIDAY)
    assert (row(reference).sequence, len(rows_of(OutboxRow))) == (0, told)


def test_nobody_moves_onto_somebody_else(house: str):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    a_confirmed(start=LATER)
    for actor in (client, THERAPIST):
        with pytest.raises(SlotTaken):
            db.transact(move.move, actor, reference=reference, start=LATER + 30 * MINUTES)
    assert appointment_of(reference).starts_at == FRIDAY


@pytest.mark.parametrize(
    "start", [FRIDAY + timedelta(days=1), FRIDAY + 7 * MINUTES, NOW + timedelta(days=70)], ids=str
)
def test_a_client_moves_only_to_what_is_offered(house: str, start: datetime):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    with pytest.raises(NotOffered):
        db.transact(move.move, client, reference=reference, start=start)


def test_the_therapist_moves_where_she_wants(house: str):
    reference = a_confirmed(start=FRIDAY).reference
    start = FRIDAY + timedelta(days=1, hours=11, minutes=7)
    db.transact(move.move, THERAPIST, reference=reference, start=start)
    assert appointment_of(reference).starts_at == start


def test_the_therapist_moves_over_a_block_after_a_warning(house: str):
    reference = a_confirmed(start=FRIDAY).reference
    db.transact(blocks.block, THERAPIST, starts_at=LATER, ends_at=LATER + 10 * MINUTES)
    with pytest.raises(TimeBlocked):
        db.transact(move.move, THERAPIST, reference=reference, start=LATER)
    db.transact(move.move, THERAPIST, reference=reference, start=LATER, despite_block=True)
    assert appointment_of(reference).starts_at == LATER


def test_a_client_never_moves_over_a_block(house: str):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    db.transact(blocks.block, THERAPIST, starts_at=LATER, ends_at=LATER + 10 * MINUTES)
    with pytest.raises(SlotTaken):
        db.transact(move.move, client, reference=reference, start=LATER, despite_block=True)


def test_the_last_free_second_is_the_last_to_move(house: str):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    limit = FRIDAY - timedelta(hours=48)
    with the_time_is(limit + timedelta(seconds=1)), pytest.raises(TooLate):
        db.transact(move.move, client, reference=reference, start=LATER)
    with the_time_is(limit):
        db.transact(move.move, client, reference=reference, start=LATER)
    assert appointment_of(reference).starts_at == LATER


def test_beyond_the_limit_moving_is_for_the_therapist(house: str):
    reference = a_confirmed(start=FRIDAY).reference
    with the_time_is(FRIDAY - timedelta(hours=1)):
        db.transact(move.move, THERAPIST, reference=reference, start=LATER)
    assert appointment_of(reference).starts_at == LATER


def test_the_limit_is_counted_in_hours_that_pass_across_a_clock_change(house: str):
    """Monday 9:00 in Berlin after the night with 25 hours."""
    start = datetime(2027, 11, 1, 8, tzinfo=UTC)
    client = a_client()
    reference = a_confirmed(client, start).reference
    limit = datetime(2027, 10, 30, 8, tzinfo=UTC)
    with the_time_is(limit + timedelta(seconds=1)), pytest.raises(TooLate):
        db.transact(move.move, client, reference=reference, start=start + timedelta(hours=1))
    with the_time_is(limit):
        db.transact(move.move, client, reference=reference, start=start + timedelta(hours=1))


def test_a_guest_moves_the_call_until_it_begins(house: str):
    reference = a_call().reference
    with the_time_is(TOMORROW):
        db.transact(move.move, holder_of(reference), reference=reference, start=LATER)
    assert appointment_of(reference).starts_at == LATER


def test_a_guest_moves_the_call_within_a_day_that_is_full_of_guests(house: str):
    """Moving adds no guest to the day."""
    found = [a_call(start=TOMORROW + number * 60 * MINUTES).reference for number in range(3)]
    start = TOMORROW + timedelta(hours=6)
    db.transact(move.move, holder_of(found[0]), reference=found[0], start=start)
    assert appointment_of(found[0]).starts_at == start


@pytest.mark.parametrize("status", ["held", "cancelled", "declined", "completed", "no_show"])
def test_what_is_not_ahead_for_sure_is_not_moved(house: str, status: str):
    client = a_client()
    if status == "held":
        reference = a_session(client, start=FRIDAY).reference
    elif status == "declined":
        reference = a_request(client, FRIDAY).reference
        db.transact(cancel.decline, THERAPIST, reference=reference)
    else:
        reference = a_confirmed(client, FRIDAY).reference
    if status == "cancelled":
        db.transact(cancel.cancel, client, reference=reference)
    with the_time_is(FRIDAY if status in {"completed", "no_show"} else NOW):
        if status == "completed":
            db.transact(outcome.complete, THERAPIST, reference=reference)
        if status == "no_show":
            db.transact(outcome.no_show, THERAPIST, reference=reference)
        for actor in (client, THERAPIST):
            with pytest.raises(NotPossibleNow):
                db.transact(move.move, actor, reference=reference, start=LATER)


def test_a_moved_request_lapses_by_its_new_time(house: str):
    client = a_client()
    near, far = NOW + timedelta(hours=26), NOW + timedelta(days=7, hours=1)
    reference = a_request(client, far).reference
    db.transact(move.move, THERAPIST, reference=reference, start=near)
    assert row(reference).hold_expires_at == near - timedelta(hours=1)


def test_a_request_the_therapist_moves_close_does_not_lapse_at_once(house: str):
    """Notice does not bind her; what she moved must not vanish before she can approve it."""
    reference = a_request(start=FRIDAY).reference
    db.transact(move.move, THERAPIST, reference=reference, start=NOW + 40 * MINUTES)
    lapses = row(reference).hold_expires_at
    assert lapses
    assert lapses > NOW


def test_price_and_policy_do_not_move(house: str):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    change_type(PAID, price_cents=9900, free_hours=0, late_percent=100)
    db.transact(move.move, client, reference=reference, start=LATER)
    found = row(reference)
    assert (found.price_cents, found.free_hours, found.late_percent) == (8000, 48, 50)


def test_what_is_no_longer_sold_can_still_be_moved(house: str):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    change_type(PAID, archived_at=NOW)
    db.transact(move.move, client, reference=reference, start=LATER)
    assert appointment_of(reference).starts_at == LATER


def test_a_move_is_written_down_with_its_new_time(house: str):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    db.transact(move.move, client, reference=reference, start=LATER)
    event = next(one for one in events_of(reference) if one.what == "moved")
    assert (event.actor, event.starts_at, event.at) == (str(client), LATER, NOW)
    assert (event.from_status, event.to_status) == ("confirmed", "confirmed")
    (entry,) = rows_of(AuditEntry, AuditEntry.action == "moved")
    assert (entry.actor, entry.subject_id) == (str(client), str(row(reference).id))


def test_somebody_elses_booking_is_not_there(house: str):
    reference = a_confirmed(start=FRIDAY).reference
    for actor in (a_client(), VISITOR, holder_of(a_call().reference)):
        with pytest.raises(NotFound):
            db.transact(move.move, actor, reference=reference, start=LATER)


def test_a_place_in_a_group_moves_to_another_appointment_of_it(house: str):
    first, second = a_group(FRIDAY), a_group(LATER)
    client, stays = a_client(), a_client()
    reference = a_session(client, GROUP, FRIDAY, by=THERAPIST).reference
    other = a_session(stays, GROUP, FRIDAY, by=THERAPIST).reference
    db.transact(move.move, client, reference=reference, start=LATER)
    assert row(reference).appointment_id == second
    assert (row(reference).sequence, appointment_of(reference).sequence) == (1, 0)
    assert (row(other).appointment_id, row(other).sequence) == (first, 0)


@pytest.mark.parametrize("why", ["full", "none"])
def test_a_place_moves_only_where_there_is_one(house: str, why: str):
    a_group(FRIDAY)
    if why == "full":
        a_group(LATER, capacity=1)
        a_session(a_client(), GROUP, LATER, by=THERAPIST)
    client = a_client()
    reference = a_session(client, GROUP, FRIDAY, by=THERAPIST).reference
    for actor in (client, THERAPIST):
        with pytest.raises(SlotTaken):
            db.transact(move.move, actor, reference=reference, start=LATER)


def test_a_group_keeps_its_time_when_a_place_moves_away(house: str):
    first = a_group(FRIDAY)
    a_group(LATER)
    client = a_client()
    reference = a_session(client, GROUP, FRIDAY, by=THERAPIST).reference
    db.transact(move.move, client, reference=reference, start=LATER)
    (left,) = rows_of(Appointment, Appointment.id == first)
    assert left.live


def test_who_cannot_move_there_hears_of_free_times(house: str):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    a_confirmed(start=LATER)
    found = db.query(move.list_alternatives, client, reference=reference, start=LATER)
    assert found
    db.transact(move.move, client, reference=reference, start=found[0])


@pytest.mark.parametrize("slug", [CALL, ASKED])
def test_a_move_is_told_for_what_is_confirmed_and_for_what_is_asked(house: str, slug: str):
    client = a_client(discovered=slug != CALL)
    reference = a_session(client, slug, FRIDAY).reference
    db.transact(move.move, client, reference=reference, start=LATER)
    fact = Fact.MOVED if slug == CALL else Fact.REQUEST_MOVED
    effects = {one.effect for one in rows_of(OutboxRow) if one.fact == fact}
    assert {"letter_to_client", "letter_to_therapist"} <= effects


def test_nobody_moves_into_a_group_where_they_have_a_place(house: str):
    a_group(FRIDAY)
    a_group(LATER)
    client = a_client()
    reference = a_session(client, GROUP, FRIDAY, by=THERAPIST).reference
    a_session(client, GROUP, LATER, by=THERAPIST)
    with pytest.raises(AlreadyThere):
        db.transact(move.move, client, reference=reference, start=LATER)


def test_what_was_booked_keeps_its_length_and_buffers_when_it_moves(house: str):
    """The price is frozen, so the time is, too."""
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    before = appointment_of(reference)
    change_type(PAID, minutes=90, buffer_before=30, buffer_after=30)
    db.transact(move.move, client, reference=reference, start=LATER)
    after = appointment_of(reference)
    assert after.ends_at - after.starts_at == before.ends_at - before.starts_at
    assert after.starts_at - (after.during.lower or NOW) == timedelta(0)
    assert (after.during.upper or NOW) - after.ends_at == timedelta(minutes=10)
