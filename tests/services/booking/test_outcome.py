"""What the therapist says of a session once it has begun, and the gate that follows the call."""

from datetime import datetime, timedelta

import pytest

from practice import db
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.booking.refusals import NotPossibleNow, OutcomeNeeded, SessionsDepend, TooEarly
from practice.domain.booking.status import Status
from practice.domain.clients.refusals import RelationshipEnded
from practice.domain.clients.stages import Outcome, Source, Stage
from practice.domain.errors import NotFound
from practice.models.booking import Booking
from practice.models.clients import Client
from practice.models.security import AuditEntry
from practice.services.booking import cancel
from practice.services.booking import outcome as booking_outcome
from practice.services.clients import gate
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
    a_request,
    a_session,
    change_row,
    client_of,
    client_row,
    events_of,
    expire_due,
    holder_of,
    row,
    rows_of,
    the_time_is,
)

AFTER = TOMORROW + timedelta(hours=1)
NEXT = TOMORROW + timedelta(days=2)


def complete(reference: str, outcome: Outcome | None = None, at: datetime = AFTER) -> Stage:
    with the_time_is(at):
        return db.transact(
            booking_outcome.complete, THERAPIST, reference=reference, outcome=outcome
        )


def no_show(reference: str, at: datetime = AFTER) -> None:
    with the_time_is(at):
        db.transact(booking_outcome.no_show, THERAPIST, reference=reference)


OUTCOMES = [
    (Outcome.GO_ON, Stage.INTAKE, None, None),
    (Outcome.NOT_NOW, Stage.PAUSED, AFTER, None),
    (Outcome.REFER, Stage.ENDED, None, AFTER),
]


@pytest.mark.parametrize(("outcome", "stage", "paused", "ended"), OUTCOMES)
def test_every_outcome_of_the_call_opens_the_gate(
    house: str, outcome: Outcome, stage: Stage, paused: datetime | None, ended: datetime | None
):
    reference = a_call().reference
    assert complete(reference, outcome) is stage
    found = client_of(reference)
    assert (found.discovery_completed_at, found.discovery_source) == (AFTER, Source.CALL)
    assert (found.paused_at, found.ended_at) == (paused, ended)
    assert row(reference).status == Status.COMPLETED


def test_the_opening_of_the_gate_is_audited(house: str):
    reference = a_call().reference
    complete(reference, Outcome.REFER)
    (entry,) = rows_of(AuditEntry, AuditEntry.action == "gate_opened")
    assert (entry.actor, entry.subject_id) == (str(THERAPIST), str(client_of(reference).id))
    assert entry.details == {"source": "call", "outcome": "refer"}


def test_the_call_is_not_completed_without_saying_how_it_ended(house: str):
    reference = a_call().reference
    with pytest.raises(OutcomeNeeded):
        complete(reference)
    assert row(reference).status == "confirmed"


def test_a_session_needs_no_outcome_and_changes_no_stage(house: str):
    client = a_client()
    reference = a_confirmed(client).reference
    assert complete(reference) is Stage.INTAKE
    assert client_of(reference).discovery_source == Source.THERAPIST


def test_nothing_is_said_before_it_began(house: str):
    reference = a_call().reference
    before = TOMORROW - timedelta(seconds=1)
    with pytest.raises(TooEarly):
        complete(reference, Outcome.GO_ON, before)
    with pytest.raises(TooEarly):
        no_show(reference, before)
    assert complete(reference, Outcome.GO_ON, TOMORROW) is Stage.INTAKE


def test_a_missed_call_opens_nothing_and_can_be_booked_again(house: str):
    client = a_client(discovered=False)
    assert client.client_id
    reference = a_session(client, CALL).reference
    no_show(reference)
    assert client_row(client.client_id).discovery_completed_at is None
    with the_time_is(AFTER):
        assert a_session(client, CALL, NEXT).status == "confirmed"


def test_a_session_is_missed_and_was_held_after_all(house: str):
    reference = a_confirmed().reference
    no_show(reference)
    complete(reference)
    no_show(reference)
    found = [(one.from_status, one.to_status) for one in events_of(reference) if one.at == AFTER]
    assert sorted(found, key=str) == [
        ("completed", "no_show"),
        ("confirmed", "no_show"),
        ("no_show", "completed"),
    ]


def test_a_missed_call_that_took_place_opens_the_gate(house: str):
    reference = a_call().reference
    no_show(reference)
    assert complete(reference, Outcome.GO_ON) is Stage.INTAKE


