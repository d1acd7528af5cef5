"""The sample practice: a believable day, whenever it is made."""

from datetime import UTC, datetime, timedelta

import pytest

from practice import clock, db
from practice.domain.actors import SYSTEM
from practice.domain.booking.status import Status
from practice.models.booking import Booking
from practice.models.outbox import OutboxRow
from practice.sample import seed, seed_people
from practice.services.accounts import sign_in
from practice.services.messages import notices
from practice.services.portal import today
from practice.services.portal.decisions import Wanted
from tests.builders import THERAPIST, appointment_of, rows_of, the_time_is

# 11:12 of a Tuesday in Trieste.
MORNING = datetime(2026, 11, 24, 10, 12, tzinfo=UTC)


def seeded() -> None:
    db.transact(seed.seed, SYSTEM)
    db.transact(seed_people.seed, SYSTEM)


@pytest.mark.parametrize("hours", range(0, 24 * 7, 13))
def test_at_any_hour_of_any_day_there_is_a_day_and_something_to_decide(database: str, hours: int):
    with the_time_is(MORNING + timedelta(hours=hours)):
        seeded()
        found = db.query(today.find_today, THERAPIST)
    assert len(found.today.meetings) >= 4
    assert {one.wanted for one in found.decisions} == set(Wanted)


def test_in_the_morning_somebody_comes_soon(database: str):
    with the_time_is(MORNING):
        seeded()
        found = db.query(today.find_today, THERAPIST)
    assert found.next
    assert (found.next.meeting.client, found.next.meeting.starts_at) == (
        "Junia Hartwell",
        MORNING + timedelta(minutes=18),
    )
    assert [one.status for one in found.today.meetings[:2]] == [Status.COMPLETED, Status.CONFIRMED]


@pytest.mark.parametrize("hours", [0, 9, 21])
def test_nothing_is_promised_about_what_lies_behind(database: str, hours: int):
    with the_time_is(MORNING + timedelta(hours=hours)):
        seeded()
        told = db.query(notices.list_newest, THERAPIST)
        promised = {one.booking_id for one in rows_of(OutboxRow)}
        begun = {
            row.id
            for row in rows_of(Booking)
            if appointment_of(row.reference).starts_at <= clock.now()
        }
        assert min(one.starts_at for one in told) > clock.now()
    assert begun
    assert promised
    assert not promised & begun


def test_people_are_added_once_and_to_the_sample_only(practice: str):
    assert db.query(seed_people.is_wanted, SYSTEM)
    seeded()
    assert not db.query(seed_people.is_wanted, SYSTEM)


def test_nobody_is_added_to_a_practice_of_ones_own(house: str):
    assert not db.query(seed_people.is_wanted, SYSTEM)


def test_the_start_message_opens_a_sample_client_s_door(practice: str):
    assert db.transact(seed_people.open_door, SYSTEM) is None
    seeded()
    link = db.transact(seed_people.open_door, SYSTEM)
    assert link
    token = link.rpartition("/")[2]
    seen = db.query(sign_in.look, SYSTEM, token=token, nonce="")
    assert (seen.state, seen.zone) == ("good", "Europe/London")
