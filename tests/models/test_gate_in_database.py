"""DB5: what the database refuses by itself, to SQL that was written by hand."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
import time_machine
from psycopg import IsolationLevel
from psycopg import errors as pg
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from practice import db
from practice.clock import new_id
from practice.domain.actors import SYSTEM, VISITOR, Actor, Role
from practice.domain.booking.status import Status
from practice.domain.clients.stages import Outcome
from practice.models.accounts import Account
from practice.services.booking import book, cancel, outcome
from practice.services.calendar import groups
from tests import builders
from tests.builders import BY_SYSTEM, CALL, GROUP, NOW, PAID, THERAPIST, TOMORROW

Hand = psycopg.Connection
LATER = TOMORROW + timedelta(days=1)
LENGTH = timedelta(minutes=50)
MICROSECOND = timedelta(microseconds=1)
LIVE = ("held", "requested", "confirmed", "completed", "no_show")


@pytest.fixture
def by_hand(house: str) -> Iterator[Hand]:
    with psycopg.connect(house, autocommit=True, options=BY_SYSTEM) as connection:
        yield connection


def one(hand: Hand, words: str, *values: Any) -> Any:
    found = hand.execute(words.encode(), values).fetchone()
    assert found
    return found[0]


def rule_against(hand: Hand, words: str, *values: Any) -> str | None:
    """The name of the constraint that refuses this statement."""
    with pytest.raises(pg.IntegrityError) as refused, hand.transaction():
        hand.execute(words.encode(), values)
    return refused.value.diag.constraint_name


def write_appointment(
    hand: Hand, start: datetime = LATER, slug: str = PAID, **different: Any
) -> UUID:
    said = {"start": start, "end": start + LENGTH, "slug": slug, "capacity": 1, "group": None}
    said |= {"during": f"[{start.isoformat()},{(start + LENGTH).isoformat()})"}
    row = hand.execute(
        """
        INSERT INTO appointments (session_type_id, starts_at, ends_at, during, live, capacity,
                                  group_status, sequence, created_at)
        SELECT id, %(start)s, %(end)s, %(during)s::tstzrange, false, %(capacity)s, %(group)s, 0,
               now()
        FROM session_types WHERE slug = %(slug)s RETURNING id
        """,
        {**said, **different},
    ).fetchone()
    assert row
    return row[0]


def write_booking(
    hand: Hand, appointment: UUID, client: Actor, status: str = "confirmed", **different: Any
) -> UUID:
    until = LATER if status in {"held", "requested"} else None
    said = {"reference": new_id().hex, "until": until, "price": 0}
    row = hand.execute(
        """
        INSERT INTO bookings (appointment_id, session_type_id, client_id, reference, status, place,
                              discovery, price_cents, currency, free_hours, late_percent,
                              hold_expires_at, sequence, link_version, zone, language, created_at)
        SELECT id, session_type_id, %(client)s, %(reference)s, %(status)s, 'video', false,
               %(price)s, 'EUR', 0, 0, %(until)s, 0, 1, 'Europe/Berlin', 'en', now()
        FROM appointments WHERE id = %(appointment)s RETURNING id
        """,
        {
            **said,
            "client": client.client_id,
            "status": status,
            "appointment": appointment,
            **different,
        },
    ).fetchone()
    assert row
    return row[0]


def write_both(hand: Hand, client: Actor, start: datetime, slug: str = PAID, **more: Any) -> UUID:
    status = more.pop("status", "confirmed")
    with hand.transaction():
        return write_booking(hand, write_appointment(hand, start, slug, **more), client, status)


def refusal_of(work: Callable[..., Any], *given: Any, **more: Any) -> str | None:
    with pytest.raises(pg.IntegrityError) as refused:
        work(*given, **more)
    return refused.value.diag.constraint_name


def a_group(capacity: int = 1, start: datetime = LATER) -> UUID:
    return db.transact(
        groups.open_group, THERAPIST, slug=GROUP, start=start, capacity=capacity, despite_block=True
    )


def is_live(hand: Hand, appointment: UUID) -> bool:
    return one(hand, "SELECT live FROM appointments WHERE id = %s", appointment)


def live_bookings_in(hand: Hand, appointment: UUID) -> int:
    words = "SELECT count(*) FROM bookings WHERE appointment_id = %s AND takes_time(status)"
    return one(hand, words, appointment)


# No double booking.


@pytest.mark.parametrize(
    "offset",
    [
        timedelta(0),
        timedelta(minutes=10),
        timedelta(minutes=-10),
        timedelta(minutes=60) - MICROSECOND,
        -LENGTH + MICROSECOND,
    ],
)
def test_an_overlapping_insert_is_refused_buffers_and_all(by_hand: Hand, offset: timedelta):
    client = builders.a_client()
    builders.a_session(client)
    with pytest.raises(pg.ExclusionViolation) as refused:
        write_both(by_hand, client, TOMORROW + offset)
    assert refused.value.diag.constraint_name == "no_overlap"


@pytest.mark.parametrize("offset", [timedelta(minutes=60), -LENGTH])
def test_touching_is_allowed(by_hand: Hand, offset: timedelta):
    client = builders.a_client()
    builders.a_session(client)
    assert write_both(by_hand, client, TOMORROW + offset)


@pytest.mark.parametrize("status", LIVE)
def test_a_booking_that_ended_cannot_be_made_live_over_another(by_hand: Hand, status: str):
    first = builders.a_session(builders.a_client())
    db.transact(cancel.cancel, THERAPIST, reference=first.reference)
    builders.a_session(builders.a_client())
    until = LATER if status in {"held", "requested"} else None
    words = "UPDATE bookings SET status = %s, hold_expires_at = %s WHERE reference = %s"
    assert rule_against(by_hand, words, status, until, first.reference) == "no_overlap"


def test_a_booking_that_ended_takes_its_time_again_if_that_is_free(by_hand: Hand):
    booked = builders.a_session(builders.a_client())
    db.transact(cancel.cancel, THERAPIST, reference=booked.reference)
    by_hand.execute(
        "UPDATE bookings SET status = 'confirmed' WHERE reference = %s", [booked.reference]
    )
    assert builders.appointment_of(booked.reference).live


def test_a_time_cannot_be_shifted_onto_another(by_hand: Hand):
    builders.a_session(builders.a_client())
    other = builders.a_session(builders.a_client(), start=LATER)
    words = """UPDATE appointments SET starts_at = %s, ends_at = %s, during = tstzrange(%s, %s)
               WHERE id = %s"""
    times = (TOMORROW, TOMORROW + LENGTH)
    appointment = builders.appointment_of(other.reference).id
    assert rule_against(by_hand, words, *times, *times, appointment) == "no_overlap"


def test_a_cancelled_group_cannot_be_opened_over_another(by_hand: Hand):
    group = a_group()
    db.transact(groups.cancel_group, THERAPIST, appointment_id=group)
    builders.a_session(builders.a_client(), start=LATER)
    words = "UPDATE appointments SET group_status = 'open' WHERE id = %s"
    assert rule_against(by_hand, words, group) == "no_overlap"


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_live_written_by_hand_changes_nothing(by_hand: Hand, is_cancelled: bool):
    booked = builders.a_session(builders.a_client())
    if is_cancelled:
        db.transact(cancel.cancel, THERAPIST, reference=booked.reference)
    appointment = builders.appointment_of(booked.reference).id
    by_hand.execute("UPDATE appointments SET live = %s WHERE id = %s", [is_cancelled, appointment])
    assert is_live(by_hand, appointment) is not is_cancelled


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_live_of_a_group_written_by_hand_changes_nothing(by_hand: Hand, is_cancelled: bool):
    group = a_group()
    if is_cancelled:
        db.transact(groups.cancel_group, THERAPIST, appointment_id=group)
    by_hand.execute("UPDATE appointments SET live = %s WHERE id = %s", [is_cancelled, group])
    assert is_live(by_hand, group) is not is_cancelled


def test_live_written_with_the_insert_changes_nothing(by_hand: Hand):
    booking = write_both(by_hand, builders.a_client(), LATER)
    words = "SELECT live FROM appointments JOIN bookings b ON b.appointment_id = appointments.id "
    assert one(by_hand, words + "WHERE b.id = %s", booking)


def test_who_deletes_a_booking_gives_its_time_back(by_hand: Hand):
    booking = write_both(by_hand, builders.a_client(), LATER)
    appointment = one(by_hand, "SELECT appointment_id FROM bookings WHERE id = %s", booking)
    by_hand.execute("DELETE FROM bookings WHERE id = %s", [booking])
    assert not is_live(by_hand, appointment)


@pytest.mark.parametrize(
    "during",
    [
        "empty",
        "[{0},{1}]",
        "({0},{1})",
        "[,{1})",
        "[{0},)",
        "(,)",
        "[{0},infinity)",
        "[-infinity,{1})",
    ],
)
def test_a_range_that_would_slip_past_or_never_end_is_refused(by_hand: Hand, during: str):
    said = during.format(LATER.isoformat(), (LATER + LENGTH).isoformat())
    client = builders.a_client()
    assert refusal_of(write_both, by_hand, client, LATER, during=said) == (
        "ck_appointments_half_open"
    )


@pytest.mark.parametrize("edge", [("start", -MICROSECOND), ("end", MICROSECOND)])
def test_a_session_outside_the_time_it_takes_is_refused(by_hand: Hand, edge: tuple[str, timedelta]):
    name, beyond = edge
    times = {"start": LATER, "end": LATER + LENGTH}
    during = f"[{times['start'].isoformat()},{times['end'].isoformat()})"
    times[name] += beyond

    def write() -> None:
        with by_hand.transaction():
            write_appointment(by_hand, end=times["end"], start=times["start"], during=during)

    assert refusal_of(write) == "ck_appointments_buffers_around"


def test_a_one_to_one_appointment_without_a_booking_is_refused_at_commit(by_hand: Hand):
    def write() -> None:
        with by_hand.transaction():
            write_appointment(by_hand)

    assert refusal_of(write) == "booking_makes_it"
    assert one(by_hand, "SELECT count(*) FROM appointments") == 0


# The gate.


def test_a_session_for_a_client_without_the_call_is_refused(by_hand: Hand):
    newcomer = builders.a_client(discovered=False)
    assert refusal_of(write_both, by_hand, newcomer, LATER) == "discovery_first"


@pytest.mark.parametrize("status", LIVE)
def test_no_live_status_passes_the_gate(by_hand: Hand, status: str):
    newcomer = builders.a_client(discovered=False)
    assert refusal_of(write_both, by_hand, newcomer, LATER, status=status) == "discovery_first"


def test_calling_a_session_a_call_does_not_help(by_hand: Hand):
    newcomer = builders.a_client(discovered=False)
    with by_hand.transaction():
        appointment = write_appointment(by_hand)
        booking = write_booking(by_hand, appointment, newcomer, "cancelled")
    words = "UPDATE bookings SET discovery = true, status = 'confirmed' WHERE id = %s"
    assert rule_against(by_hand, words, booking) == "discovery_first"


def test_a_session_cannot_be_handed_to_a_client_without_the_call(by_hand: Hand):
    booked = builders.a_session(builders.a_client())
    newcomer = builders.a_client(discovered=False)
    words = "UPDATE bookings SET client_id = %s WHERE reference = %s"
    assert rule_against(by_hand, words, newcomer.client_id, booked.reference) == "discovery_first"


def test_a_session_cannot_come_back_once_the_gate_is_closed_again(by_hand: Hand):
    client = builders.a_client()
    booked = builders.a_session(client)
    db.transact(cancel.cancel, THERAPIST, reference=booked.reference)
    close_gate(by_hand, client)
    words = "UPDATE bookings SET status = 'confirmed' WHERE reference = %s"
    assert rule_against(by_hand, words, booked.reference) == "discovery_first"


def test_a_call_cannot_become_a_session(by_hand: Hand):
    booked = builders.a_call()
    words = """
        WITH paid AS (SELECT id FROM session_types WHERE slug = 'individual'),
        place AS (UPDATE appointments SET session_type_id = (SELECT id FROM paid)
                  WHERE id = %s RETURNING id)
        UPDATE bookings SET session_type_id = (SELECT id FROM paid) WHERE reference = %s
    """
    appointment = builders.appointment_of(booked.reference).id
    assert rule_against(by_hand, words, appointment, booked.reference) == "discovery_first"


def test_a_session_cannot_be_put_into_the_appointment_of_a_call(by_hand: Hand):
    client = builders.a_client()
    booked = builders.a_session(client)
    call = builders.appointment_of(builders.a_call(start=LATER).reference).id
    words = "UPDATE bookings SET appointment_id = %s WHERE reference = %s"
    assert rule_against(by_hand, words, call, booked.reference) in {
        "fk_bookings_appointment_of_its_type",
        "places",
    }


def test_a_call_that_costs_something_is_refused(by_hand: Hand):
    booked = builders.a_call()
    words = "UPDATE bookings SET price_cents = 1 WHERE reference = %s"
    assert rule_against(by_hand, words, booked.reference) == "ck_bookings_call_is_free"


def test_a_type_that_is_the_call_cannot_cost_anything(by_hand: Hand):
    words = "UPDATE session_types SET price_cents = 1 WHERE slug = %s"
    assert rule_against(by_hand, words, CALL) == "ck_session_types_call_is_free"


@pytest.mark.parametrize("status", ["held", "requested", "confirmed"])
def test_a_second_open_call_is_refused(by_hand: Hand, status: str):
    newcomer = builders.a_client(discovered=False)
    builders.a_session(newcomer, CALL)
    second = (newcomer, LATER, CALL)
    assert refusal_of(write_both, by_hand, *second, status=status) == "one_open_call"


def test_a_second_open_call_cannot_be_handed_over(by_hand: Hand):
    newcomer = builders.a_client(discovered=False)
    builders.a_session(newcomer, CALL)
    other = builders.a_call(start=LATER)
    words = "UPDATE bookings SET client_id = %s WHERE reference = %s"
    assert rule_against(by_hand, words, newcomer.client_id, other.reference) == "one_open_call"


@pytest.mark.parametrize("status", ["held", "requested"])
def test_what_waits_for_somebody_says_until_when(by_hand: Hand, status: str):
    booked = builders.a_session(builders.a_client())
    words = "UPDATE bookings SET status = %s, hold_expires_at = NULL WHERE reference = %s"
    assert rule_against(by_hand, words, status, booked.reference) == "ck_bookings_lapses"


def close_gate(hand: Hand, client: Actor) -> None:
    hand.execute(
        """UPDATE clients SET discovery_completed_at = NULL, discovery_source = NULL,
           discovery_reason = NULL WHERE id = %s""",
        [client.client_id],
    )


@pytest.mark.parametrize("status", LIVE)
def test_the_gate_cannot_be_closed_under_live_sessions(by_hand: Hand, status: str):
    client = builders.a_client()
    write_both(by_hand, client, LATER, status=status)
    assert refusal_of(close_gate, by_hand, client) == "sessions_depend"


def test_the_gate_cannot_be_opened_by_a_call_that_was_not_completed(by_hand: Hand):
    newcomer = builders.a_client(discovered=False)
    builders.a_session(newcomer, CALL)
    words = """UPDATE clients SET discovery_completed_at = now(), discovery_source = 'call'
               WHERE id = %s"""
    assert rule_against(by_hand, words, newcomer.client_id) == "call_completed"


def test_a_new_client_cannot_claim_a_call(by_hand: Hand):
    newcomer = builders.a_client(discovered=False)
    words = """INSERT INTO clients (account_id, relationship, provisional, name, created_at,
               discovery_completed_at, discovery_source)
               SELECT account_id, 'child', false, name, now(), now(), 'call'
               FROM clients WHERE id = %s"""
    assert rule_against(by_hand, words, newcomer.client_id) == "call_completed"


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("discovery_completed_at = now()", "ck_clients_source_said"),
        (
            "discovery_completed_at = now(), discovery_source = 'therapist'",
            "ck_clients_reason_said",
        ),
        (
            "discovery_completed_at = now(), discovery_source = 'friend'",
            "ck_clients_discovery_source",
        ),
        ("intake_completed_at = now()", "ck_clients_gate_first"),
    ],
)
def test_nothing_else_opens_the_gate(by_hand: Hand, words: str, rule: str):
    newcomer = builders.a_client(discovered=False)
    statement = f"UPDATE clients SET {words} WHERE id = %s"
    assert rule_against(by_hand, statement, newcomer.client_id) == rule


def a_completed_call() -> tuple[str, UUID]:
    booked = builders.a_call()
    with time_machine.travel(TOMORROW + LENGTH, tick=False):
        db.transact(outcome.complete, THERAPIST, reference=booked.reference, outcome=Outcome.GO_ON)
    return booked.reference, builders.row(booked.reference).client_id


@pytest.mark.parametrize(
    "words",
    [
        "UPDATE bookings SET status = 'no_show' WHERE reference = %s",
        "UPDATE bookings SET status = 'cancelled' WHERE reference = %s",
        "UPDATE bookings SET client_id = (SELECT id FROM clients WHERE NOT provisional LIMIT 1) "
        "WHERE reference = %s",
    ],
)
def test_the_call_that_opened_the_gate_cannot_be_taken_from_under_it(by_hand: Hand, words: str):
    """Otherwise the gate stands open, by a call that nobody completed."""
    builders.a_client(discovered=False)
    reference, _ = a_completed_call()
    assert rule_against(by_hand, words, reference) == "call_completed"


# Groups and their places.


def test_a_one_to_one_appointment_has_one_place(by_hand: Hand):
    booked = builders.a_session(builders.a_client())
    appointment = builders.appointment_of(booked.reference).id
    second = builders.a_client()
    assert refusal_of(write_booking, by_hand, appointment, second) == "places"


def test_a_one_to_one_appointment_cannot_be_given_more_places(by_hand: Hand):
    booked = builders.a_session(builders.a_client())
    appointment = builders.appointment_of(booked.reference).id
    words = "UPDATE appointments SET capacity = 2 WHERE id = %s"
    assert rule_against(by_hand, words, appointment) == "ck_appointments_alone_or_group"


def test_more_bookings_than_places_are_refused(by_hand: Hand):
    group = a_group(capacity=2)
    for _ in range(2):
        write_booking(by_hand, group, builders.a_client())
    assert refusal_of(write_booking, by_hand, group, builders.a_client()) == "places"


def test_many_bookings_in_one_statement_are_counted_too(by_hand: Hand):
    group = a_group(capacity=2)
    first = write_booking(by_hand, group, builders.a_client())
    others = [builders.a_client().client_id for _ in range(2)]
    words = """INSERT INTO bookings SELECT (jsonb_populate_record(b, jsonb_build_object(
               'id', uuidv7(), 'reference', other, 'client_id', other))).*
               FROM bookings b, unnest(%s) other WHERE b.id = %s"""
    assert rule_against(by_hand, words, others, first) == "places"


def test_nobody_has_two_places_in_a_group(by_hand: Hand):
    group, client = a_group(capacity=3), builders.a_client()
    write_booking(by_hand, group, client)
    assert refusal_of(write_booking, by_hand, group, client) == "one_place"


def test_a_place_cannot_be_taken_by_moving_there(by_hand: Hand):
    full, other = a_group(), a_group(start=LATER + timedelta(hours=3))
    write_booking(by_hand, full, builders.a_client())
    booking = write_booking(by_hand, other, builders.a_client())
    words = "UPDATE bookings SET appointment_id = %s WHERE id = %s"
    assert rule_against(by_hand, words, full, booking) == "places"


def test_a_place_that_was_given_back_cannot_be_taken_back_when_it_is_gone(by_hand: Hand):
    group = a_group()
    first = write_booking(by_hand, group, builders.a_client(), "cancelled")
    write_booking(by_hand, group, builders.a_client())
    words = "UPDATE bookings SET status = 'confirmed' WHERE id = %s"
    assert rule_against(by_hand, words, first) == "places"


def test_a_group_cannot_shrink_below_the_people_in_it(by_hand: Hand):
    group = a_group(capacity=3)
    for _ in range(2):
        write_booking(by_hand, group, builders.a_client())
    words = "UPDATE appointments SET capacity = 1 WHERE id = %s"
    assert rule_against(by_hand, words, group) == "places"


def test_nobody_is_booked_into_a_cancelled_group(by_hand: Hand):
    group = a_group()
    db.transact(groups.cancel_group, THERAPIST, appointment_id=group)
    assert refusal_of(write_booking, by_hand, group, builders.a_client()) == "group_open"


def test_a_group_cannot_be_cancelled_under_the_people_in_it(by_hand: Hand):
    """Otherwise they hold places in a time that somebody else can book."""
    group = a_group()
    write_booking(by_hand, group, builders.a_client())
    words = "UPDATE appointments SET group_status = 'cancelled' WHERE id = %s"
    assert rule_against(by_hand, words, group) == "group_open"


ISOLATIONS = [
    IsolationLevel.READ_COMMITTED,
    IsolationLevel.REPEATABLE_READ,
    IsolationLevel.SERIALIZABLE,
]
Refused = (pg.IntegrityError, pg.SerializationFailure, pg.DeadlockDetected)


class Rival:
    """A second connection, whose transaction has begun and looked around before the first's."""

    def __init__(self, house: str, isolation: IsolationLevel) -> None:
        self.hand = psycopg.connect(house, options=BY_SYSTEM)
        self.hand.isolation_level = isolation
        self.hand.execute("SELECT count(*) FROM bookings")
        self.failure: psycopg.Error | None = None
        self.thread: threading.Thread | None = None

    def start(self, work: Callable[[Hand], Any]) -> None:
        def run() -> None:
            try:
                work(self.hand)
                self.hand.commit()
            except Refused as failure:
                self.failure = failure
                self.hand.rollback()

        self.thread = threading.Thread(target=run)
        self.thread.start()

    def finish(self) -> psycopg.Error | None:
        assert self.thread
        self.thread.join(20)
        assert not self.thread.is_alive()
        self.hand.close()
        return self.failure


