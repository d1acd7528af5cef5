"""What somebody sees who picks a time, in their own zone, and what is known of who is signed in."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from practice import db
from practice.domain.actors import VISITOR, Actor
from practice.domain.clients.refusals import DiscoveryRequired
from practice.domain.clients.stages import Lock
from practice.domain.errors import NotFound
from practice.services.availability import slots
from practice.services.booking import offers
from practice.services.booking.offers import Desk, Offered
from tests.builders import (
    CALL,
    NOW,
    PAID,
    TOMORROW,
    ZONE,
    a_call,
    a_client,
    a_confirmed,
    appointment_of,
    change_type,
    holder_of,
)

KATHMANDU = ZoneInfo("Asia/Kathmandu")
TODAY = NOW.astimezone(ZONE).date()
DAY = timedelta(days=1)


def offered(first: date = TODAY, last: date = TODAY + 6 * DAY, zone: ZoneInfo = ZONE) -> Offered:
    return db.query(offers.find_offered, VISITOR, slug=CALL, first=first, last=last, zone=zone)


def desk(actor: Actor = VISITOR, slug: str = "") -> Desk:
    return db.query(offers.find_desk, actor, slug=slug)


def test_the_days_hold_exactly_what_the_interface_offers(house: str):
    shown = [one.start for day in offered().days for one in day.times]
    same = db.query(
        slots.list_slots,
        VISITOR,
        slug=CALL,
        first=TODAY,
        last=TODAY + 6 * DAY,
        zone=ZONE,
    )
    assert [one.timestamp() for one in shown] == [start for start, _ in same.starts]
    assert shown


def test_a_time_belongs_to_the_day_on_which_it_starts_for_who_looks(house: str):
    for day in offered(zone=KATHMANDU).days:
        for one in day.times:
            assert one.start.utcoffset() == timedelta(hours=5, minutes=45)
            assert one.start.date() == day.on


def test_where_a_week_has_nothing_the_next_free_day_is_named(house: str):
    everything = offered(last=TODAY + 300 * DAY)
    first, second = everything.days[:2]
    before = offered(last=first.on - DAY)
    assert (before.days, before.next_free) == ((), first.on)
    assert offered(last=first.on).next_free == second.on
    assert everything.next_free is None


def test_what_is_past_or_beyond_the_horizon_has_no_days(house: str):
    assert offered(TODAY - 40 * DAY, TODAY - DAY).days == ()
    beyond = offered(TODAY + 400 * DAY, TODAY + 430 * DAY)
    assert (beyond.days, beyond.next_free) == ((), None)


def test_a_guest_is_offered_the_call_and_shown_the_rest_behind_its_lock(house: str):
    found = desk()
    assert found.first
    assert found.first.slug == CALL
    paid = found.find(PAID)
    assert paid
    assert paid.lock is Lock.DISCOVERY_REQUIRED
    assert found.own is None
    with pytest.raises(DiscoveryRequired):
        db.query(offers.find_offered, VISITOR, slug=PAID, first=TODAY, last=TODAY, zone=ZONE)


def test_who_is_signed_in_sees_their_own_data_and_no_second_call(house: str):
    found = desk(a_client(email="anna@example.org"))
    assert found.own
    assert found.own.email == "anna@example.org"
    call = found.find(CALL)
    assert call
    assert call.lock is Lock.DISCOVERY_DONE
    assert found.first is None or found.first.slug != CALL


def test_a_type_behind_its_link_is_there_for_who_names_it(house: str):
    change_type(PAID, visible="link")
    assert desk().find(PAID) is None
    assert desk(slug=PAID).find(PAID)
    change_type(PAID, visible="therapist")
    assert desk(slug=PAID).find(PAID) is None


def test_moving_offers_the_neighbours_of_the_old_time_but_not_itself(house: str):
    change_type(CALL, step_minutes=10)
    reference = a_call(start=TOMORROW).reference
    day = TOMORROW.astimezone(ZONE).date()
    asked = {"first": day, "last": day, "zone": ZONE}
    holder = holder_of(reference)
    found = db.query(offers.find_offered_to_move, holder, reference=reference, **asked)
    starts = {one.start for one in found.days[0].times}
    assert TOMORROW not in starts
    # What overlaps the old time is free to whoever leaves it, and to nobody else.
    others = {one.start for one in offered(day, day).days[0].times}
    assert starts > others
    assert any(abs(one - TOMORROW) < timedelta(minutes=20) for one in starts - others)


def test_another_ones_booking_has_no_times_to_move_to(house: str):
    reference = a_confirmed(a_client(), TOMORROW).reference
    asked = {"first": TODAY, "last": TODAY, "zone": ZONE}
    with pytest.raises(NotFound):
        db.query(offers.find_offered_to_move, a_client(), reference=reference, **asked)
    assert appointment_of(reference).starts_at == TOMORROW
