"""Every change of the table by every hand, and what makes a booking certain."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest

from practice import db
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.booking.refusals import NotPossibleNow, SlotTaken
from practice.domain.booking.status import Status, may_become
from practice.domain.clients.stages import Outcome
from practice.domain.errors import Refusal
from practice.models.booking import Booking
from practice.models.clients import Client
from practice.models.security import AuditEntry
from practice.services.booking import cancel, confirm, move, outcome
from practice.services.calendar import blocks, groups
from practice.services.clients import gate
from tests.builders import (
    ASKED,
    CALL,
    GROUP,
    NOW,
    THERAPIST,
    TOMORROW,
    a_call,
    a_client,
    a_confirmed,
    a_group,
    a_request,
    a_session,
    appointment_of,
    change_row,
    change_type,
    client_row,
    events_of,
    expire_due,
    holder_of,
    row,
    rows_of,
    the_time_is,
)

PERSONS = {Role.PUBLIC, Role.CLIENT, Role.THERAPIST}
SHE = {Role.THERAPIST}
MACHINE = {Role.SYSTEM}
# As product.md says it, with the hands it names.
ALLOWED: dict[tuple[str, str], set[Role]] = {
    ("requested", "held"): SHE,
    ("requested", "confirmed"): SHE,
    ("requested", "declined"): SHE,
    ("requested", "cancelled"): PERSONS,
    ("requested", "expired"): MACHINE,
    ("held", "confirmed"): MACHINE,
    ("held", "expired"): MACHINE,
    ("held", "cancelled"): PERSONS,
    ("expired", "confirmed"): MACHINE,
    ("confirmed", "completed"): SHE,
    ("confirmed", "no_show"): SHE,
    ("confirmed", "cancelled"): PERSONS,
    ("completed", "no_show"): SHE,
    ("no_show", "completed"): SHE,
}


@pytest.mark.parametrize(("before", "after", "role"), list(product(Status, Status, Role)), ids=str)
def test_the_table_of_changes_is_the_one_we_promised(before: Status, after: Status, role: Role):
    assert may_become(before, after, role) == (role in ALLOWED.get((before, after), set()))


HOLD_OVER = NOW + timedelta(hours=1)


def _at(moment: datetime, work: Callable[..., object], actor: Actor, **more: object) -> None:
    with the_time_is(moment):
        db.transact(work, actor, **more)


def a_booking_in(status: Status) -> tuple[Actor, str]:
    client = a_client()
    if status is Status.HELD:
        return client, a_session(client).reference
    if status is Status.REQUESTED:
        return client, a_request(client).reference
    if status is Status.EXPIRED:
        reference = a_session(client).reference
        with the_time_is(HOLD_OVER):
            expire_due()
        return client, reference
    if status is Status.DECLINED:
        reference = a_request(client).reference
        db.transact(cancel.decline, THERAPIST, reference=reference)
        return client, reference
    reference = a_confirmed(client).reference
    if status is Status.COMPLETED:
        _at(TOMORROW, outcome.complete, THERAPIST, reference=reference)
    if status is Status.NO_SHOW:
        _at(TOMORROW, outcome.no_show, THERAPIST, reference=reference)
    if status is Status.CANCELLED:
        db.transact(cancel.cancel, client, reference=reference)
    return client, reference


# Each service that leads somewhere, and when it is called.
SERVICES: dict[str, tuple[Callable[..., object], datetime]] = {
    "held": (confirm.approve, NOW),
    "confirmed": (confirm.confirm, NOW),
    "declined": (cancel.decline, NOW),
    "cancelled": (cancel.cancel, NOW),
    "completed": (outcome.complete, TOMORROW),
    "no_show": (outcome.no_show, TOMORROW),
}


@pytest.mark.parametrize(("before", "after"), list(product(Status, SERVICES)), ids=str)
def test_a_service_leads_on_by_the_right_hand_only(house: str, before: Status, after: str):
    client, reference = a_booking_in(before)
    service, moment = SERVICES[after]
    hands = {
        Role.PUBLIC: holder_of(reference),
        Role.CLIENT: client,
        Role.SYSTEM: SYSTEM,
        Role.THERAPIST: THERAPIST,
    }
    may = ALLOWED.get((before, after), set())
    for role in set(hands) - may:
        with pytest.raises(NotPossibleNow):
            _at(moment, service, hands[role], reference=reference)
        assert row(reference).status == before
    if may:
        role = min(may)
        _at(moment, service, hands[role], reference=reference)
        assert row(reference).status == after
        assert (before, after) in {(e.from_status, e.to_status) for e in events_of(reference)}


@pytest.mark.parametrize("before", sorted(set(Status) - {Status.HELD, Status.REQUESTED}))
def test_nothing_else_lapses_and_nothing_is_completed_by_itself(house: str, before: Status):
    _, reference = a_booking_in(before)
    with the_time_is(NOW + timedelta(days=300)):
        expire_due()
    assert row(reference).status == before


@pytest.mark.parametrize("role", ["client", "therapist"])
def test_only_the_machine_lets_lapse(house: str, role: str):
    client, reference = a_booking_in(Status.HELD)
    actor = client if role == "client" else THERAPIST
    with pytest.raises(NotPossibleNow), the_time_is(HOLD_OVER):
        expire_due(actor)
    assert row(reference).status == "held"


CHANGES: list[tuple[Status, str, Role]] = [
    (Status.REQUESTED, "held", Role.THERAPIST),
    (Status.REQUESTED, "declined", Role.THERAPIST),
    (Status.HELD, "confirmed", Role.SYSTEM),
    (Status.EXPIRED, "confirmed", Role.SYSTEM),
    (Status.CONFIRMED, "cancelled", Role.CLIENT),
    (Status.CONFIRMED, "completed", Role.THERAPIST),
    (Status.CONFIRMED, "no_show", Role.THERAPIST),
]


@pytest.mark.parametrize(("before", "after", "role"), CHANGES, ids=str)
def test_every_change_is_written_down_twice(house: str, before: Status, after: str, role: Role):
    client, reference = a_booking_in(before)
    hand = {Role.CLIENT: client, Role.THERAPIST: THERAPIST, Role.SYSTEM: SYSTEM}[role]
    known = {one.id for one in events_of(reference)}
    service, moment = SERVICES[after]
    _at(moment, service, hand, reference=reference)
    (event,) = [one for one in events_of(reference) if one.id not in known]
    assert (event.from_status, event.to_status) == (before, after)
    assert (event.actor, event.at) == (str(hand), moment)
    (entry,) = rows_of(AuditEntry, AuditEntry.action == after, AuditEntry.actor == str(hand))[-1:]
    assert entry.subject_id == str(row(reference).id)
    assert entry.details == {"before": before, "after": after}


def test_a_paid_request_that_is_approved_waits_for_its_payment(house: str):
    reference = a_request().reference
    assert db.transact(confirm.approve, THERAPIST, reference=reference) is Status.HELD
    assert row(reference).hold_expires_at == NOW + timedelta(hours=24)


def test_a_free_request_that_is_approved_is_confirmed(house: str):
    change_type(ASKED, price_cents=0)
    reference = a_request().reference
    assert db.transact(confirm.approve, THERAPIST, reference=reference) is Status.CONFIRMED
    assert row(reference).hold_expires_at is None


@pytest.mark.parametrize(("asked", "until"), [(30, 180), (170, 204)])
def test_an_approved_request_can_be_paid_until_it_begins_and_as_long_as_a_checkout_lives(
    house: str, asked: int, until: int
):
    change_type(ASKED, notice_minutes=0)
    reference = a_request(start=NOW + timedelta(hours=3)).reference
    _at(NOW + timedelta(minutes=asked), confirm.approve, THERAPIST, reference=reference)
    assert row(reference).hold_expires_at == NOW + timedelta(minutes=until)


def test_a_payment_within_the_hold_confirms(house: str):
    reference = a_session(a_client()).reference
    assert db.transact(confirm.confirm, SYSTEM, reference=reference) is Status.CONFIRMED


def test_a_payment_said_twice_is_applied_once(house: str):
    reference = a_session(a_client()).reference
    db.transact(confirm.confirm, SYSTEM, reference=reference)
    with pytest.raises(NotPossibleNow):
        db.transact(confirm.confirm, SYSTEM, reference=reference)
    assert [one.to_status for one in events_of(reference)].count("confirmed") == 1


def test_a_late_payment_takes_the_time_back_while_it_is_free(house: str):
    _, reference = a_booking_in(Status.EXPIRED)
    assert not appointment_of(reference).live
    _at(HOLD_OVER, confirm.confirm, SYSTEM, reference=reference)
    assert appointment_of(reference).live


@pytest.mark.parametrize("minutes", [0, 30, -30, 50])
def test_a_late_payment_never_takes_a_time_that_is_somebody_elses(house: str, minutes: int):
    _, reference = a_booking_in(Status.EXPIRED)
    a_confirmed(start=TOMORROW + timedelta(minutes=minutes))
    with pytest.raises(SlotTaken):
        _at(HOLD_OVER, confirm.confirm, SYSTEM, reference=reference)
    assert row(reference).status == "expired"


def test_a_late_payment_for_a_time_that_was_blocked_since_goes_back(house: str):
    _, reference = a_booking_in(Status.EXPIRED)
    end = TOMORROW + timedelta(hours=1)
    db.transact(blocks.block, THERAPIST, starts_at=TOMORROW, ends_at=end)
    with pytest.raises(Refusal):
        _at(HOLD_OVER, confirm.confirm, SYSTEM, reference=reference)


def test_a_late_payment_buys_no_time_that_has_passed(house: str):
    """A session that is over is not free, and a letter must not confirm it."""
    _, reference = a_booking_in(Status.EXPIRED)
    with pytest.raises(SlotTaken):
        _at(TOMORROW + timedelta(days=1), confirm.confirm, SYSTEM, reference=reference)


def test_a_late_payment_after_the_gate_was_closed_again_is_refused_in_words(house: str):
    """Nothing is booked past the gate, by whatever road; and a webhook must get an answer."""
    booked = a_call(start=TOMORROW)
    client_id = row(booked.reference).client_id
    with the_time_is(TOMORROW):
        db.transact(outcome.complete, THERAPIST, reference=booked.reference, outcome=Outcome.GO_ON)
    change_row(Client, Client.id == client_id, provisional=False)
    client = Actor(Role.CLIENT, client_row(client_id).account_id, client_id)
    with the_time_is(TOMORROW):
        later = TOMORROW + timedelta(days=2)
        held = a_session(client, start=later).reference
    with the_time_is(TOMORROW + timedelta(hours=1)):
        expire_due()
        db.transact(outcome.no_show, THERAPIST, reference=booked.reference)
        with pytest.raises(Refusal):
            db.transact(confirm.confirm, SYSTEM, reference=held)
    assert row(held).status == "expired"


def test_a_late_payment_finds_no_place_in_a_group_that_is_full(house: str):
    a_group(capacity=1)
    reference = a_session(a_client(), GROUP).reference
    with the_time_is(HOLD_OVER):
        expire_due()
    a_session(a_client(), GROUP, by=THERAPIST)
    with pytest.raises(SlotTaken):
        _at(HOLD_OVER, confirm.confirm, SYSTEM, reference=reference)


def test_a_late_payment_buys_no_second_place_for_the_same_person(house: str):
    a_group()
    client = a_client()
    reference = a_session(client, GROUP).reference
    with the_time_is(HOLD_OVER):
        expire_due()
    a_session(client, GROUP, by=THERAPIST)
    with pytest.raises(Refusal):
        _at(HOLD_OVER, confirm.confirm, SYSTEM, reference=reference)
    assert row(reference).status == "expired"


def test_a_late_payment_finds_no_group_that_was_called_off(house: str):
    group = a_group()
    reference = a_session(a_client(), GROUP).reference
    with the_time_is(HOLD_OVER):
        expire_due()
    db.transact(groups.cancel_group, THERAPIST, appointment_id=group)
    with pytest.raises(SlotTaken):
        _at(HOLD_OVER, confirm.confirm, SYSTEM, reference=reference)


def test_a_late_payment_finds_its_place_in_a_group_again(house: str):
    a_group()
    reference = a_session(a_client(), GROUP).reference
    with the_time_is(HOLD_OVER):
        expire_due()
    _at(HOLD_OVER, confirm.confirm, SYSTEM, reference=reference)
    assert row(reference).status == "confirmed"


def test_a_payment_that_comes_before_the_sweeper_finds_its_time(house: str):
    reference = a_session(a_client()).reference
    _at(NOW + timedelta(hours=2), confirm.confirm, SYSTEM, reference=reference)
    assert row(reference).status == "confirmed"


def test_a_moved_request_that_is_approved_has_its_new_time(house: str):
    client = a_client()
    reference = a_request(client, NOW + timedelta(days=4, hours=1)).reference
    later = NOW + timedelta(days=4, hours=4)
    db.transact(move.move, client, reference=reference, start=later)
    db.transact(confirm.approve, THERAPIST, reference=reference)
    assert appointment_of(reference).starts_at == later


def test_the_gate_stays_shut_whatever_is_approved(house: str):
    """By whatever road: a request of somebody whose gate closed is never confirmed."""
    client = a_client()
    assert client.client_id
    a_request(client)
    with pytest.raises(Exception, match="sessions stand on the discovery call"):
        change_row(
            Client,
            Client.id == client.client_id,
            discovery_completed_at=None,
            discovery_source=None,
            discovery_reason=None,
        )


def test_a_call_of_a_therapist_who_confirms_herself_is_requested_first(house: str):
    change_type(CALL, confirmation="therapist")
    reference = a_call().reference
    assert row(reference).status == "requested"
    assert db.transact(confirm.approve, THERAPIST, reference=reference) is Status.CONFIRMED


def test_what_the_therapist_books_herself_is_confirmed_and_still_has_its_price(house: str):
    found = row(a_confirmed().reference)
    assert (found.status, found.price_cents) == ("confirmed", 8000)


def test_statuses_of_one_appointment_decide_whether_its_time_is_taken(house: str):
    for status in Status:
        _, reference = a_booking_in(status)
        wanted = status in {"held", "requested", "confirmed", "completed", "no_show"}
        assert appointment_of(reference).live == wanted
        change_row(
            Booking, Booking.reference == reference, status="cancelled", hold_expires_at=None
        )


def test_marking_somebody_known_completes_no_booking(house: str):
    client = a_client(discovered=False)
    assert client.client_id
    reference = a_session(client, CALL).reference
    db.transact(gate.mark_known, THERAPIST, client_id=client.client_id, reason="Known")
    assert row(reference).status == "confirmed"
