"""The therapist's own hand: blocks, and groups opened, moved, resized and called off."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from practice import db
from practice.domain.actors import VISITOR
from practice.domain.booking.refusals import GroupFull, NotPossibleNow, SlotTaken, TimeBlocked
from practice.domain.errors import Invalid, NotFound
from practice.models import sealed
from practice.models.booking import Appointment
from practice.models.outbox import OutboxRow
from practice.models.schedule import Block
from practice.models.security import AuditEntry
from practice.services.booking import cancel, outcome
from practice.services.calendar import blocks, groups
from tests.builders import (
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
    a_session,
    appointment_of,
    change_type,
    events_of,
    row,
    rows_of,
    the_time_is,
)

HOUR = timedelta(hours=1)
LATER = TOMORROW + timedelta(days=2)


def group_row(group: Any) -> Appointment:
    return rows_of(Appointment, Appointment.id == group)[0]


def test_a_blocked_time_is_not_offered(house: str):
    db.transact(blocks.block, THERAPIST, starts_at=TOMORROW, ends_at=TOMORROW + HOUR)
    with pytest.raises(SlotTaken):
        a_call()
    assert a_call(start=TOMORROW + HOUR).status == "confirmed"


def test_whole_days_are_blocked_in_their_zone(house: str):
    day = TOMORROW.date()
    db.transact(blocks.block_days, THERAPIST, first_on=day, last_on=day, zone="Europe/Berlin")
    with pytest.raises(SlotTaken):
        a_call(start=TOMORROW + 7 * HOUR)
    assert a_call(start=TOMORROW + 24 * HOUR).status == "confirmed"


def test_what_is_unblocked_is_offered_again(house: str):
    found = db.transact(blocks.block, THERAPIST, starts_at=TOMORROW, ends_at=TOMORROW + HOUR)
    db.transact(blocks.unblock, THERAPIST, block_id=found)
    assert a_call().status == "confirmed"


def test_the_reason_of_a_block_is_sealed(house: str):
    db.transact(
        blocks.block, THERAPIST, starts_at=TOMORROW, ends_at=TOMORROW + HOUR, reason="Surgeon"
    )
    (found,) = rows_of(Block)
    assert b"Surgeon" not in (found.reason or b"")
    assert sealed.read(found, "reason") == "Surgeon"


@pytest.mark.parametrize("ends", [TOMORROW, TOMORROW - HOUR], ids=str)
def test_a_block_ends_after_it_starts(house: str, ends: datetime):
    with pytest.raises(Invalid):
        db.transact(blocks.block, THERAPIST, starts_at=TOMORROW, ends_at=ends)


def test_blocked_days_are_in_order_and_in_a_zone(house: str):
    day = TOMORROW.date()
    before = day - timedelta(days=1)
    with pytest.raises(Invalid):
        db.transact(blocks.block_days, THERAPIST, first_on=day, last_on=before, zone="Europe/Rome")
    with pytest.raises(Invalid):
        db.transact(blocks.block_days, THERAPIST, first_on=day, last_on=day, zone="Mars/Base")


def test_everything_the_therapist_does_is_audited(house: str):
    found = db.transact(blocks.block, THERAPIST, starts_at=LATER, ends_at=LATER + HOUR)
    db.transact(blocks.unblock, THERAPIST, block_id=found)
    group = a_group()
    db.transact(groups.resize_group, THERAPIST, appointment_id=group, capacity=5)
    db.transact(groups.move_group, THERAPIST, appointment_id=group, start=LATER)
    db.transact(groups.cancel_group, THERAPIST, appointment_id=group)
    entries = rows_of(AuditEntry, AuditEntry.actor == str(THERAPIST))
    assert [one.action for one in sorted(entries, key=lambda one: one.id or 0)] == [
        *("blocked", "unblocked", "group_opened"),
        *("group_resized", "group_moved", "group_cancelled"),
    ]


WORK: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (blocks.block, {"starts_at": TOMORROW, "ends_at": LATER}),
    (
        blocks.block_days,
        {"first_on": TOMORROW.date(), "last_on": TOMORROW.date(), "zone": "Europe/Rome"},
    ),
    (blocks.unblock, {"block_id": None}),
    (groups.open_group, {"slug": GROUP, "start": LATER}),
    (groups.move_group, {"appointment_id": None, "start": LATER}),
    (groups.resize_group, {"appointment_id": None, "capacity": 9}),
    (groups.cancel_group, {"appointment_id": None}),
]


@pytest.mark.parametrize(("service", "asked"), WORK, ids=lambda one: getattr(one, "__name__", ""))
def test_the_agenda_is_the_therapists_alone(
    house: str, service: Callable[..., Any], asked: dict[str, Any]
):
    own = {
        "block_id": db.transact(blocks.block, THERAPIST, starts_at=LATER, ends_at=LATER + HOUR),
        "appointment_id": a_group(),
    }
    wanted = {name: own.get(name, value) for name, value in asked.items()}
    for actor in (VISITOR, a_client()):
        with pytest.raises(NotFound):
            db.transact(service, actor, **wanted)


def test_what_does_not_exist_is_not_found(house: str):
    with pytest.raises(NotFound):
        db.transact(blocks.unblock, THERAPIST, block_id=uuid4())
    with pytest.raises(NotFound):
        db.transact(groups.cancel_group, THERAPIST, appointment_id=uuid4())


# Groups.


def test_an_open_group_takes_its_time_though_nobody_is_in_it(house: str):
    group = a_group()
    assert (group_row(group).live, group_row(group).capacity) == (True, 3)
    with pytest.raises(SlotTaken):
        a_confirmed(start=TOMORROW + HOUR)


def test_a_group_can_have_more_or_fewer_places_than_its_type(house: str):
    assert group_row(a_group(capacity=12)).capacity == 12
    assert group_row(a_group(LATER, capacity=1)).capacity == 1


@pytest.mark.parametrize("capacity", [0, -1])
def test_a_group_has_at_least_one_place(house: str, capacity: int):
    with pytest.raises(Invalid):
        a_group(capacity=capacity)


@pytest.mark.parametrize("slug", [CALL, PAID])
def test_only_a_group_is_opened_without_anybody(house: str, slug: str):
    with pytest.raises(NotPossibleNow):
        db.transact(groups.open_group, THERAPIST, slug=slug, start=TOMORROW)


def test_a_group_is_opened_over_a_block_after_a_warning_and_never_over_somebody(house: str):
    db.transact(blocks.block, THERAPIST, starts_at=TOMORROW, ends_at=TOMORROW + HOUR)
    with pytest.raises(TimeBlocked):
        a_group()
    a_group(despite_block=True)
    with pytest.raises(SlotTaken):
        a_group(TOMORROW + HOUR, despite_block=True)


def test_moving_the_group_moves_everybody_in_it(house: str):
    group = a_group()
    inside = [a_session(a_client(), GROUP, by=THERAPIST).reference for _ in range(2)]
    gone = a_session(a_client(), GROUP).reference
    db.transact(cancel.cancel, THERAPIST, reference=gone)
    db.transact(groups.move_group, THERAPIST, appointment_id=group, start=LATER)
    assert (group_row(group).starts_at, group_row(group).sequence) == (LATER, 1)
    for reference in inside:
        assert (appointment_of(reference).id, row(reference).sequence) == (group, 1)
        assert any(one.what == "moved" for one in events_of(reference))
    assert not any(one.what == "moved" for one in events_of(gone))
    letters = [one for one in rows_of(OutboxRow) if one.fact == "moved"]
    assert len(letters) == 6


def test_a_group_moves_over_its_own_old_time_and_onto_nobody(house: str):
    group = a_group()
    a_confirmed(start=TOMORROW + 4 * HOUR)
    db.transact(groups.move_group, THERAPIST, appointment_id=group, start=TOMORROW + HOUR)
    with pytest.raises(SlotTaken):
        db.transact(groups.move_group, THERAPIST, appointment_id=group, start=TOMORROW + 3 * HOUR)
    assert group_row(group).starts_at == TOMORROW + HOUR


def test_moving_a_group_to_where_it_is_tells_nobody(house: str):
    """A letter tells the truth: nothing was moved."""
    group = a_group()
    reference = a_session(a_client(), GROUP, by=THERAPIST).reference
    db.transact(groups.move_group, THERAPIST, appointment_id=group, start=TOMORROW)
    assert row(reference).sequence == 0
    assert not any(one.fact == "moved" for one in rows_of(OutboxRow))


def test_what_took_place_in_a_group_is_not_moved(house: str):
    group = a_group()
    reference = a_session(a_client(), GROUP, by=THERAPIST).reference
    with the_time_is(TOMORROW + 2 * HOUR):
        db.transact(outcome.complete, THERAPIST, reference=reference)
        with pytest.raises(NotPossibleNow):
            db.transact(groups.move_group, THERAPIST, appointment_id=group, start=LATER)
    assert appointment_of(reference).starts_at == TOMORROW


def test_who_has_not_paid_yet_hears_of_a_moved_group_without_a_calendar_entry(house: str):
    """A time that was never certain has no event in a calendar."""
    group = a_group()
    held = a_session(a_client(), GROUP).reference
    db.transact(groups.move_group, THERAPIST, appointment_id=group, start=LATER)
    found = {one.effect for one in rows_of(OutboxRow, OutboxRow.booking_id == row(held).id)}
    assert "calendar_event" not in found


def test_a_group_shrinks_to_who_is_in_it_and_no_further(house: str):
    group = a_group()
    for _ in range(2):
        a_session(a_client(), GROUP, by=THERAPIST)
    db.transact(groups.resize_group, THERAPIST, appointment_id=group, capacity=2)
    with pytest.raises(GroupFull):
        db.transact(groups.resize_group, THERAPIST, appointment_id=group, capacity=1)
    with pytest.raises(Invalid):
        db.transact(groups.resize_group, THERAPIST, appointment_id=group, capacity=0)
    assert group_row(group).capacity == 2


def test_a_group_that_grew_has_places(house: str):
    group = a_group(capacity=1)
    a_session(a_client(), GROUP)
    db.transact(groups.resize_group, THERAPIST, appointment_id=group, capacity=2)
    assert a_session(a_client(), GROUP).status == "held"


def test_calling_a_group_off_cancels_everybody_and_frees_the_time(house: str):
    group = a_group()
    inside = [a_session(a_client(), GROUP, by=by).reference for by in (None, THERAPIST)]
    found = db.transact(groups.cancel_group, THERAPIST, appointment_id=group, why="I am ill")
    assert set(found) == set(inside)
    assert {row(one).status for one in inside} == {"cancelled"}
    assert not group_row(group).live
    assert a_confirmed().starts_at == TOMORROW
    event = next(one for one in events_of(inside[0]) if one.to_status == "cancelled")
    assert sealed.read(event, "why") == "I am ill"


def test_a_group_called_off_is_not_offered_moved_or_changed(house: str):
    group = a_group()
    db.transact(groups.cancel_group, THERAPIST, appointment_id=group)
    with pytest.raises(SlotTaken):
        a_session(a_client(), GROUP)
    with pytest.raises(NotPossibleNow):
        db.transact(groups.cancel_group, THERAPIST, appointment_id=group)
    with pytest.raises(NotPossibleNow):
        db.transact(groups.move_group, THERAPIST, appointment_id=group, start=LATER)
    with pytest.raises(NotPossibleNow):
        db.transact(groups.resize_group, THERAPIST, appointment_id=group, capacity=9)


def test_a_group_that_began_is_not_called_off(house: str):
    group = a_group()
    with the_time_is(TOMORROW), pytest.raises(NotPossibleNow):
        db.transact(groups.cancel_group, THERAPIST, appointment_id=group)


def test_a_one_to_one_is_no_group(house: str):
    found = appointment_of(a_confirmed().reference).id
    with pytest.raises(NotPossibleNow):
        db.transact(groups.cancel_group, THERAPIST, appointment_id=found)


def test_a_group_keeps_its_time_when_the_last_one_leaves(house: str):
    group = a_group()
    client = a_client()
    reference = a_session(client, GROUP).reference
    db.transact(cancel.cancel, client, reference=reference)
    assert group_row(group).live


def test_a_type_that_changes_its_places_leaves_open_groups_alone(house: str):
    group = a_group()
    change_type(GROUP, capacity=20)
    assert group_row(group).capacity == 3
    assert group_row(group).created_at == NOW
