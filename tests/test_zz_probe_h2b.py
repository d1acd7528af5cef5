import pytest, time_machine
from datetime import timedelta
from practice import db
from practice.domain.actors import *
from practice.domain.journey import Outcome
from practice.services import *
from practice.services import merging, outcomes, agenda, endings, confirmations, moves, clients, bookings
from tests.builders import *
from tests import builders
import psycopg

def guest_done(start=TOMORROW):
    b=builders.a_call(start=start)
    with time_machine.travel(start+timedelta(hours=1), tick=False):
        db.transact(outcomes.complete, THERAPIST, reference=b.reference, outcome=Outcome.GO_ON)
    return builders.row(b.reference).client_id

def test_merge_of_completed_guest_with_session(house):
    c=guest_done()
    later=TOMORROW+timedelta(days=3)
    db.transact(bookings.book, THERAPIST, a_wish(PAID, later), client_id=c)
    t=builders.a_client(discovered=False)
    db.transact(merging.merge, THERAPIST, client_id=c, into=t.client_id)

def test_merge_completed_only(house):
    c=guest_done()
    t=builders.a_client(discovered=False)
    db.transact(merging.merge, THERAPIST, client_id=c, into=t.client_id)
    assert builders.client_row(t.client_id).discovery_completed_at

def test_merge_known_guest_with_session(house):
    b=builders.a_call(); c=builders.row(b.reference).client_id
    db.transact(clients.mark_known, THERAPIST, client_id=c, reason="x")
    db.transact(bookings.book, THERAPIST, a_wish(PAID, TOMORROW+timedelta(days=3)), client_id=c)
    t=builders.a_client(discovered=False)
    db.transact(merging.merge, THERAPIST, client_id=c, into=t.client_id)

def test_group_moved_after_completion_then_cancel(house):
    g=db.transact(agenda.open_group, THERAPIST, slug=GROUP, start=TOMORROW)
    b=builders.a_session(builders.a_client(), GROUP, by=THERAPIST)
    with time_machine.travel(TOMORROW+timedelta(hours=2), tick=False):
        db.transact(outcomes.complete, THERAPIST, reference=b.reference)
        db.transact(agenda.move_group, THERAPIST, appointment_id=g, start=TOMORROW+timedelta(days=5))
        print(builders.row(b.reference).status)
        db.transact(agenda.cancel_group, THERAPIST, appointment_id=g)

def test_two_calls_gate_closed_though_one_completed(house):
    n=builders.a_client(discovered=False)
    a=builders.a_session(n, CALL)
    with time_machine.travel(TOMORROW+timedelta(hours=2), tick=False):
        db.transact(outcomes.no_show, THERAPIST, reference=a.reference)
        b=builders.a_session(n, CALL, TOMORROW+timedelta(days=1))
        db.transact(outcomes.complete, THERAPIST, reference=a.reference, outcome=Outcome.GO_ON)
    with time_machine.travel(TOMORROW+timedelta(days=1,hours=2), tick=False):
        db.transact(outcomes.complete, THERAPIST, reference=b.reference, outcome=Outcome.GO_ON)
        db.transact(outcomes.no_show, THERAPIST, reference=b.reference)
    assert builders.row(a.reference).status=='completed'
    assert builders.client_row(n.client_id).discovery_completed_at

def test_late_payment_after_gate_closed(house):
    n=builders.a_client(discovered=False)
    a=builders.a_session(n, CALL)
    with time_machine.travel(TOMORROW+timedelta(hours=2), tick=False):
        db.transact(outcomes.complete, THERAPIST, reference=a.reference, outcome=Outcome.GO_ON)
        p=builders.a_session(n, PAID, TOMORROW+timedelta(days=2))
    with time_machine.travel(TOMORROW+timedelta(hours=4), tick=False):
        db.transact(endings.expire_due, SYSTEM)
        db.transact(outcomes.no_show, THERAPIST, reference=a.reference)
        db.transact(confirmations.confirm, SYSTEM, reference=p.reference)

def test_late_payment_after_start(house):
    p=builders.a_session(builders.a_client(), PAID, TOMORROW)
    with time_machine.travel(TOMORROW+timedelta(hours=4), tick=False):
        db.transact(endings.expire_due, SYSTEM)
        print(db.transact(confirmations.confirm, SYSTEM, reference=p.reference))
        assert builders.row(p.reference).status=='expired'

def test_expired_request_confirm(house):
    p=builders.a_session(builders.a_client(), ASKED, TOMORROW+timedelta(days=6))
    with time_machine.travel(TOMORROW+timedelta(days=4), tick=False):
        db.transact(endings.expire_due, SYSTEM)
        print(db.transact(confirmations.confirm, SYSTEM, reference=p.reference))
        assert builders.row(p.reference).status=='expired'

def test_group_twice(house):
    g=db.transact(agenda.open_group, THERAPIST, slug=GROUP, start=TOMORROW)
    c=builders.a_client()
    builders.a_session(c, GROUP, by=THERAPIST)
    with pytest.raises(Exception):
        builders.a_session(c, GROUP, by=THERAPIST)

def test_move_past_group(house):
    g=db.transact(agenda.open_group, THERAPIST, slug=GROUP, start=TOMORROW)
    b=builders.a_session(builders.a_client(), GROUP, by=THERAPIST)
    with time_machine.travel(TOMORROW+timedelta(hours=2), tick=False):
        db.transact(outcomes.complete, THERAPIST, reference=b.reference)
        db.transact(agenda.move_group, THERAPIST, appointment_id=g, start=TOMORROW+timedelta(days=5))
    with psycopg.connect(house) as c:
        assert not c.execute("select count(*) from outbox where fact='moved'").fetchone()[0]

def test_request_moved_near_expires_at_once(house):
    p=builders.a_session(builders.a_client(), ASKED, TOMORROW+timedelta(days=6))
    db.transact(moves.move, THERAPIST, reference=p.reference, start=NOW+timedelta(minutes=30))
    assert db.transact(endings.expire_due, SYSTEM)==[]

def test_guest_moves_within_crowded_day(house):
    builders.change_type(CALL, step_minutes=60)
    a=builders.a_call(); b=builders.a_call(start=TOMORROW+timedelta(hours=1))
    hand=Actor(Role.PUBLIC, booking_id=builders.row(a.reference).id)
    db.transact(moves.move, hand, reference=a.reference, start=TOMORROW+timedelta(hours=3))

