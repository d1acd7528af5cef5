"""Two who turn out to be one: by a proven e-mail, or by the therapist, and never by guess."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from practice import db, vault
from practice.domain.accounts.refusals import TwoOpenCalls
from practice.domain.actors import SYSTEM, VISITOR, Actor, Role
from practice.domain.booking.refusals import NotPossibleNow
from practice.domain.clients.stages import Outcome, Source
from practice.domain.errors import NotFound, Refusal
from practice.models import sealed as models_sealed
from practice.models.accounts import Account
from practice.models.booking import Booking
from practice.models.clients import Client, Consent, Relationship
from practice.models.messages import Notice, Thread
from practice.models.outbox import OutboxRow
from practice.models.security import AuditEntry
from practice.services.accounts import attach, merging
from practice.services.accounts.merging import Hint
from practice.services.booking import cancel
from practice.services.booking import outcome as booking_outcome
from practice.services.clients import gate
from tests.builders import (
    CALL,
    GROUP,
    NOW,
    PAID,
    PRIVACY,
    THERAPIST,
    TOMORROW,
    a_call,
    a_client,
    a_group,
    a_guest,
    a_session,
    change_row,
    client_of,
    client_row,
    events_of,
    prove,
    row,
    rows_of,
    the_time_is,
)

ADA = "ada@example.org"
DAY = timedelta(days=1)


def call(start: Any = TOMORROW, **different: Any) -> str:
    return a_call(a_guest(**{"email": ADA, **different}), start).reference


def open_calls(client_id: UUID | None) -> list[str]:
    found = rows_of(Booking, Booking.client_id == client_id, Booking.status == "confirmed")
    return [one.reference for one in found if one.discovery]


# An e-mail is proven.


def test_a_proven_e_mail_with_no_account_makes_the_guest_the_client(house: str):
    reference = call()
    proven = prove(reference)
    found = client_of(reference)
    assert (found.provisional, found.account_id) == (False, proven.account_id)
    assert rows_of(Account)[0].email_proven_at == NOW
    assert proven.two_calls == ()


def test_a_proven_e_mail_of_a_known_account_merges_the_guest_into_its_client(house: str):
    known = a_client(discovered=False, email=ADA)
    reference = call()
    proven = prove(reference)
    assert proven.account_id == known.account_id
    assert row(reference).client_id == known.client_id
    assert [one.id for one in rows_of(Client)] == [known.client_id]
    assert [one.id for one in rows_of(Account)] == [known.account_id]


def test_all_that_guests_booked_under_the_e_mail_comes_along(house: str):
    first = call()
    db.transact(cancel.cancel, THERAPIST, reference=first)
    second = call(TOMORROW + DAY)
    prove(second)
    assert client_of(first).id == client_of(second).id
    assert len(rows_of(Client)) == len(rows_of(Account)) == 1


def test_guests_of_another_e_mail_stay_where_they_are(house: str):
    other = call(email="bo@example.org")
    prove(call(TOMORROW + DAY))
    assert client_of(other).provisional


def test_proving_twice_changes_nothing(house: str):
    reference = call()
    first = prove(reference)
    assert prove(reference) == first
    assert len(rows_of(Client)) == 1


def test_an_account_that_is_not_there_is_not_found(house: str):
    with pytest.raises(NotFound):
        db.transact(attach.prove_email, SYSTEM, account_id=uuid4())


def test_nobody_is_attached_before_the_e_mail_is_proven(house: str):
    known = a_client(discovered=False, email=ADA)
    call()
    assert open_calls(known.client_id) == []


def test_a_parent_who_books_as_a_guest_is_not_merged_into_the_child(house: str):
    """Who books as a guest books for themselves; the child's gate is not the parent's."""
    child = a_client(email=ADA, relationship=Relationship.CHILD)
    reference = call()
    proven = prove(reference)
    found = client_of(reference)
    assert found.id != child.client_id
    assert (found.account_id, found.provisional) == (proven.account_id, False)
    assert found.discovery_completed_at is None


def test_consent_and_conversation_come_along(house: str):
    known = a_client(discovered=False, email=ADA)
    reference = call()
    thread = rows_of(Thread)[0].id
    prove(reference)
    assert [(one.client_id, one.version, one.given_at) for one in rows_of(Consent)] == [
        (known.client_id, PRIVACY, NOW)
    ]
    assert [(one.id, one.client_id) for one in rows_of(Thread)] == [(thread, known.client_id)]


def test_a_consent_given_before_keeps_its_date(house: str):
    reference = call()
    prove(reference)
    with the_time_is(NOW + DAY):
        db.transact(cancel.cancel, THERAPIST, reference=reference)
        prove(call(TOMORROW + 2 * DAY))
    assert [(one.version, one.given_at) for one in rows_of(Consent)] == [(PRIVACY, NOW)]


def test_notices_come_along(house: str):
    known = a_client(discovered=False, email=ADA)
    prove(call())
    found = [one.account_id for one in rows_of(Notice, Notice.audience == "client")]
    assert found == [known.account_id]


@pytest.mark.parametrize("has_phone", [True, False])
def test_a_known_phone_is_kept_and_a_missing_one_taken(house: str, has_phone: bool):
    known = a_client(discovered=False, email=ADA)
    assert known.client_id
    if has_phone:
        sealed = models_sealed.seal(Client, "phone", known.client_id, "+390612345678")
        change_row(Client, Client.id == known.client_id, phone=sealed)
    prove(call(phone="+393331234567"))
    found = client_row(known.client_id)
    assert models_sealed.read(found, "phone") == ("+390612345678" if has_phone else "+393331234567")
    assert models_sealed.read(found, "name") == "Client"


def test_the_known_facts_stay(house: str):
    known = a_client(email=ADA)
    assert known.client_id
    reference = call()
    prove(reference)
    found = client_row(known.client_id)
    assert (found.discovery_completed_at, found.discovery_source) == (NOW, Source.THERAPIST)


AFTER = TOMORROW + timedelta(hours=1)
HELD: list[tuple[Outcome, bool, bool]] = [
    (Outcome.GO_ON, False, False),
    (Outcome.NOT_NOW, True, False),
    (Outcome.REFER, False, True),
]


@pytest.mark.parametrize(("outcome", "paused", "ended"), HELD)
def test_a_call_that_was_held_opens_the_gate_of_who_it_was(
    house: str, outcome: Outcome, paused: bool, ended: bool
):
    known = a_client(discovered=False, email=ADA)
    assert known.client_id
    reference = call()
    with the_time_is(AFTER):
        db.transact(booking_outcome.complete, THERAPIST, reference=reference, outcome=outcome)
    prove(reference)
    found = client_row(known.client_id)
    assert (found.discovery_completed_at, found.discovery_source) == (AFTER, Source.CALL)
    assert (bool(found.paused_at), bool(found.ended_at)) == (paused, ended)


def test_who_was_marked_known_as_a_guest_stays_known_with_the_reason(house: str):
    known = a_client(discovered=False, email=ADA)
    assert known.client_id
    reference = call()
    guest = client_of(reference).id
    db.transact(gate.mark_known, THERAPIST, client_id=guest, reason="Since 2019")
    prove(reference)
    found = client_row(known.client_id)
    assert models_sealed.read(found, "discovery_reason") == "Since 2019"


@pytest.mark.parametrize("source", Source)
def test_a_guest_who_has_sessions_already_is_merged_with_them(house: str, source: Source):
    """The therapist booked on after the call; then the person opens the account."""
    known = a_client(discovered=False, email=ADA)
    reference = call()
    guest = client_of(reference)
    if source is Source.THERAPIST:
        db.transact(gate.mark_known, THERAPIST, client_id=guest.id, reason="Since 2019")
    with the_time_is(AFTER):
        if source is Source.CALL:
            db.transact(
                booking_outcome.complete, THERAPIST, reference=reference, outcome=Outcome.GO_ON
            )
        actor = Actor(Role.CLIENT, guest.account_id, guest.id)
        session = a_session(actor, PAID, TOMORROW + 2 * DAY, by=THERAPIST).reference
        prove(reference)
    assert row(session).client_id == row(reference).client_id == known.client_id


def test_intake_completed_as_a_guest_is_not_forgotten(house: str):
    known = a_client(discovered=False, email=ADA)
    assert known.client_id
    reference = call()
    guest = client_of(reference).id
    db.transact(gate.mark_known, THERAPIST, client_id=guest, reason="Since 2019")
    change_row(Client, Client.id == guest, intake_completed_at=NOW)
    prove(reference)
    assert client_row(known.client_id).intake_completed_at == NOW


def test_two_places_of_one_person_in_a_group_do_not_break_the_merge(house: str):
    """Either it is refused in words or it leaves one place; it is not a crash."""
    known = a_client()
    assert known.client_id
    guest = client_of(call(TOMORROW + 2 * DAY))
    db.transact(gate.mark_known, THERAPIST, client_id=guest.id, reason="Since 2019")
    group = a_group()
    a_session(known, GROUP, by=THERAPIST)
    a_session(Actor(Role.CLIENT, guest.account_id, guest.id), GROUP, by=THERAPIST)
    with suppress(Refusal):
        db.transact(merging.merge, THERAPIST, client_id=guest.id, into=known.client_id)
    live = rows_of(Booking, Booking.appointment_id == group, Booking.status == "confirmed")
    assert len({one.client_id for one in live}) == len(live)


# Two open calls.


def two_calls() -> tuple[Actor, str, str]:
    known = a_client(discovered=False, email=ADA)
    own = a_session(known, CALL).reference
    return known, own, call(TOMORROW + DAY)


def test_of_two_open_calls_the_person_picks_one(house: str):
    known, own, guest = two_calls()
    proven = prove(guest)
    assert set(proven.two_calls) == {own, guest}
    assert row(own).status == row(guest).status == "confirmed"
    assert row(guest).client_id != known.client_id


@pytest.mark.parametrize("which", [0, 1])
def test_the_call_that_was_picked_stays_and_the_other_is_cancelled(house: str, which: int):
    known, *both = two_calls()
    prove(both[1])
    keep, drop = both[which], both[1 - which]
    proven = prove(both[1], keep)
    assert proven.two_calls == ()
    assert open_calls(known.client_id) == [keep]
    assert (row(drop).status, row(drop).client_id) == ("cancelled", known.client_id)
    facts = rows_of(OutboxRow, OutboxRow.booking_id == row(drop).id, OutboxRow.fact == "cancelled")
    assert len(facts) == 3


def test_the_record_names_who_picked(house: str):
    known, own, guest = two_calls()
    prove(guest, own)
    event = next(one for one in events_of(guest) if one.to_status == "cancelled")
    assert str(known.account_id) in event.actor


def test_a_pick_that_is_neither_is_no_pick(house: str):
    _, own, guest = two_calls()
    proven = prove(guest, "KPT-493-RW")
    assert set(proven.two_calls) == {own, guest}
    assert row(own).status == row(guest).status == "confirmed"


def test_of_two_calls_booked_as_a_guest_the_person_picks_one(house: str):
    first, second = call(), call(TOMORROW + DAY)
    assert set(prove(second).two_calls) == {first, second}
    assert prove(second, second).two_calls == ()
    assert (row(first).status, row(second).status) == ("cancelled", "confirmed")
    assert len(rows_of(Client)) == 1


@pytest.mark.parametrize("which", [0, 1, 2])
def test_of_three_open_calls_one_stays(house: str, which: int):
    start = TOMORROW + 3 * DAY - timedelta(days=2)
    calls = [call(start), call(start + timedelta(hours=1))]
    with the_time_is(NOW + DAY):
        calls.append(call(TOMORROW + 2 * DAY))
        keep = calls[which]
        assert prove(calls[0], keep).two_calls == ()
    assert [one for one in calls if row(one).status == "confirmed"] == [keep]
    assert len(rows_of(Client)) == 1


# By the therapist.


def test_the_therapist_merges_a_guest_into_somebody_known(house: str):
    known = a_client(discovered=False)
    assert known.client_id
    reference = call()
    guest = client_of(reference).id
    db.transact(merging.merge, THERAPIST, client_id=guest, into=known.client_id)
    assert row(reference).client_id == known.client_id
    assert rows_of(Client, Client.id == guest) == []
    (entry,) = rows_of(AuditEntry, AuditEntry.action == "merged")
    assert (entry.actor, entry.subject_id) == (str(THERAPIST), str(known.client_id))


def test_the_therapist_says_which_of_two_calls_stays(house: str):
    known, own, guest = two_calls()
    assert known.client_id
    asked: dict[str, Any] = {"client_id": client_of(guest).id, "into": known.client_id}
    with pytest.raises(TwoOpenCalls) as choice:
        db.transact(merging.merge, THERAPIST, **asked)
    assert set(choice.value.references) == {own, guest}
    db.transact(merging.merge, THERAPIST, **asked, keep=guest)
    assert (row(own).status, row(guest).status) == ("cancelled", "confirmed")
    event = next(one for one in events_of(own) if one.to_status == "cancelled")
    assert event.actor == str(THERAPIST)


def test_only_a_guest_is_merged_and_not_into_itself(house: str):
    known, other = a_client(), a_client()
    guest = client_of(call()).id
    assert known.client_id
    assert other.client_id
    for one, into in ((known.client_id, other.client_id), (guest, guest)):
        with pytest.raises(NotPossibleNow):
            db.transact(merging.merge, THERAPIST, client_id=one, into=into)


def test_merging_by_hand_and_its_hints_are_the_therapists_alone(house: str):
    known = a_client(discovered=False)
    assert known.client_id
    guest = client_of(call()).id
    for actor in (VISITOR, known):
        with pytest.raises(NotFound):
            db.transact(merging.merge, actor, client_id=guest, into=known.client_id)
        with pytest.raises(NotFound):
            db.query(merging.find_likely, actor, client_id=guest)


# Hints.


def hints(client_id: UUID) -> dict[UUID, Hint]:
    found = db.query(merging.find_likely, THERAPIST, client_id=client_id)
    return {one.client_id: one.hint for one in found}


def test_an_e_mail_and_a_phone_are_hints(house: str):
    by_email = client_of(call(phone="+393331111111")).id
    by_phone = client_of(call(TOMORROW + DAY, email="bo@example.org", phone="+393332222222")).id
    call(TOMORROW + 2 * DAY, email="cy@example.org", phone="+393333333333")
    asked = client_of(call(TOMORROW + timedelta(hours=2), phone="+393332222222")).id
    assert hints(asked) == {by_email: Hint.EMAIL, by_phone: Hint.PHONE}


def test_a_phone_alone_merges_nothing(house: str):
    known = a_client(discovered=False)
    change_row(
        Client,
        Client.id == known.client_id,
        phone_index=vault.ring().index("phone", "+393331234567"),
    )
    reference = call(phone="+393331234567")
    prove(reference)
    assert row(reference).client_id != known.client_id


def test_nobody_is_like_somebody_because_neither_has_a_phone(house: str):
    one, other = a_client(), a_client()
    assert one.client_id
    assert other.client_id
    assert hints(one.client_id) == {}


def test_what_the_therapist_knows_of_the_guest_is_added_to_a_known_client(house: str):
    """An ended relationship does not open again because two records became one."""
    guest = a_call(a_guest(email="two@example.org"))
    stranger = row(guest.reference).client_id
    change_row(
        Client,
        Client.id == stranger,
        discovery_completed_at=NOW,
        discovery_source="therapist",
        discovery_reason=b"x",
        ended_at=NOW,
    )
    known = a_client(email="one@example.org").client_id or stranger
    db.transact(merging.merge, THERAPIST, client_id=stranger, into=known)
    assert client_row(known).ended_at == NOW


@pytest.fixture
def rotating() -> Iterator[Callable[[], vault.Ring]]:
    """A newer key before the one of the tests, from the moment it is wanted."""
    own = "a key that seals nothing outside the tests"
    yield lambda: vault.use(["a newer key that seals from now on", own])
    vault.use([own])


def test_while_keys_are_changed_people_are_found_under_both(
    house: str, rotating: Callable[[], vault.Ring]
):
    guest = row(a_call(a_guest(email="same@example.org")).reference).client_id
    rotating()
    a_client(email="same@example.org")
    found = db.query(merging.find_likely, THERAPIST, client_id=guest)
    assert [one.hint for one in found] == ["email"]


def test_a_phone_that_comes_along_is_found_under_the_newest_key(
    house: str, rotating: Callable[[], vault.Ring]
):
    guest = row(a_call(a_guest(phone="+493012345678")).reference).client_id
    newest = rotating()
    known = client_row(a_client(email="other@example.org").client_id or guest).id
    db.transact(merging.merge, THERAPIST, client_id=guest, into=known)
    assert client_row(known).phone_index == newest.index("phone", "+493012345678")
