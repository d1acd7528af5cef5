"""Stages as they follow from dated facts, what each opens, and how the gate is opened."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from practice import db
from practice.domain.accounts import refusals as accounts_refusals
from practice.domain.actors import SYSTEM, VISITOR, Actor
from practice.domain.booking import refusals
from practice.domain.clients import refusals as clients_refusals
from practice.domain.clients import stages
from practice.domain.clients.stages import Facts, Lock, Source, Stage
from practice.domain.errors import Busy, Invalid, KeyReused, NotFound, Refusal, TooMany
from practice.models.clients import Client
from practice.models.security import AuditEntry
from practice.services.clients import gate
from tests.builders import (
    CALL,
    NOW,
    PAID,
    THERAPIST,
    a_call,
    a_client,
    a_session,
    change_row,
    change_type,
    client_of,
    client_row,
    row,
    rows_of,
)

FACTS = (
    "ended_at",
    "paused_at",
    "intake_completed_at",
    "discovery_completed_at",
    "has_open_call",
)
STAGES = (Stage.ENDED, Stage.PAUSED, Stage.ONGOING, Stage.INTAKE, Stage.DISCOVERY)


def facts(*known: str) -> Facts:
    said: dict[str, Any] = {name: True if name == "has_open_call" else NOW for name in known}
    return Facts(**said)


@pytest.mark.parametrize("known", list(product([True, False], repeat=5)), ids=str)
def test_a_stage_is_the_first_that_holds(known: tuple[bool, ...]):
    held = [name for name, holds in zip(FACTS, known, strict=True) if holds]
    wanted = [one for one, holds in zip(STAGES, known, strict=True) if holds]
    assert stages.stage(facts(*held)) is [*wanted, Stage.NEW][0]


# What product.md says of each stage: None opens, anything else says why not.
DISCOVERED = "discovery_completed_at"
CLIENTS: list[tuple[tuple[str, ...], tuple[Lock | None, ...]]] = [
    ((), (None, Lock.DISCOVERY_REQUIRED, Lock.DISCOVERY_REQUIRED)),
    (
        ("has_open_call",),
        (Lock.DISCOVERY_OPEN, Lock.DISCOVERY_REQUIRED, Lock.DISCOVERY_REQUIRED),
    ),
    ((DISCOVERED,), (Lock.DISCOVERY_DONE, None, Lock.INTAKE_REQUIRED)),
    ((DISCOVERED, "intake_completed_at"), (Lock.DISCOVERY_DONE, None, None)),
    ((DISCOVERED, "paused_at"), (Lock.PAUSED,) * 3),
    (("paused_at",), (Lock.PAUSED,) * 3),
    ((DISCOVERED, "ended_at"), (Lock.ENDED,) * 3),
    (("ended_at", "paused_at"), (Lock.ENDED,) * 3),
]


@pytest.mark.parametrize(("known", "locks"), CLIENTS, ids=str)
def test_a_stage_opens_what_the_table_says(known: tuple[str, ...], locks: tuple[Lock | None, ...]):
    found = [stages.locked(facts(*known), needs) for needs in stages.NEEDS]
    assert found == list(locks)


@pytest.mark.parametrize("known", list(product([True, False], repeat=5)), ids=str)
def test_nothing_but_the_call_opens_before_the_gate_whoever_asks(known: tuple[bool, ...]):
    held = [name for name, holds in zip(FACTS, known, strict=True) if holds]
    found = facts(*held)
    if found.intake_completed_at and not found.discovery_completed_at:
        return  # the database keeps no such client; see below
    for rule in (stages.locked, stages.locked_for_therapist):
        opened = [needs for needs in stages.NEEDS if rule(found, needs) is None]
        if found.discovery_completed_at is None:
            assert set(opened) <= {Stage.NEW}
        else:
            assert Stage.NEW not in opened


def test_the_database_keeps_nobody_whose_intake_was_before_the_gate(house: str):
    with pytest.raises(IntegrityError, match="gate_first"):
        a_client(discovered=False, intake_completed_at=NOW)


@pytest.mark.parametrize("known", [(), ("paused_at",), ("ended_at",), ("intake_completed_at",)])
def test_the_therapist_decides_about_everything_behind_the_gate(known: tuple[str, ...]):
    found = facts(DISCOVERED, *known)
    assert stages.locked_for_therapist(found, Stage.INTAKE) is None
    assert stages.locked_for_therapist(found, Stage.ONGOING) is None


def test_the_therapist_books_one_open_call_and_no_second():
    assert stages.locked_for_therapist(facts(), Stage.NEW) is None
    assert stages.locked_for_therapist(facts("has_open_call"), Stage.NEW) is Lock.DISCOVERY_OPEN
    assert stages.locked_for_therapist(facts(DISCOVERED), Stage.NEW) is Lock.DISCOVERY_DONE


WORDS: list[tuple[Refusal, str, int]] = [
    (refusals.SlotTaken(), "slot_taken", 409),
    (refusals.NotOffered(), "slot_taken", 409),
    (refusals.TimeBlocked(), "time_blocked", 409),
    (clients_refusals.DiscoveryRequired(), "discovery_required", 403),
    (clients_refusals.DiscoveryOpen(), "discovery_open", 409),
    (clients_refusals.DiscoveryDone(), "discovery_done", 403),
    (clients_refusals.IntakeRequired(), "intake_required", 403),
    (clients_refusals.RelationshipPaused(), "paused", 403),
    (clients_refusals.RelationshipEnded(), "ended", 403),
    (refusals.HoldOpen(), "hold_open", 409),
    (refusals.AlreadyThere(), "already_there", 409),
    (refusals.TooLate(), "too_late", 409),
    (refusals.TooEarly(), "too_early", 409),
    (refusals.NotPossibleNow(), "not_possible_now", 409),
    (refusals.OutcomeNeeded(), "outcome_needed", 422),
    (refusals.SessionsDepend(), "sessions_depend", 409),
    (refusals.GroupFull(), "group_full", 409),
    (accounts_refusals.TwoOpenCalls(["A", "B"]), "two_open_calls", 409),
    (NotFound(), "not_found", 404),
    (Invalid({"name": "?"}), "invalid", 422),
    (KeyReused(), "idempotency_mismatch", 422),
    (TooMany(7), "too_many", 429),
    (Busy(), "busy", 503),
]


@pytest.mark.parametrize(("refusal", "code", "status"), WORDS, ids=lambda one: str(one)[:20])
def test_each_refusal_has_its_code_its_status_and_words(refusal: Refusal, code: str, status: int):
    assert (refusal.code, refusal.status) == (code, status)
    assert refusal.message.endswith((".", "?", ":"))


def test_every_lock_has_its_refusal():
    assert set(clients_refusals.LOCKS) == set(Lock)


def test_a_refusal_tells_programs_how_to_go_on():
    assert refusals.SlotTaken([NOW]).details == {"alternatives": [NOW.isoformat()]}
    assert accounts_refusals.TwoOpenCalls(["A", "B"]).details == {"references": ["A", "B"]}


BOOKINGS: list[tuple[dict[str, Any], str, Lock]] = [
    ({"discovered": False}, "intake", Lock.DISCOVERY_REQUIRED),
    ({"discovered": False}, "ongoing", Lock.DISCOVERY_REQUIRED),
    ({}, "new", Lock.DISCOVERY_DONE),
    ({}, "ongoing", Lock.INTAKE_REQUIRED),
    ({"paused_at": NOW}, "intake", Lock.PAUSED),
    ({"ended_at": NOW}, "intake", Lock.ENDED),
    ({"paused_at": NOW, "discovered": False}, "new", Lock.PAUSED),
    ({"ended_at": NOW, "discovered": False}, "new", Lock.ENDED),
]


@pytest.mark.parametrize(("known", "needs", "lock"), BOOKINGS, ids=str)
def test_the_gate_is_enforced_where_a_client_books(
    house: str, known: dict[str, Any], needs: str, lock: Lock
):
    change_type(PAID, needs=needs, price_cents=0)
    client = a_client(**known)
    with pytest.raises(clients_refusals.LOCKS[lock]):
        a_session(client)


@pytest.mark.parametrize("needs", ["intake", "ongoing"])
def test_the_gate_is_enforced_where_the_therapist_books(house: str, needs: str):
    change_type(PAID, needs=needs)
    client = a_client(discovered=False)
    with pytest.raises(clients_refusals.DiscoveryRequired):
        a_session(client, by=THERAPIST)


@pytest.mark.parametrize("fact", ["paused_at", "ended_at"])
def test_the_therapist_may_book_for_who_has_paused_or_ended(house: str, fact: str):
    known: dict[str, Any] = {fact: NOW}
    client = a_client(**known)
    assert a_session(client, by=THERAPIST).status == "confirmed"


def test_intake_completed_opens_all_types(house: str):
    change_type(PAID, needs="ongoing")
    client = a_client(intake_completed_at=NOW)
    assert a_session(client).status == "held"


def test_a_client_is_new_then_in_discovery(house: str):
    client = a_client(discovered=False)
    assert client.client_id
    assert db.query(gate.find_stage, client, client_id=client.client_id) is Stage.NEW
    a_session(client, CALL)
    assert db.query(gate.find_stage, client, client_id=client.client_id) is Stage.DISCOVERY


def test_the_stage_of_another_client_is_not_found(house: str):
    other = a_client()
    assert other.client_id
    for actor in (a_client(), VISITOR):
        with pytest.raises(NotFound):
            db.query(gate.find_stage, actor, client_id=other.client_id)


def test_known_before_this_portal_opens_the_gate_with_date_and_reason(house: str):
    client_id = row(a_call().reference).client_id
    db.transact(gate.mark_known, THERAPIST, client_id=client_id, reason="We met in 2019")
    found = client_row(client_id)
    assert (found.discovery_completed_at, found.discovery_source) == (NOW, Source.THERAPIST)
    assert found.discovery_reason
    assert b"2019" not in found.discovery_reason


def test_opening_the_gate_by_hand_is_audited_without_its_reason(house: str):
    client_id = row(a_call().reference).client_id
    db.transact(gate.mark_known, THERAPIST, client_id=client_id, reason="We met in 2019")
    (entry,) = rows_of(AuditEntry, AuditEntry.action == "gate_opened")
    assert (entry.subject_id, entry.actor) == (str(client_id), str(THERAPIST))
    assert "2019" not in str(entry.details)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_opening_the_gate_by_hand_wants_a_short_reason(house: str, reason: str):
    client_id = row(a_call().reference).client_id
    with pytest.raises(Invalid):
        db.transact(gate.mark_known, THERAPIST, client_id=client_id, reason=reason)


def test_the_gate_is_opened_by_hand_once(house: str):
    client = a_client()
    assert client.client_id
    with pytest.raises(refusals.NotPossibleNow):
        db.transact(gate.mark_known, THERAPIST, client_id=client.client_id, reason="Again")


@pytest.mark.parametrize("role", ["visitor", "client", "system"])
def test_nobody_but_the_therapist_opens_the_gate_by_hand(house: str, role: str):
    client = a_client(discovered=False)
    assert client.client_id
    actor: Actor = {"visitor": VISITOR, "client": client, "system": SYSTEM}[role]
    with pytest.raises(NotFound):
        db.transact(gate.mark_known, actor, client_id=client.client_id, reason="Let me in")
    assert client_row(client.client_id).discovery_completed_at is None


def test_who_is_known_books_what_needs_intake(house: str):
    found = client_of(a_call().reference)
    db.transact(gate.mark_known, THERAPIST, client_id=found.id, reason="From before")
    change_row(Client, Client.id == found.id, provisional=False)
    client = Actor(VISITOR.role.CLIENT, found.account_id, found.id)
    start = NOW.replace(day=25, hour=9)
    assert a_session(client, start=start).status == "held"
