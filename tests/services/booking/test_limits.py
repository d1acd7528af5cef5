"""How much one visitor may do: exact under pressure, fair to repetitions, and off when told so."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from practice import db, settings, vault
from practice.domain.actors import VISITOR
from practice.domain.booking.refusals import ProofNeeded
from practice.domain.errors import TooMany
from practice.environment import Rate
from practice.models.accounts import Account
from practice.models.security import RateCounter
from practice.services import rate_limits
from practice.services.availability import slots
from practice.services.booking import book, cancel
from practice.services.rate_limits import Once
from tests.builders import (
    ASKED,
    CALL,
    NOW,
    PAID,
    THERAPIST,
    TOMORROW,
    ZONE,
    a_call,
    a_client,
    a_confirmed,
    a_guest,
    a_session,
    a_wish,
    holder_of,
    prove,
    row,
    rows_of,
    the_time_is,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTES = timedelta(minutes=1)
ADA = "ada@example.org"
_keys = count(1)


@pytest.fixture
def without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings.current()
    off = replace(found, limits=replace(found.limits, are_on=False))
    monkeypatch.setattr(settings, "current", lambda: off)


def once(key: str = "", said: str = "body", scope: str = "me") -> Once:
    return Once(scope.encode(), (key or f"key {next(_keys)}").encode(), said.encode())


def admit(asked: Once) -> int | None:
    return db.transact(rate_limits.admit, VISITOR, once=asked)


# Requests.


def test_five_attempts_are_let_in_and_the_sixth_waits(house: str):
    assert [admit(once()) for _ in range(5)] == [None] * 5
    assert admit(once()) == 600


def test_two_hundred_at_once_are_counted_exactly(house: str):
    db.connect(house, pool_size=16)
    asked = [once() for _ in range(200)]
    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(_patiently, asked))
    assert Counter(one is None for one in answers) == {True: 5, False: 195}
    counted = {one.name: one.count for one in rows_of(RateCounter)}
    assert counted == {"booking_requests": 200, "booking_attempts": 200}


def _patiently(asked: Once) -> int | None:
    """Two hundred threads share sixteen connections; who did not get one asks again."""
    while True:
        try:
            return admit(asked)
        except db.PoolTimeout:
            continue


def test_one_key_two_hundred_times_at_once_is_one_attempt(house: str):
    db.connect(house, pool_size=16)
    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(_patiently, [once("same")] * 200))
    assert set(answers) == {None}
    counted = {one.name: one.count for one in rows_of(RateCounter)}
    assert counted == {"booking_requests": 200, "booking_attempts": 1}


def test_a_repetition_is_let_in_even_when_no_attempt_is_left(house: str):
    first = once()
    admit(first)
    for _ in range(9):
        admit(once())
    assert admit(first) is None


def test_another_body_under_a_known_key_is_another_attempt(house: str):
    admit(once("same"))
    for number in range(4):
        assert admit(once("same", f"other {number}")) is None
    assert admit(once("same", "one more")) == 600


def test_repeating_without_end_is_stopped_too(house: str, monkeypatch: pytest.MonkeyPatch):
    found = settings.current()
    few = replace(found.limits, requests=Rate(3, timedelta(minutes=10)))
    monkeypatch.setattr(settings, "current", lambda: replace(found, limits=few))
    assert [admit(once("same")) for _ in range(4)] == [None, None, None, 600]


def test_everybody_has_their_own_count(house: str):
    for _ in range(6):
        admit(once())
    assert admit(once(scope="you")) is None


@pytest.mark.parametrize(
    ("after", "wait"), [(0, 600), (1, 599), (599, 1), (599.5, 1), (600, None), (601, None)]
)
def test_the_window_closes_ten_minutes_after_it_opened(house: str, after: float, wait: int | None):
    for _ in range(5):
        admit(once())
    with the_time_is(NOW + timedelta(seconds=after)):
        assert admit(once()) == wait


def test_waiting_does_not_lengthen_the_wait(house: str):
    for _ in range(5):
        admit(once())
    for second in range(0, 600, 60):
        with the_time_is(NOW + timedelta(seconds=second)):
            assert admit(once()) == 600 - second
    with the_time_is(NOW + timedelta(minutes=10)):
        assert admit(once()) is None


def test_a_key_that_was_forgotten_is_a_new_attempt(house: str):
    """After two days the same request would be another booking, so it counts as one."""
    admit(once("same"))
    with the_time_is(NOW + timedelta(hours=49)):
        for _ in range(5):
            admit(once())
        assert admit(once("same")) == 600


def test_a_refusal_leaves_its_count(house: str):
    for _ in range(7):
        admit(once())
    (found,) = rows_of(RateCounter, RateCounter.name == "booking_attempts")
    assert found.count == 7


# Calls under one e-mail, and from one address.


def call(start: datetime, email: str | None = None, origin: bytes | None = None) -> str:
    guest = a_guest(email=email) if email else a_guest()
    return a_call(replace(guest, origin=origin), start).reference


def test_two_calls_a_day_under_one_e_mail(house: str):
    call(TOMORROW, ADA)
    call(TOMORROW + HOUR, ADA)
    with pytest.raises(TooMany) as refused:
        call(TOMORROW + 2 * HOUR, ADA)
    assert 0 < refused.value.retry_after <= 86400


def test_a_cancelled_call_was_a_call(house: str):
    """Otherwise booking and cancelling in turns would send letters without end."""
    for number in range(2):
        reference = call(TOMORROW + number * HOUR, ADA)
        db.transact(cancel.cancel, holder_of(reference), reference=reference)
    with pytest.raises(TooMany):
        call(TOMORROW, ADA)


def test_a_proven_e_mail_does_not_start_the_count_again(house: str):
    found = [call(TOMORROW + number * HOUR, ADA) for number in range(2)]
    for reference in found:
        db.transact(cancel.cancel, holder_of(reference), reference=reference)
    for reference in found:
        prove(reference)
    assert len(rows_of(Account)) == 1
    with pytest.raises(TooMany):
        call(TOMORROW, ADA)


def test_after_a_day_there_are_calls_again(house: str):
    call(TOMORROW, ADA)
    call(TOMORROW + HOUR, ADA)
    with the_time_is(NOW + DAY - timedelta(seconds=1)), pytest.raises(TooMany):
        call(TOMORROW + 3 * DAY, ADA)
    with the_time_is(NOW + DAY):
        assert row(call(TOMORROW + 2 * DAY, ADA)).status == "confirmed"


def test_the_wait_does_not_tell_when_somebody_booked(house: str):
    """Under an e-mail that may be another's: always the whole day."""
    call(TOMORROW, ADA)
    with the_time_is(NOW + 20 * HOUR):
        call(TOMORROW + HOUR, ADA)
        with pytest.raises(TooMany) as refused:
            call(TOMORROW + 2 * HOUR, ADA)
    assert refused.value.retry_after == 24 * 3600