def wait_until_it_waits(hand: Hand, rival: Rival) -> None:
    """Or until it is through, where nothing stops it."""
    waits = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
    while rival.thread and rival.thread.is_alive():
        if one(hand, waits, rival.hand.info.backend_pid):
            return
        rival.thread.join(0.005)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_two_at_once_do_not_share_the_last_place(
    house: str, by_hand: Hand, isolation: IsolationLevel
):
    """Both have begun when the place is free; the second writes while the first is not through."""
    group, people = a_group(), [builders.a_client(), builders.a_client()]
    rival = Rival(house, isolation)
    with psycopg.connect(house, options=BY_SYSTEM) as first:
        first.isolation_level = isolation
        write_booking(first, group, people[0])
        rival.start(lambda hand: write_booking(hand, group, people[1]))
        wait_until_it_waits(by_hand, rival)
        first.commit()
    failure = rival.finish()
    assert live_bookings_in(by_hand, group) == 1
    if isolation is IsolationLevel.READ_COMMITTED:
        assert failure
        assert failure.diag.constraint_name == "places"


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_who_looked_before_the_last_place_went_does_not_get_it(
    house: str, by_hand: Hand, isolation: IsolationLevel
):
    """The first is through when the second, which began before, writes."""
    group, people = a_group(), [builders.a_client(), builders.a_client()]
    rival = Rival(house, isolation)
    write_booking(by_hand, group, people[0])
    rival.start(lambda hand: write_booking(hand, group, people[1]))
    failure = rival.finish()
    assert live_bookings_in(by_hand, group) == 1
    if isolation is IsolationLevel.READ_COMMITTED:
        assert failure
        assert failure.diag.constraint_name == "places"


