"""What follows from a change: rows of the outbox, notices, and the first conversation."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col

from practice import db
from practice.domain.actors import SYSTEM, VISITOR
from practice.domain.booking import consequences
from practice.domain.booking.consequences import FACTS, FOLLOWS, Effect, Fact, Notice
from practice.domain.booking.status import TRANSITIONS, Place, Status
from practice.models import messages, sealed
from practice.models.messages import Thread
from practice.models.outbox import OutboxRow
from practice.services.booking import book, cancel, confirm, idempotency, move, outcome
from tests.builders import (
    ASKED,
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
    a_wish,
    change_type,
    client_of,
    events_of,
    expire_due,
    holder_of,
    row,
    rows_of,
    the_time_is,
)

LATER = TOMORROW + timedelta(days=2)


def promised(reference: str, fact: Fact) -> list[str]:
    booking = row(reference).id
    found = rows_of(OutboxRow, OutboxRow.booking_id == booking, OutboxRow.fact == fact)
    return sorted(one.effect for one in found)


def noticed(reference: str, fact: Fact) -> list[str]:
    events = [event.id for event in events_of(reference)]
    where = col(messages.Notice.event_id).in_(events), messages.Notice.fact == fact
    return sorted(one.audience for one in rows_of(messages.Notice, *where))


def told(reference: str) -> set[str]:
    """All facts somebody hears of."""
    rows = rows_of(OutboxRow, OutboxRow.booking_id == row(reference).id)
    return {one.fact for one in rows}


def moved(start: Callable[[], idempotency.Booked]) -> str:
    reference = start().reference
    db.transact(move.move, THERAPIST, reference=reference, start=LATER)
    return reference


def cancelled(start: Callable[[], idempotency.Booked]) -> str:
    reference = start().reference
    db.transact(cancel.cancel, THERAPIST, reference=reference)
    return reference


def declined() -> str:
    reference = a_request().reference
    db.transact(cancel.decline, THERAPIST, reference=reference)
    return reference


def approved() -> str:
    reference = a_request().reference
    db.transact(confirm.approve, THERAPIST, reference=reference)
    return reference


def approved_for_nothing() -> str:
    change_type(ASKED, price_cents=0)
    return approved()


def paid() -> str:
    reference = a_session(a_client()).reference
    db.transact(confirm.confirm, SYSTEM, reference=reference)
    return reference


def paid_late() -> str:
    reference = lapsed()
    db.transact(confirm.confirm, SYSTEM, reference=reference)
    return reference


def lapsed() -> str:
    reference = a_session(a_client()).reference
    with the_time_is(NOW + timedelta(hours=1)):
        expire_due()
    return reference


def expired() -> str:
    reference = a_request().reference
    with the_time_is(NOW + timedelta(hours=30)):
        expire_due()
    return reference


LETTERS = [Effect.LETTER_TO_CLIENT, Effect.LETTER_TO_THERAPIST]
EVERYTHING = [Effect.CALENDAR_EVENT, *LETTERS]
BOTH = [Notice.FOR_CLIENT, Notice.FOR_THERAPIST]
NEWS: list[tuple[Callable[[], str], Fact, list[Effect], list[Notice]]] = [
    (lambda: a_call().reference, Fact.CONFIRMED, EVERYTHING, BOTH),
    (lambda: a_confirmed().reference, Fact.CONFIRMED, EVERYTHING, BOTH),
    (paid, Fact.CONFIRMED, EVERYTHING, BOTH),
    (paid_late, Fact.CONFIRMED, EVERYTHING, BOTH),
    (approved_for_nothing, Fact.CONFIRMED, EVERYTHING, BOTH),
    (lambda: a_request().reference, Fact.REQUESTED, LETTERS, BOTH),
    (approved, Fact.APPROVED, LETTERS[:1], BOTH[:1]),
    (lambda: moved(a_confirmed), Fact.MOVED, EVERYTHING, BOTH),
    (lambda: moved(a_request), Fact.REQUEST_MOVED, LETTERS, BOTH),
    (lambda: cancelled(a_confirmed), Fact.CANCELLED, EVERYTHING, BOTH),
    (lambda: cancelled(a_request), Fact.WITHDRAWN, LETTERS, BOTH),
    (declined, Fact.DECLINED, LETTERS[:1], BOTH[:1]),
    (expired, Fact.EXPIRED, LETTERS[:1], BOTH),
    (lapsed, Fact.LAPSED, [], BOTH[:1]),
]
NAMES = [
    *("guest", "by the therapist", "paid", "paid late", "approved for nothing", "requested"),
    *("approved", "moved", "moved request", "cancelled", "withdrawn", "declined", "expired"),
    "lapsed",
]


@pytest.mark.parametrize(("make", "fact", "effects", "notices"), NEWS, ids=NAMES)
def test_a_fact_promises_exactly_what_follows_from_it(
    house: str, make: Callable[[], str], fact: Fact, effects: list[str], notices: list[str]
):
    reference = make()
    assert promised(reference, fact) == sorted(effects)
    assert noticed(reference, fact) == sorted(notices)


def test_a_hold_is_nobodys_news(house: str):
    assert told(a_session(a_client()).reference) == set()


def test_a_hold_given_back_is_nobodys_news(house: str):
    client = a_client()
    reference = a_session(client).reference
    db.transact(cancel.cancel, client, reference=reference)
    assert told(reference) == set()


def test_what_took_place_is_nobodys_news(house: str):
    reference = a_confirmed().reference
    with the_time_is(TOMORROW):
        db.transact(outcome.complete, THERAPIST, reference=reference)
        db.transact(outcome.no_show, THERAPIST, reference=reference)
    assert told(reference) == {Fact.CONFIRMED}


def test_every_change_of_the_table_has_its_fact_or_is_known_to_be_silent():
    silent = {
        (Status.HELD, Status.CANCELLED),
        (Status.CONFIRMED, Status.COMPLETED),
        (Status.CONFIRMED, Status.NO_SHOW),
        (Status.COMPLETED, Status.NO_SHOW),
        (Status.NO_SHOW, Status.COMPLETED),
    }
    possible = {(before, after) for before, found in TRANSITIONS.items() for after in found}
    assert possible - set(FACTS) == silent


def test_every_fact_has_what_follows():
    assert set(FOLLOWS) == set(Fact)
    assert all(consequences.of(fact) for fact in Fact)


def test_the_notice_for_the_client_goes_to_the_account_and_the_therapists_to_nobody_else(
    house: str,
):
    reference = a_call().reference
    account = client_of(reference).account_id
    found = {one.audience: one.account_id for one in rows_of(messages.Notice)}
    assert found == {"client": account, "therapist": None}


def test_the_first_confirmed_booking_opens_the_conversation_and_no_later_one(house: str):
    client = a_client()
    a_confirmed(client)
    a_confirmed(client, LATER)
    assert [one.client_id for one in rows_of(Thread)] == [client.client_id]


@pytest.mark.parametrize("slug", [PAID, ASKED])
def test_what_is_not_certain_opens_no_conversation(house: str, slug: str):
    a_session(a_client(), slug)
    assert rows_of(Thread) == []


def test_a_payment_opens_the_conversation(house: str):
    reference = paid()
    assert [one.client_id for one in rows_of(Thread)] == [row(reference).client_id]


def test_what_leaves_the_house_is_sealed(house: str):
    reference = a_call().reference
    booking = str(row(reference).id)
    found = rows_of(OutboxRow)
    assert found
    for one in found:
        assert booking.encode() not in one.payload
        assert json.loads(sealed.read(one, "payload"))["booking"] == booking


def test_a_promise_carries_no_name_no_note_and_no_address(house: str):
    guest = a_guest(name="Zita Canary", email="canary@example.org", phone="+393331234567")
    wish = a_wish(note="I cannot sleep", place=Place.PHONE)
    db.transact(book.book, VISITOR, wish, guest=guest)
    for one in rows_of(OutboxRow):
        said = sealed.read(one, "payload") + one.dedupe_key + str(one.outcome)
        assert not any(word in said for word in ("Zita", "canary", "+39333", "sleep"))


def test_every_promise_is_made_once_and_is_due_at_once(house: str):
    paid()
    found = rows_of(OutboxRow)
    assert len({one.dedupe_key for one in found}) == len(found) == 3
    assert {(one.attempts, one.next_at, one.done_at, one.dead_at) for one in found} == {
        (0, NOW, None, None)
    }


def test_promises_belong_to_the_event_that_made_them(house: str):
    reference = moved(a_confirmed)
    event = next(one for one in events_of(reference) if one.what == "moved")
    rows = [one for one in rows_of(OutboxRow) if one.fact == Fact.MOVED]
    assert {json.loads(sealed.read(one, "payload"))["event"] for one in rows} == {str(event.id)}


def test_what_is_refused_promises_nothing(house: str):
    a_call()
    before = len(rows_of(OutboxRow))
    with pytest.raises(book.SlotTaken):
        a_call()
    assert len(rows_of(OutboxRow)) == before


def test_a_visitor_who_cancels_by_the_link_tells_the_therapist(house: str):
    reference = a_call().reference
    db.transact(cancel.cancel, holder_of(reference), reference=reference)
    assert Effect.LETTER_TO_THERAPIST in promised(reference, Fact.CANCELLED)