def test_the_e_mail_of_a_known_client_has_the_same_two_calls(house: str):
    """Whether somebody is known must not show."""
    client = a_client(email=ADA)
    a_confirmed(client, TOMORROW + 3 * DAY)
    a_confirmed(client, TOMORROW + 3 * DAY + HOUR)
    call(TOMORROW, ADA)
    call(TOMORROW + HOUR, ADA)
    with pytest.raises(TooMany):
        call(TOMORROW + 2 * HOUR, ADA)


def test_three_calls_from_one_address_that_are_still_ahead(house: str):
    for number in range(3):
        call(TOMORROW + number * HOUR, origin=b"there")
    with pytest.raises(TooMany):
        call(TOMORROW + 3 * HOUR, origin=b"there")
    assert call(TOMORROW + DAY, origin=b"elsewhere")


def test_a_call_given_back_makes_room_for_another_from_there(house: str):
    found = [call(TOMORROW + number * HOUR, origin=b"there") for number in range(3)]
    db.transact(cancel.cancel, holder_of(found[0]), reference=found[0])
    assert call(TOMORROW + 3 * HOUR, origin=b"there")


def test_an_address_that_is_not_known_is_not_counted(house: str, monkeypatch: pytest.MonkeyPatch):
    found = settings.current()
    wide = replace(found.limits, guest_share=100)
    monkeypatch.setattr(settings, "current", lambda: replace(found, limits=wide))
    assert len({call(TOMORROW + number * HOUR) for number in range(5)}) == 5


# The guests' share of a day.


def fill(day: datetime, guests: int) -> None:
    for number in range(guests):
        call(day + number * HOUR)