def test_who_waits_for_the_last_place_gets_it_when_the_first_gives_up(house: str, by_hand: Hand):
    group, people = a_group(), [builders.a_client(), builders.a_client()]
    rival = Rival(house, IsolationLevel.READ_COMMITTED)
    with psycopg.connect(house, options=BY_SYSTEM) as first:
        write_booking(first, group, people[0])
        rival.start(lambda hand: write_booking(hand, group, people[1]))
        wait_until_it_waits(by_hand, rival)
        first.rollback()
    assert rival.finish() is None
    assert live_bookings_in(by_hand, group) == 1


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_group_does_not_shrink_while_its_last_place_is_taken(
    house: str, by_hand: Hand, isolation: IsolationLevel
):
    group, people = a_group(capacity=2), [builders.a_client(), builders.a_client()]
    write_booking(by_hand, group, people[0])
    rival = Rival(house, isolation)
    write_booking(by_hand, group, people[1])
    shrink = "UPDATE appointments SET capacity = 1 WHERE id = %s"
    rival.start(lambda hand: hand.execute(shrink, [group]))
    assert rival.finish()
    assert one(by_hand, "SELECT capacity FROM appointments WHERE id = %s", group) == 2


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_the_gate_does_not_close_while_a_session_is_booked(
    house: str, by_hand: Hand, isolation: IsolationLevel
):
    client = builders.a_client()
    rival = Rival(house, isolation)
    write_both(by_hand, client, LATER)
    rival.start(lambda hand: close_gate(hand, client))
    failure = rival.finish()
    words = "SELECT discovery_completed_at IS NOT NULL FROM clients WHERE id = %s"
    assert one(by_hand, words, client.client_id)
    if isolation is IsolationLevel.READ_COMMITTED:
        assert failure
        assert failure.diag.constraint_name == "sessions_depend"


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_session_is_not_booked_while_the_gate_closes(
    house: str, by_hand: Hand, isolation: IsolationLevel
):
    client = builders.a_client()
    rival = Rival(house, isolation)
    with psycopg.connect(house, options=BY_SYSTEM) as first:
        close_gate(first, client)
        rival.start(lambda hand: write_both(hand, client, LATER))
        wait_until_it_waits(by_hand, rival)
        first.commit()
    assert rival.finish()
    assert one(by_hand, "SELECT count(*) FROM bookings") == 0


