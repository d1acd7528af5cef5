"""Cancelling and what it costs, declining, and what lapses."""

from datetime import UTC, datetime, timedelta

import pytest

from practice import db
from practice.domain.actors import VISITOR, Role
from practice.domain.booking.policy import Charge, cost_of_cancelling
from practice.domain.booking.refusals import NotPossibleNow, TooLate
from practice.domain.errors import NotFound
from practice.models import sealed
from practice.services.booking import cancel as booking_cancel
from practice.services.booking import confirm, lookup
from practice.services.booking.lookup import Choices
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
    expire_due,
    holder_of,
    row,
    the_time_is,
)

SECOND = timedelta(seconds=1)
FRIDAY = TOMORROW + timedelta(days=3)
LIMIT = FRIDAY - timedelta(hours=48)

MOMENTS = [
    (NOW, 0),
    (LIMIT - SECOND, 0),
    (LIMIT, 0),
    (LIMIT + SECOND, 4000),
    (FRIDAY - SECOND, 4000),
]


@pytest.mark.parametrize(("moment", "cost"), MOMENTS, ids=str)
def test_cancelling_costs_from_the_second_after_the_limit(house: str, moment: datetime, cost: int):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    with the_time_is(moment):
        said = db.query(lookup.find_choices, client, reference=reference)
        found = db.transact(booking_cancel.cancel, client, reference=reference)
    assert (found.cost_cents, found.currency) == (cost, "EUR")
    assert said.cancelling_costs_cents == cost


@pytest.mark.parametrize(
    ("start", "limit"),
    [
        (datetime(2027, 11, 1, 8, tzinfo=UTC), datetime(2027, 10, 30, 8, tzinfo=UTC)),
        (datetime(2027, 3, 29, 7, tzinfo=UTC), datetime(2027, 3, 27, 7, tzinfo=UTC)),
    ],
    ids=["autumn", "spring"],
)
def test_hours_are_hours_across_a_clock_change(house: str, start: datetime, limit: datetime):
    client = a_client()
    reference = a_confirmed(client, start).reference
    for moment, cost in ((limit, 0), (limit + SECOND, 4000)):
        with the_time_is(moment):
            found = db.query(lookup.find_choices, client, reference=reference)
            assert (found.cancelling_costs_cents, found.free_until) == (cost, limit)


CHARGES = [
    (Charge(8000, "EUR", 24, 50), 4000),
    (Charge(8001, "EUR", 24, 50), 4000),
    (Charge(8000, "EUR", 24, 0), 0),
    (Charge(8000, "EUR", 24, 100), 8000),
    (Charge(0, "EUR", 24, 100), 0),
]


@pytest.mark.parametrize(("charge", "cost"), CHARGES, ids=str)
def test_the_cost_is_a_share_and_half_a_cent_is_the_clients(charge: Charge, cost: int):
    now = FRIDAY - timedelta(hours=1)
    assert cost_of_cancelling(charge, start=FRIDAY, now=now, by=Role.CLIENT) == cost
    assert cost_of_cancelling(charge, start=FRIDAY, now=now, by=Role.PUBLIC) == cost
    assert cost_of_cancelling(charge, start=FRIDAY, now=now, by=Role.THERAPIST) == 0


def test_the_cost_is_by_the_policy_that_was_booked(house: str):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    change_type(PAID, free_hours=0, late_percent=0, price_cents=100)
    with the_time_is(FRIDAY - SECOND):
        assert db.transact(booking_cancel.cancel, client, reference=reference).cost_cents == 4000


@pytest.mark.parametrize("moment", [NOW, FRIDAY - SECOND, FRIDAY + timedelta(hours=3)], ids=str)
def test_what_the_therapist_cancels_costs_nothing_whenever(house: str, moment: datetime):
    reference = a_confirmed(start=FRIDAY).reference
    with the_time_is(moment):
        assert db.transact(booking_cancel.cancel, THERAPIST, reference=reference).cost_cents == 0
    assert row(reference).status == "cancelled"


@pytest.mark.parametrize("moment", [FRIDAY, FRIDAY + SECOND, FRIDAY + timedelta(days=3)], ids=str)
def test_a_client_does_not_cancel_what_has_begun(house: str, moment: datetime):
    client = a_client()
    reference = a_confirmed(client, FRIDAY).reference
    for actor in (client, holder_of(reference)):
        with the_time_is(moment), pytest.raises(TooLate):
            db.transact(booking_cancel.cancel, actor, reference=reference)
    assert row(reference).status == "confirmed"


@pytest.mark.parametrize("slug", [PAID, ASKED])
def test_what_was_never_certain_costs_nothing(house: str, slug: str):
    client = a_client()
    reference = a_session(client, slug).reference
    assert db.transact(booking_cancel.cancel, client, reference=reference).cost_cents == 0


def test_a_cancelled_time_is_free_again(house: str):
    client = a_client()
    reference = a_confirmed(client).reference
    db.transact(booking_cancel.cancel, client, reference=reference)
    assert not appointment_of(reference).live
    assert a_confirmed().starts_at == TOMORROW


def test_a_cancellation_outranks_the_invitation(house: str):
    client = a_client()
    reference = a_confirmed(client).reference
    before = row(reference).sequence
    db.transact(booking_cancel.cancel, client, reference=reference)
    assert row(reference).sequence > before


def test_a_reason_is_kept_sealed(house: str):
    client = a_client()
    reference = a_confirmed(client).reference
    db.transact(booking_cancel.cancel, client, reference=reference, why="I have a fever")
    event = next(one for one in events_of(reference) if one.to_status == "cancelled")
    assert sealed.read(event, "why") == "I have a fever"
    assert b"fever" not in (event.why or b"")