def offered(day: datetime = TOMORROW) -> int:
    on = day.astimezone(ZONE).date()
    found = db.query(slots.list_slots, VISITOR, slug=CALL, first=on, last=on, zone=ZONE)
    return len(found.starts)


def test_a_day_has_a_fifth_for_guests_and_then_asks_for_the_proof_of_the_e_mail(house: str):
    """Sixteen calls can begin in eight hours; three are less than a fifth, four would be more."""
    fill(TOMORROW, 2)
    fill(TOMORROW + 4 * HOUR, 1)
    assert offered() == 13
    with pytest.raises(ProofNeeded):
        call(TOMORROW + 6 * HOUR)


def test_other_days_stay_open_to_guests(house: str):
    fill(TOMORROW, 3)
    assert offered(day=TOMORROW + DAY) == 16
    assert db.query(slots.alternatives, VISITOR, slug=CALL, start=TOMORROW + 6 * HOUR)


def test_a_day_full_of_guests_is_open_to_clients_and_to_the_therapist(house: str):
    fill(TOMORROW, 3)
    assert a_session(a_client(discovered=False), CALL, TOMORROW + 5 * HOUR).status == "confirmed"
    assert a_session(a_client(), PAID, TOMORROW + 6 * HOUR).status == "held"
    assert a_confirmed(start=TOMORROW + 7 * HOUR).status == "confirmed"


def test_who_proved_the_e_mail_is_no_guest_any_more(house: str):
    fill(TOMORROW, 2)
    reference = call(TOMORROW + 4 * HOUR, ADA)
    with pytest.raises(ProofNeeded):
        call(TOMORROW + 6 * HOUR)
    prove(reference)
    assert call(TOMORROW + 6 * HOUR)


def test_a_guest_who_cancels_makes_room_for_another(house: str):
    fill(TOMORROW, 2)
    reference = call(TOMORROW + 4 * HOUR)
    with pytest.raises(ProofNeeded):
        call(TOMORROW + 6 * HOUR)
    db.transact(cancel.cancel, holder_of(reference), reference=reference)
    assert call(TOMORROW + 6 * HOUR)


def test_sessions_of_clients_are_no_guests(house: str):
    for number in range(4):
        a_confirmed(start=TOMORROW + number * 60 * MINUTES)
    a_session(a_client(), ASKED, TOMORROW + 5 * HOUR)
    assert offered() > 0


def test_on_a_short_day_two_guests_are_few(house: str, monkeypatch: pytest.MonkeyPatch):
    found = settings.current()
    tight = replace(found.limits, guest_share=1)
    monkeypatch.setattr(settings, "current", lambda: replace(found, limits=tight))
    fill(TOMORROW, 2)
    with pytest.raises(ProofNeeded):
        call(TOMORROW + 4 * HOUR)


# Off.


def test_with_limits_off_nobody_is_counted(house: str, without_limits: None):
    assert [admit(once()) for _ in range(7)] == [None] * 7
    assert rows_of(RateCounter) == []


def test_with_limits_off_one_e_mail_and_one_address_book_a_whole_day(
    house: str, without_limits: None
):
    found = [call(TOMORROW + number * 30 * MINUTES, ADA, b"there") for number in range(16)]
    assert len(set(found)) == 16


def test_with_limits_off_a_repetition_is_still_the_same_booking(house: str, without_limits: None):
    asked = once("same")
    admit(asked)
    guest = a_guest()
    first = db.transact(book.book, VISITOR, a_wish(), guest=guest, once=asked)
    again = db.transact(book.book, VISITOR, a_wish(), guest=guest, once=asked)
    assert first == again


def test_an_e_mail_is_counted_under_every_key_of_the_ring(house: str):
    call(TOMORROW, ADA)
    call(TOMORROW + HOUR, ADA)
    before = vault.ring()
    try:
        vault.use(["a newer key", "a key that seals nothing outside the tests"])
        with pytest.raises(TooMany):
            call(TOMORROW + 2 * HOUR, ADA)
    finally:
        vault._Home.ring = before


def test_limits_bind_guests_and_nobody_else(house: str):
    client = a_client(email=ADA)
    for number in range(5):
        a_session(client, PAID, TOMORROW + number * HOUR, by=THERAPIST)
    assert a_session(client, PAID, TOMORROW + 6 * HOUR).status == "held"