# What was said stays said, and times are instants.


@pytest.mark.parametrize(
    "words",
    [
        "UPDATE audit_entries SET actor = 'nobody'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries CASCADE",
        "DELETE FROM audit_entries WHERE false",
    ],
)
def test_the_journal_cannot_be_changed(by_hand: Hand, words: str):
    builders.a_session(builders.a_client())
    before = one(by_hand, "SELECT count(*) FROM audit_entries")
    assert rule_against(by_hand, words) == "append_only"
    assert one(by_hand, "SELECT count(*) FROM audit_entries") == before > 0


def test_nobody_writes_a_number_of_the_journal(by_hand: Hand):
    words = """INSERT INTO audit_entries (id, at, actor, action, subject, subject_id, details)
               VALUES (1, now(), '', '', '', '', '{}')"""
    with pytest.raises(pg.GeneratedAlways):
        by_hand.execute(words.encode())


def an_account_made_at(at: datetime) -> Account:
    blank = {"email": b"", "email_index": new_id().bytes, "language": "en", "zone": "UTC"}
    return Account(created_at=at, **blank)


def test_a_naive_time_never_reaches_the_database(by_hand: Hand):
    def work(session: Session, _actor: Actor) -> None:
        session.add(an_account_made_at(datetime(2026, 11, 23, 7, 0)))  # noqa: DTZ001 - the point

    with pytest.raises(StatementError) as refused:
        db.transact(work, SYSTEM)
    assert isinstance(refused.value.orig, ValueError)
    assert one(by_hand, "SELECT count(*) FROM accounts") == 0