def test_cancelling_twice_is_said_to_be_done(house: str):
    client = a_client()
    reference = a_confirmed(client).reference
    db.transact(booking_cancel.cancel, client, reference=reference)
    with pytest.raises(NotPossibleNow):
        db.transact(booking_cancel.cancel, client, reference=reference)


def test_somebody_elses_booking_is_not_there(house: str):
    reference = a_confirmed(start=FRIDAY).reference
    strangers = (a_client(), VISITOR, holder_of(a_call().reference))
    for stranger in strangers:
        for service in (booking_cancel.cancel, booking_cancel.decline, confirm.approve):
            with pytest.raises(NotFound):
                db.transact(service, stranger, reference=reference)
        with pytest.raises(NotFound):
            db.query(lookup.find_choices, stranger, reference=reference)


def test_a_place_in_a_group_is_cancelled_alone(house: str):
    a_group(FRIDAY)
    client = a_client()
    reference = a_session(client, GROUP, FRIDAY, by=THERAPIST).reference
    other = a_session(a_client(), GROUP, FRIDAY, by=THERAPIST).reference
    db.transact(booking_cancel.cancel, client, reference=reference)
    assert (row(reference).status, row(other).status) == ("cancelled", "confirmed")
    assert appointment_of(reference).live


def choices(reference: str, role: str) -> Choices:
    actor = THERAPIST if role == "therapist" else holder_of(reference)
    return db.query(lookup.find_choices, actor, reference=reference)


CHOICES: list[tuple[str, timedelta, str, bool, bool]] = [
    ("client", timedelta(hours=-49), "confirmed", True, True),
    ("client", timedelta(hours=-48), "confirmed", True, True),
    ("client", timedelta(hours=-47), "confirmed", False, True),
    ("client", timedelta(0), "confirmed", False, False),
    ("therapist", timedelta(hours=-47), "confirmed", True, True),
    ("therapist", timedelta(hours=5), "confirmed", True, True),
    ("client", timedelta(hours=-47), "held", False, True),
    ("therapist", timedelta(hours=-47), "held", False, True),
    ("client", timedelta(hours=-49), "requested", True, True),
    ("client", timedelta(hours=-49), "cancelled", False, False),
    ("therapist", timedelta(hours=-49), "cancelled", False, False),
]


@pytest.mark.parametrize(("role", "ahead", "status", "move", "cancel"), CHOICES, ids=str)
def test_what_can_be_done_is_said_before_anybody_acts(
    house: str, role: str, ahead: timedelta, status: str, move: bool, cancel: bool
):
    client = a_client()
    if status == "held":
        reference = a_session(client, start=FRIDAY).reference
    elif status == "requested":
        reference = a_request(client, FRIDAY).reference
    else:
        reference = a_confirmed(client, FRIDAY).reference
    if status == "cancelled":
        db.transact(booking_cancel.cancel, client, reference=reference)
    with the_time_is(FRIDAY + ahead):
        found = choices(reference, role)
    assert (found.status, found.may_move, found.may_cancel) == (status, move, cancel)


# What lapses.


def test_a_hold_lapses_with_its_last_second(house: str):
    reference = a_session(a_client()).reference
    until = row(reference).hold_expires_at
    assert until
    with the_time_is(until - SECOND):
        assert expire_due() == []
    with the_time_is(until):
        assert expire_due() == [reference]
    found = row(reference)
    assert (found.status, found.hold_expires_at) == ("expired", None)
    assert not appointment_of(reference).live


def test_lapsing_twice_changes_nothing_more(house: str):
    reference = a_session(a_client()).reference
    with the_time_is(NOW + timedelta(hours=1)):
        expire_due()
        assert expire_due() == []
    assert [one.to_status for one in events_of(reference)].count("expired") == 1


def test_everything_that_is_due_lapses_and_nothing_else(house: str):
    held = a_session(a_client()).reference
    asked = a_request(start=FRIDAY).reference
    sure = a_confirmed(start=FRIDAY + timedelta(hours=3)).reference
    with the_time_is(NOW + timedelta(hours=1)):
        assert expire_due() == [held]
    with the_time_is(NOW + timedelta(hours=48)):
        assert expire_due() == [asked]
    assert row(sure).status == "confirmed"


def test_a_place_in_a_group_lapses_and_the_group_stays(house: str):
    a_group(FRIDAY)
    reference = a_session(a_client(), GROUP, FRIDAY).reference
    with the_time_is(NOW + timedelta(hours=1)):
        expire_due()
    assert appointment_of(reference).live


def test_an_approved_request_that_nobody_paid_lapses(house: str):
    reference = a_request(start=FRIDAY).reference
    db.transact(confirm.approve, THERAPIST, reference=reference)
    with the_time_is(NOW + timedelta(hours=24)):
        assert expire_due() == [reference]


def test_a_declined_request_gives_its_time_back(house: str):
    reference = a_request().reference
    db.transact(booking_cancel.decline, THERAPIST, reference=reference, why="I am away")
    assert (row(reference).status, row(reference).hold_expires_at) == ("declined", None)
    assert a_confirmed().starts_at == TOMORROW


def test_a_cancelled_call_leads_back_to_the_beginning(house: str):
    client = a_client(discovered=False)
    reference = a_session(client, CALL).reference
    db.transact(booking_cancel.cancel, client, reference=reference)
    assert a_session(client, CALL, FRIDAY).status == "confirmed"


def test_a_block_cancels_nothing(house: str):
    reference = a_confirmed(start=FRIDAY).reference
    db.transact(blocks.block, THERAPIST, starts_at=FRIDAY, ends_at=FRIDAY + timedelta(hours=1))
    assert row(reference).status == "confirmed"
