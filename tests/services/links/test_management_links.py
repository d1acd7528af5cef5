"""Management links: each opens its one booking, for a time, until it is revoked."""

from datetime import timedelta
from uuid import uuid4

import pytest

from practice import db, vault
from practice.domain import links as domain_links
from practice.domain.actors import SYSTEM, VISITOR, Actor, Role
from practice.domain.booking import references
from practice.domain.booking.references import REFERENCE_DIGITS, REFERENCE_LETTERS
from practice.domain.errors import NotFound
from practice.models.booking import Booking
from practice.services.booking import cancel, lookup, move
from practice.services.clients import gate
from practice.services.links import management
from tests.builders import (
    NOW,
    PAID,
    THERAPIST,
    TOMORROW,
    a_call,
    a_client,
    a_session,
    appointment_of,
    change_row,
    client_of,
    holder_of,
    row,
    the_time_is,
)

LATER = TOMORROW + timedelta(days=2)


def opened(reference: str, token: str) -> Actor:
    return db.query(management.holder, SYSTEM, reference=reference, token=token)


def a_link() -> tuple[str, str]:
    booked = a_call()
    assert booked.manage_url
    reference, token = booked.manage_url.rsplit("/", 2)[1:]
    return reference, token


def test_the_link_opens_its_booking(house: str):
    reference, token = a_link()
    assert opened(reference, token) == holder_of(reference)


def test_any_later_letter_builds_the_same_link(house: str):
    reference, token = a_link()
    assert management.manage_url(row(reference)).endswith(f"/manage/{reference}/{token}")


def test_the_token_is_long_and_not_the_reference(house: str):
    reference, token = a_link()
    assert len(token) >= 26
    assert reference not in token


WRONG = [
    *("", "x", " ", "é", "\x00", "\ud800", "x" * 1_000_000),
    *("{token}x", "{token} ", "{short}", "{upper}", "{version}", "{other}"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda one: ascii(one)[:20])
def test_a_wrong_token_opens_nothing(house: str, wrong: str):
    reference, token = a_link()
    booking = row(reference)
    key = vault.ring().newest.linking
    given = wrong.format(
        token=token,
        short=token[:-1],
        upper=token.swapcase(),
        version=domain_links.link_token(key, booking.id, booking.link_version + 1),
        other=domain_links.link_token(key, uuid4(), booking.link_version),
    )
    with pytest.raises(NotFound):
        opened(reference, given)


@pytest.mark.parametrize(
    "wrong",
    ["", "KPT-493-RW", "' OR 1=1 --", "%", "é", "\x00", "\ud800", "x" * 100_000],
    ids=lambda one: ascii(one)[:20],
)
def test_a_wrong_reference_opens_nothing(house: str, wrong: str):
    _, token = a_link()
    with pytest.raises(NotFound):
        opened(wrong, token)


def test_the_link_of_one_booking_does_not_open_another(house: str):
    _, token = a_link()
    other = a_call(start=LATER).reference
    with pytest.raises(NotFound):
        opened(other, token)


def test_whatever_is_wrong_the_answer_is_the_same(house: str):
    reference, token = a_link()
    said: set[tuple[str, str, int]] = set()
    for one, other in ((reference, "x"), ("KPT-493-RW", token), ("", "")):
        with pytest.raises(NotFound) as refused:
            opened(one, other)
        said.add((refused.value.code, refused.value.message, refused.value.status))
    assert len(said) == 1


def test_a_higher_version_revokes_old_letters_and_new_ones_open(house: str):
    reference, token = a_link()
    change_row(Booking, Booking.reference == reference, link_version=2)
    with pytest.raises(NotFound):
        opened(reference, token)
    newer = management.manage_url(row(reference)).rsplit("/", 1)[1]
    assert opened(reference, newer).booking_id == row(reference).id


def test_the_link_opens_until_thirty_days_after_the_end(house: str):
    reference, token = a_link()
    until = appointment_of(reference).ends_at + timedelta(days=30)
    with the_time_is(until):
        assert opened(reference, token)
    with the_time_is(until + timedelta(seconds=1)), pytest.raises(NotFound):
        opened(reference, token)


def test_the_thirty_days_follow_a_moved_session(house: str):
    reference, token = a_link()
    db.transact(move.move, opened(reference, token), reference=reference, start=LATER)
    with the_time_is(LATER + timedelta(days=30)):
        assert opened(reference, token)


def test_the_link_still_opens_what_was_cancelled(house: str):
    reference, token = a_link()
    db.transact(cancel.cancel, opened(reference, token), reference=reference)
    holder = opened(reference, token)
    assert db.query(lookup.find_choices, holder, reference=reference).status == "cancelled"


def test_the_holder_changes_that_booking_and_no_other(house: str):
    reference, token = a_link()
    other = a_call(start=LATER).reference
    holder = opened(reference, token)
    with pytest.raises(NotFound):
        db.transact(cancel.cancel, holder, reference=other)
    with pytest.raises(NotFound):
        db.transact(move.move, holder, reference=other, start=LATER + timedelta(hours=1))
    with pytest.raises(NotFound):
        db.query(lookup.find_choices, holder, reference=other)
    assert row(other).status == "confirmed"


def test_the_holder_sees_nothing_of_the_client_behind_it(house: str):
    reference, token = a_link()
    with pytest.raises(NotFound):
        db.query(gate.find_stage, opened(reference, token), client_id=client_of(reference).id)


def test_the_reference_alone_opens_nothing(house: str):
    reference, _ = a_link()
    with pytest.raises(NotFound):
        db.query(lookup.find_choices, VISITOR, reference=reference)


def test_letters_sealed_with_an_older_key_still_open(house: str):
    reference, token = a_link()
    before = vault.ring()
    try:
        vault.use(["a newer key", "a key that seals nothing outside the tests"])
        assert opened(reference, token).booking_id == row(reference).id
        vault.use(["a newer key"])
        with pytest.raises(NotFound):
            opened(reference, token)
    finally:
        vault._Home.ring = before


def test_a_client_sees_and_changes_what_belongs_to_the_account(house: str):
    """One account can hold several clients, so what decides is the account."""
    parent, stranger = a_client(), a_client()
    reference = a_session(parent, PAID, LATER).reference
    family = Actor(Role.CLIENT, parent.account_id, None)
    assert db.query(lookup.find_choices, family, reference=reference).status == "held"
    with pytest.raises(NotFound):
        db.query(lookup.find_choices, stranger, reference=reference)
    nobody = Actor(Role.CLIENT)
    with pytest.raises(NotFound):
        db.query(lookup.find_choices, nobody, reference=reference)
    assert db.query(lookup.find_choices, THERAPIST, reference=reference).status == "held"


def test_a_reference_is_made_of_letters_nobody_confuses():
    found = {references.reference_from(number.to_bytes(8)) for number in range(0, 2**40, 2**33 - 1)}
    for one in found:
        letters, digits, more = one.split("-")
        assert set(letters + more) <= set(REFERENCE_LETTERS)
        assert set(digits) <= set(REFERENCE_DIGITS)
    assert not set(REFERENCE_LETTERS + REFERENCE_DIGITS) & set("AEIOU018BSQ")


def test_references_come_from_all_of_the_alphabet():
    assert len({references.new_reference() for _ in range(2000)}) > 1990
    assert NOW.tzinfo is not None