def test_a_naive_time_is_no_wish(house: str):
    wish = builders.a_wish(start=TOMORROW.replace(tzinfo=None))
    with pytest.raises((TypeError, ValueError)):
        db.transact(book.book, VISITOR, wish, guest=builders.a_guest())


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "UTC"])
def test_stored_instants_come_back_in_utc_whatever_the_server_thinks(house: str, zone: str):
    name = house.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(house, autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {name} SET timezone = '{zone}'".encode())
    db.connect(house)
    booked = builders.a_session(builders.a_client())
    appointment, booking = builders.appointment_of(booked.reference), builders.row(booked.reference)
    assert booking.hold_expires_at
    for stored, meant in (
        (appointment.starts_at, TOMORROW),
        (appointment.ends_at, TOMORROW + LENGTH),
        (booking.created_at, NOW),
    ):
        assert stored == meant
        assert stored.tzinfo is UTC
    assert booking.hold_expires_at.tzinfo is UTC
    assert appointment.during.lower == TOMORROW


def test_the_calendar_of_another_zone_keeps_the_instant(by_hand: Hand):
    write_both(by_hand, builders.a_client(), LATER.astimezone(builders.ZONE))
    assert one(by_hand, "SELECT starts_at FROM appointments") == LATER


def test_the_journal_knows_every_hand(by_hand: Hand):
    booked = builders.a_session(builders.a_client())
    db.transact(cancel.cancel, THERAPIST, reference=booked.reference)
    written = by_hand.execute("SELECT actor, action FROM audit_entries ORDER BY id").fetchall()
    assert [(actor.partition(":")[0], action) for actor, action in written] == [
        (Role.CLIENT, "booked"),
        (Role.THERAPIST, Status.CANCELLED),
    ]