@pytest.mark.parametrize("outcome", Outcome)
def test_a_call_completed_by_mistake_is_taken_back_with_all_it_said(house: str, outcome: Outcome):
    reference = a_call().reference
    complete(reference, outcome)
    no_show(reference, AFTER + timedelta(hours=1))
    found = client_of(reference)
    assert (found.discovery_completed_at, found.discovery_source) == (None, None)
    assert (found.paused_at, found.ended_at) == (None, None)
    assert rows_of(AuditEntry, AuditEntry.action == "gate_closed")


def test_what_was_said_later_stays(house: str):
    reference = a_call().reference
    complete(reference, Outcome.GO_ON)
    later = AFTER + timedelta(minutes=5)
    change_row(Client, Client.id == client_of(reference).id, paused_at=later)
    no_show(reference)
    assert client_of(reference).paused_at == later


@pytest.mark.parametrize("by", ["session", "intake"])
def test_a_call_on_which_more_was_built_is_not_taken_back(house: str, by: str):
    reference = a_call().reference
    complete(reference, Outcome.GO_ON)
    found = client_of(reference)
    if by == "session":
        with the_time_is(AFTER):
            a_session(Actor(Role.CLIENT, found.account_id, found.id), start=NEXT, by=THERAPIST)
    else:
        change_row(Client, Client.id == found.id, intake_completed_at=AFTER)
    with pytest.raises(SessionsDepend):
        no_show(reference)
    assert row(reference).status == "completed"
    assert client_of(reference).discovery_completed_at == AFTER


def test_a_session_given_back_is_no_obstacle(house: str):
    reference = a_call().reference
    complete(reference, Outcome.GO_ON)
    found = client_of(reference)
    client = Actor(Role.CLIENT, found.account_id, found.id)
    with the_time_is(AFTER):
        session = a_session(client, start=NEXT, by=THERAPIST).reference
        db.transact(cancel.cancel, THERAPIST, reference=session)
    no_show(reference)
    assert client_of(reference).discovery_completed_at is None


def test_who_was_known_before_stays_known_whatever_becomes_of_the_call(house: str):
    reference = a_call().reference
    client_id = client_of(reference).id
    db.transact(gate.mark_known, THERAPIST, client_id=client_id, reason="From before")
    complete(reference, Outcome.GO_ON)
    no_show(reference)
    found = client_row(client_id)
    assert (found.discovery_completed_at, found.discovery_source) == (NOW, Source.THERAPIST)


def test_the_gate_stays_open_while_another_call_was_completed(house: str):
    """Two calls took place and one is put right: the other one is still completed."""
    client = a_client(discovered=False)
    assert client.client_id
    first = a_session(client, CALL).reference
    no_show(first)
    with the_time_is(AFTER):
        second = a_session(client, CALL, NEXT).reference
    complete(second, Outcome.GO_ON, NEXT)
    complete(first, Outcome.GO_ON, NEXT)
    no_show(first, NEXT)
    assert row(second).status == "completed"
    assert client_row(client.client_id).discovery_completed_at is not None


@pytest.mark.parametrize("role", ["client", "holder", "system"])
def test_nobody_but_the_therapist_says_what_happened(house: str, role: str):
    client = a_client(discovered=False)
    reference = a_session(client, CALL).reference
    actor = {"client": client, "holder": holder_of(reference), "system": SYSTEM}[role]
    for service, more in (
        (booking_outcome.complete, {"outcome": Outcome.GO_ON}),
        (booking_outcome.no_show, {}),
    ):
        with the_time_is(AFTER), pytest.raises(NotPossibleNow):
            db.transact(service, actor, reference=reference, **more)
    assert client_of(reference).discovery_completed_at is None


def test_what_is_not_there_cannot_be_completed(house: str):
    with pytest.raises(NotFound):
        complete("KPT-493-RW")


def test_who_was_referred_on_books_nothing_more(house: str):
    reference = a_call().reference
    complete(reference, Outcome.REFER)
    found = client_of(reference)
    with pytest.raises(RelationshipEnded), the_time_is(AFTER):
        a_session(Actor(Role.CLIENT, found.account_id, found.id), start=NEXT)


def test_nothing_is_completed_by_time_alone(house: str):
    reference = a_call().reference
    with the_time_is(NOW + timedelta(days=90)):
        expire_due()
    assert row(reference).status == "confirmed"
    assert client_of(reference).discovery_completed_at is None


def test_a_request_does_not_complete(house: str):
    reference = a_request().reference
    with pytest.raises(NotPossibleNow):
        complete(reference)
    assert row(reference).status == "requested"


def test_each_place_of_a_group_has_its_own_outcome(house: str):
    a_group()
    came = a_session(a_client(), GROUP, by=THERAPIST).reference
    missed = a_session(a_client(), GROUP, by=THERAPIST).reference
    complete(came)
    no_show(missed)
    assert {one.status for one in rows_of(Booking)} == {"completed", "no_show"}
