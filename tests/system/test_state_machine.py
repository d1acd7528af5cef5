"""DB4: whatever is done in whatever order, the calendar, the gate and the promises hold.

A model that knows only product.md says before each step whether it will be accepted; after each
step the database is asked whether everything that must always be true is true.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import hypothesis
import psycopg
import pytest
import time_machine
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session

from practice import clock, db, settings
from practice.domain.accounts.refusals import TwoOpenCalls
from practice.domain.actors import SYSTEM, VISITOR, Actor, Role
from practice.domain.availability import hours
from practice.domain.booking import consequences
from practice.domain.booking.consequences import Fact
from practice.domain.booking.refusals import (
    AlreadyThere,
    GroupFull,
    HoldOpen,
    NotPossibleNow,
    SessionsDepend,
    SlotTaken,
    TimeBlocked,
    TooEarly,
    TooLate,
)
from practice.domain.booking.status import Status
from practice.domain.clients.refusals import Locked
from practice.domain.clients.stages import Outcome
from practice.domain.errors import Refusal
from practice.models.booking import Booking
from practice.services.accounts import merging
from practice.services.availability import rules as availability_rules
from practice.services.availability import slots
from practice.services.booking import book, cancel, confirm, move
from practice.services.booking import outcome as booking_outcome
from practice.services.booking.idempotency import Booked
from practice.services.calendar import blocks
from practice.services.calendar import groups as calendar_groups
from practice.services.clients import gate
from tests import builders
from tests.builders import ASKED, BY_SYSTEM, CALL, GROUP, NOW, PAID, THERAPIST, TOMORROW

STEPS = 2000
Interval = tuple[datetime, datetime]
LIVE = {"held", "requested", "confirmed", "completed", "no_show"}
OPEN = {"held", "requested", "confirmed"}
FREE_HOURS = 12


@dataclass(frozen=True)
class Kind:
    minutes: int
    after: int = 0
    free_hours: int = FREE_HOURS

    def session(self, start: datetime) -> Interval:
        return start, start + timedelta(minutes=self.minutes)

    def during(self, start: datetime) -> Interval:
        return start, start + timedelta(minutes=self.minutes + self.after)


KINDS = {
    CALL: Kind(20, free_hours=0),
    PAID: Kind(50, after=10),
    ASKED: Kind(75),
    GROUP: Kind(90),
}


@dataclass(eq=False)
class Person:
    actor: Actor
    id: UUID
    provisional: bool = False
    # By a call or by the therapist's word; None while the gate is closed.
    opened_by: str | None = None
    opened_at: datetime | None = None
    paused_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(eq=False)
class Group:
    id: UUID
    start: datetime
    capacity: int
    is_open: bool = True


@dataclass(eq=False)
class Seat:
    reference: str
    slug: str
    person: Person
    start: datetime
    status: str
    group: Group | None = None
    was_held: bool = False


@dataclass(eq=False)
class Block:
    id: UUID
    during: Interval
    is_whole_day: bool


@dataclass
class World:
    """What product.md says the house looks like."""

    people: list[Person] = field(default_factory=list[Person])
    seats: dict[str, Seat] = field(default_factory=dict[str, Seat])
    groups: list[Group] = field(default_factory=list[Group])
    blocks: list[Block] = field(default_factory=list[Block])

    def taken(self, *, without: object = None) -> list[Interval]:
        alone = [
            KINDS[one.slug].during(one.start)
            for one in self.seats.values()
            if one.status in LIVE and one.group is None and one is not without
        ]
        groups = [
            KINDS[GROUP].during(one.start)
            for one in self.groups
            if one.is_open and one is not without
        ]
        return alone + groups

    def against(
        self, slug: str, start: datetime, *, despite_block: bool, without: object = None
    ) -> type[Refusal] | None:
        """What stops the therapist's own hand, and a late payment."""
        kind = KINDS[slug]
        if any(meet(one, kind.during(start)) for one in self.taken(without=without)):
            return SlotTaken
        if despite_block:
            return None
        stands = any(
            meet(one.during, kind.session(start) if one.is_whole_day else kind.during(start))
            for one in self.blocks
        )
        return TimeBlocked if stands else None

    def inside(self, group: Group) -> list[Seat]:
        return [one for one in self.seats.values() if one.group is group and one.status in LIVE]

    def of(self, person: Person) -> list[Seat]:
        return [one for one in self.seats.values() if one.person is person]

    def open_calls(self, person: Person) -> list[Seat]:
        return [one for one in self.of(person) if one.slug == CALL and one.status in OPEN]

    def is_locked(self, person: Person, slug: str, *, for_therapist: bool) -> bool:
        if not for_therapist and (person.ended_at or person.paused_at):
            return True
        if slug == CALL:
            return person.opened_by is not None or bool(self.open_calls(person))
        return person.opened_by is None

    def group_at(self, start: datetime) -> Group | None:
        return next((one for one in self.groups if one.is_open and one.start == start), None)


def meet(one: Interval, other: Interval) -> bool:
    return one[0] < other[1] and other[0] < one[1]


# Everything that must be true at any moment: no row may come back.
INVARIANTS = """
    SELECT 'two live appointments overlap', a.id::text FROM appointments a JOIN appointments b
    ON a.id < b.id AND a.live AND b.live AND a.during && b.during
    UNION ALL
    SELECT 'live is not what its bookings say', a.id::text FROM appointments a
    WHERE a.live <> CASE WHEN a.group_status IS NULL THEN EXISTS (
        SELECT FROM bookings WHERE appointment_id = a.id
        AND status IN ('held', 'requested', 'confirmed', 'completed', 'no_show'))
    ELSE a.group_status = 'open' END
    UNION ALL
    SELECT 'more people than places', a.id::text FROM appointments a WHERE a.capacity < (
        SELECT count(*) FROM bookings WHERE appointment_id = a.id
        AND status IN ('held', 'requested', 'confirmed', 'completed', 'no_show'))
    UNION ALL
    SELECT 'a live session of a client without the call', b.reference
    FROM bookings b JOIN clients c ON c.id = b.client_id JOIN session_types t
    ON t.id = b.session_type_id
    WHERE t.needs <> 'new' AND c.discovery_completed_at IS NULL
    AND status IN ('held', 'requested', 'confirmed', 'completed', 'no_show')
    UNION ALL
    SELECT 'discovery is not what its type says', b.reference
    FROM bookings b JOIN session_types t ON t.id = b.session_type_id
    WHERE b.discovery <> (t.needs = 'new')
    UNION ALL
    SELECT 'more than one open call', client_id::text FROM bookings
    WHERE discovery AND status IN ('held', 'requested', 'confirmed')
    GROUP BY client_id HAVING count(*) > 1
    UNION ALL
    SELECT 'a completed call that opened nothing', b.reference
    FROM bookings b JOIN clients c ON c.id = b.client_id
    WHERE b.discovery AND b.status = 'completed' AND c.discovery_completed_at IS NULL
    UNION ALL
    SELECT 'a gate opened by no call', c.id::text FROM clients c WHERE discovery_source = 'call'
    AND NOT EXISTS (SELECT FROM bookings WHERE client_id = c.id AND discovery
                    AND status = 'completed')
    UNION ALL
    SELECT 'waits without end, or ends without waiting', reference FROM bookings
    WHERE (status IN ('held', 'requested')) <> (hold_expires_at IS NOT NULL)
    UNION ALL
    SELECT 'another status than the last event', b.reference FROM bookings b
    WHERE status IS DISTINCT FROM (SELECT to_status FROM booking_events WHERE booking_id = b.id
                                   ORDER BY at DESC, id DESC LIMIT 1)
    UNION ALL
    SELECT 'an event that does not follow from the one before', id::text FROM (
        SELECT id, from_status, lag(to_status) OVER (PARTITION BY booking_id ORDER BY at, id)
        AS before FROM booking_events) e
    WHERE from_status IS DISTINCT FROM before
    UNION ALL
    SELECT 'an event without its line in the journal', e.id::text FROM booking_events e
    WHERE (SELECT count(*) FROM audit_entries WHERE subject = 'bookings'
           AND subject_id = e.booking_id::text AND action = e.what AND at = e.at) <> 1
    UNION ALL
    SELECT 'a notice for somebody else', n.id::text FROM notices n
    JOIN booking_events e ON e.id = n.event_id JOIN bookings b ON b.id = e.booking_id
    JOIN clients c ON c.id = b.client_id
    WHERE n.audience = 'client' AND n.account_id <> c.account_id
    UNION ALL
    SELECT 'confirmed once and no conversation', b.reference FROM bookings b
    WHERE EXISTS (SELECT FROM booking_events WHERE booking_id = b.id AND to_status = 'confirmed')
    AND NOT EXISTS (SELECT FROM threads WHERE client_id = b.client_id)
"""
FOLLOWED = """
    SELECT what, from_status, to_status,
           ARRAY(SELECT effect || '/' || fact FROM outbox
                 WHERE dedupe_key LIKE '%/' || e.id AND booking_id = e.booking_id),
           ARRAY(SELECT audience || '/' || fact FROM notices WHERE event_id = e.id)
    FROM booking_events e
"""
TABLES = (
    "appointments, bookings, booking_events, outbox, notices, threads, consents, clients, "
    "accounts, blocks, idempotency_keys, rate_counters"
)

# Seventeen half hours of each of two days: from the opening on, and some beyond the closing.
AT = st.integers(0, 33)
ONE = st.integers(0, 30)
KIND = st.sampled_from([PAID, CALL, ASKED, GROUP, PAID])
DESPITE = st.booleans()
# Mostly what is possible, now and then whatever comes.
WILD = st.sampled_from([False, False, False, False, True])


class House(RuleBasedStateMachine):
    url: ClassVar[str]
    hand: ClassVar[psycopg.Connection]
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.hand.execute(f"TRUNCATE {TABLES} CASCADE".encode())
        self.clock = time_machine.travel(NOW, tick=False)
        self.moving = self.clock.start()
        self.world = World()

    def teardown(self) -> None:
        self.clock.stop()

    @initialize()
    def a_morning_in_the_practice(self) -> None:
        """One of each, so that everything can happen from the first step on."""
        for discovered in (True, True, False):
            self.meet(discovered)
        self.book_as_guest(CALL, 0, wild=False)
        self.open_group(20, 2, despite=False)
        self.book_as_client(0, PAID, 5, wild=False)
        self.book_as_client(1, ASKED, 9, wild=False)
        self.book_as_client(2, CALL, 13, wild=False)

    # Words of the model.

    def days(self) -> tuple[date, date]:
        """The two weekdays after today."""
        day, found = clock.now().date(), list[date]()
        while len(found) < 2:
            day += timedelta(days=1)
            if day.weekday() < 5:
                found.append(day)
        return found[0], found[1]

    def start(self, at: int) -> datetime:
        """A half hour of one of these days, from nine in Berlin on."""
        wall = datetime.combine(self.days()[at // 17], datetime.min.time(), builders.ZONE)
        return (wall + timedelta(hours=9, minutes=30 * (at % 17))).astimezone(TOMORROW.tzinfo)

    def aim(self, slug: str, at: int, *, wild: bool) -> datetime:
        """A time that is offered, where there is one."""
        able = [] if wild else list(self.offer(slug, self.days()[at // 17]))
        return able[at % len(able)] if able else self.start(at)

    def person(
        self, one: int, slug: str | None = None, *, for_therapist: bool = True, wild: bool = True
    ) -> Person:
        able = self.world.people
        if slug and not wild:
            able = [
                person
                for person in able
                if not self.world.is_locked(person, slug, for_therapist=for_therapist)
                and (for_therapist or not person.provisional)
            ]
        able = able or self.world.people
        return able[one % len(able)]

    def seat(self, one: int, among: set[str], *, wild: bool) -> Seat:
        every = list(self.world.seats.values())
        able = [seat for seat in every if wild or seat.status in among] or every
        return able[one % len(able)]

    def group(self, one: int) -> Group:
        now = clock.now()
        able = [group for group in self.world.groups if group.is_open and group.start > now]
        return (able or self.world.groups)[one % len(able or self.world.groups)]

    def owner_of(self, seat: Seat) -> Actor:
        if seat.person.provisional:
            return builders.holder_of(seat.reference)
        return seat.person.actor

    def expect(self, refusal: type[Refusal] | None, work: Callable[[], Any]) -> Any:
        """Does it; what comes of it must be what the model said. None where it was refused."""
        House.steps += 1
        self.moving.shift(timedelta(seconds=1))
        answer, came = None, None
        try:
            answer = work()
        except Refusal as refused:
            came = refused
        if refusal is None:
            assert came is None, f"{came!r} was not expected"
        else:
            assert isinstance(came, refusal), f"{came!r}, where {refusal.__name__} was due"
        return answer

    def is_offered(self, slug: str, start: datetime, without: UUID | None = None) -> bool:
        return start in self.offer(slug, start.date(), without)

    def offer(self, slug: str, day: date, without: UUID | None = None) -> dict[datetime, int]:
        def work(session: Session, actor: Actor) -> dict[datetime, int]:
            rules = availability_rules.find(session, actor, slug)
            found = slots.offered(session, actor, rules, day, day, without=without)
            return {hours.moment(start): left for start, left in found}

        return db.query(work, VISITOR)

    def sit(self, booked: Booked, slug: str, person: Person) -> None:
        group = self.world.group_at(booked.starts_at) if slug == GROUP else None
        self.world.seats[booked.reference] = Seat(
            booked.reference,
            slug,
            person,
            booked.starts_at,
            booked.status,
            group,
            booked.status == "held",
        )

    # People.

    @precondition(lambda self: len(self.world.people) < 5)
    @rule(discovered=st.booleans())
    def meet(self, discovered: bool) -> None:
        actor = self.expect(None, lambda: builders.a_client(discovered=discovered))
        by, at = ("therapist", clock.now()) if discovered else (None, None)
        assert actor.client_id
        self.world.people.append(Person(actor, actor.client_id, opened_by=by, opened_at=at))

    @precondition(lambda self: any(not one.opened_by for one in self.world.people))
    @rule(one=ONE, wild=WILD)
    def know(self, one: int, wild: bool) -> None:
        person = self.person(one, PAID, wild=True)
        if not wild:
            able = [person for person in self.world.people if not person.opened_by]
            person = able[one % len(able)]
        work = lambda: db.transact(  # noqa: E731 - said once, here
            gate.mark_known, THERAPIST, client_id=person.id, reason="Known"
        )
        if self.expect(NotPossibleNow if person.opened_by else None, work):
            person.opened_by, person.opened_at = "therapist", clock.now()

    @precondition(lambda self: any(one.provisional for one in self.world.people))
    @rule(one=ONE, into=ONE, chooses=st.booleans())
    def merge(self, one: int, into: int, chooses: bool) -> None:
        guests = [person for person in self.world.people if person.provisional]
        guest, target = guests[one % len(guests)], self.person(into)
        calls = self.world.open_calls(guest) + self.world.open_calls(target)
        kept = calls[-1].reference if chooses and calls else None
        refusal = None
        if guest is target:
            refusal = NotPossibleNow
        elif len(calls) > 1 and not kept:
            refusal = TwoOpenCalls
        elif any(
            self.has_place(guest, group) and self.has_place(target, group)
            for group in self.world.groups
        ):
            refusal = Refusal
        self.expect(
            refusal,
            lambda: db.transact(
                merging.merge,
                THERAPIST,
                client_id=guest.id,
                into=target.id,
                keep=kept,
            ),
        )
        if refusal:
            return
        for call in calls:
            if len(calls) > 1 and call.reference != kept:
                call.status = "cancelled"
        if guest.opened_by and not target.opened_by:
            target.opened_by, target.opened_at = guest.opened_by, guest.opened_at
            target.paused_at = target.paused_at or guest.paused_at
            target.ended_at = target.ended_at or guest.ended_at
        for seat in self.world.of(guest):
            seat.person = target
        self.world.people.remove(guest)

    # Bookings.

    @precondition(lambda self: len(self.world.people) < 8)
    @rule(slug=KIND, at=AT, wild=WILD)
    def book_as_guest(self, slug: str, at: int, wild: bool) -> None:
        slug = slug if wild else CALL
        start, refusal = self.aim(slug, at, wild=wild), None
        if slug != CALL:
            refusal = Locked
        elif not self.is_offered(slug, start):
            refusal = SlotTaken
        wish, guest = builders.a_wish(slug, start), builders.a_guest()
        booked = self.expect(refusal, lambda: db.transact(book.book, VISITOR, wish, guest=guest))
        if booked:
            row = builders.row(booked.reference)
            owner = Actor(Role.CLIENT, builders.client_row(row.client_id).account_id, row.client_id)
            person = Person(owner, row.client_id, provisional=True)
            self.world.people.append(person)
            self.sit(booked, slug, person)
            assert booked.status == "confirmed"

    @rule(one=ONE, slug=KIND, at=AT, wild=WILD)
    def book_as_client(self, one: int, slug: str, at: int, wild: bool) -> None:
        person = self.person(one, slug, for_therapist=False, wild=wild)
        start, refusal = self.aim(slug, at, wild=wild), None
        if person.provisional:
            return
        if self.world.is_locked(person, slug, for_therapist=False):
            refusal = Locked
        elif any(seat.status == "held" for seat in self.world.of(person)):
            refusal = HoldOpen
        elif not self.is_offered(slug, start):
            refusal = SlotTaken
        elif slug == GROUP and self.has_place(person, self.world.group_at(start)):
            refusal = AlreadyThere
        booked = self.expect(refusal, lambda: builders.a_session(person.actor, slug, start))
        if booked:
            self.sit(booked, slug, person)
            assert booked.status == {CALL: "confirmed", ASKED: "requested"}.get(slug, "held")

    @rule(one=ONE, slug=KIND, at=AT, despite=DESPITE, wild=WILD)
    def book_as_therapist(self, one: int, slug: str, at: int, despite: bool, wild: bool) -> None:
        person, start = self.person(one, slug, wild=wild), self.aim(slug, at, wild=wild)
        refusal: type[Refusal] | None
        if self.world.is_locked(person, slug, for_therapist=True):
            refusal = Locked
        elif slug == GROUP:
            refusal = self.group_against(self.world.group_at(start), person)
        else:
            refusal = self.world.against(slug, start, despite_block=despite)
        wish = builders.a_wish(slug, start)
        booked = self.expect(
            refusal,
            lambda: db.transact(
                book.book,
                THERAPIST,
                wish,
                client_id=person.id,
                despite_block=despite,
            ),
        )
        if booked:
            self.sit(booked, slug, person)
            assert booked.status == "confirmed"

    def group_against(self, group: Group | None, person: Person) -> type[Refusal] | None:
        if group is None or len(self.world.inside(group)) >= group.capacity:
            return SlotTaken
        return AlreadyThere if self.has_place(person, group) else None

    def has_place(self, person: Person, group: Group | None) -> bool:
        return group is not None and any(one.person is person for one in self.world.inside(group))

    @precondition(lambda self: self.world.seats)
    @rule(one=ONE, at=AT, by_owner=st.booleans(), despite=DESPITE, wild=WILD)
    def move(self, one: int, at: int, by_owner: bool, despite: bool, wild: bool) -> None:
        seat = self.seat(one, {"requested", "confirmed"}, wild=wild)
        start = self.aim(seat.slug, at, wild=wild)
        appointment = builders.appointment_of(seat.reference).id
        too_late = clock.now() + timedelta(seconds=1) > seat.start - timedelta(
            hours=KINDS[seat.slug].free_hours
        )
        refusal: type[Refusal] | None = None
        if seat.status not in {"requested", "confirmed"}:
            refusal = NotPossibleNow
        elif by_owner and too_late:
            refusal = TooLate
        elif start == seat.start:
            refusal = None
        elif by_owner and not self.is_offered(seat.slug, start, appointment):
            refusal = SlotTaken
        elif seat.group:
            refusal = self.group_against(self.world.group_at(start), seat.person)
        elif by_owner:
            refusal = None
        else:
            refusal = self.world.against(seat.slug, start, despite_block=despite, without=seat)
        hand = self.owner_of(seat) if by_owner else THERAPIST
        moved = self.expect(
            refusal,
            lambda: db.transact(
                move.move, hand, reference=seat.reference, start=start, despite_block=despite
            ),
        )
        if moved:
            seat.start = start
            seat.group = self.world.group_at(start) if seat.group else None

    @precondition(lambda self: self.world.seats)
    @rule(one=ONE, by_owner=st.booleans(), wild=WILD)
    def cancel(self, one: int, by_owner: bool, wild: bool) -> None:
        seat = self.seat(one, OPEN, wild=wild)
        refusal = None
        if seat.status not in OPEN:
            refusal = NotPossibleNow
        elif by_owner and clock.now() + timedelta(seconds=1) >= seat.start:
            refusal = TooLate
        hand = self.owner_of(seat) if by_owner else THERAPIST
        if self.expect(refusal, lambda: db.transact(cancel.cancel, hand, reference=seat.reference)):
            seat.status = "cancelled"

    @precondition(lambda self: any(one.status == "requested" for one in self.world.seats.values()))
    @rule(one=ONE, says_yes=st.booleans())
    def answer(self, one: int, says_yes: bool) -> None:
        asked = [seat for seat in self.world.seats.values() if seat.status == "requested"]
        seat = asked[one % len(asked)]
        work = confirm.approve if says_yes else cancel.decline
        self.expect(None, lambda: db.transact(work, THERAPIST, reference=seat.reference))
        seat.status = "held" if says_yes else "declined"
        seat.was_held = says_yes

    @precondition(lambda self: any(one.was_held for one in self.world.seats.values()))
    @rule(one=ONE)
    def pay(self, one: int) -> None:
        """Whatever was once to be paid can be paid at any later moment."""
        payable = [seat for seat in self.world.seats.values() if seat.was_held]
        waiting = [seat for seat in payable if seat.status in {"held", "expired"}]
        seat = (waiting or payable)[one % len(waiting or payable)]
        refusal: type[Refusal] | None = None
        if seat.status not in {"held", "expired"}:
            refusal = NotPossibleNow
        elif seat.status == "expired" and seat.start <= clock.now():
            refusal = SlotTaken
        elif seat.status == "expired" and not seat.person.opened_by:
            refusal = Refusal
        elif seat.status == "expired" and seat.group:
            gone = None if seat.group.is_open else SlotTaken
            refusal = gone or self.group_against(seat.group, seat.person)
        elif seat.status == "expired":
            found = self.world.against(seat.slug, seat.start, despite_block=False, without=seat)
            refusal = SlotTaken if found else None
        if self.expect(
            refusal, lambda: db.transact(confirm.confirm, SYSTEM, reference=seat.reference)
        ):
            seat.status = "confirmed"

    @rule(hours_=st.sampled_from([0, 0.3, 0.7, 0.7, 4, 24, 24, 49]))
    def time_passes_and_the_sweeper_comes(self, hours_: float) -> None:
        self.moving.shift(timedelta(hours=hours_))
        due = {
            row[0]
            for row in self.hand.execute(
                b"SELECT reference FROM bookings WHERE hold_expires_at <= %s",
                [clock.now() + timedelta(seconds=1)],
            )
        }
        found = self.expect(None, builders.expire_due)
        assert set(found) == due
        for reference in due:
            assert self.world.seats[reference].status in {"held", "requested"}
            self.world.seats[reference].status = "expired"

    @precondition(lambda self: self.world.seats)
    @rule(one=ONE, outcome=st.sampled_from(Outcome), waits=st.booleans())
    def complete(self, one: int, outcome: Outcome, waits: bool) -> None:
        seat = self.begun(one, waits)
        refusal = None
        if clock.now() + timedelta(seconds=1) < seat.start:
            refusal = TooEarly
        elif seat.status not in {"confirmed", "no_show"}:
            refusal = NotPossibleNow
        said = outcome if seat.slug == CALL else None
        if not self.expect(
            refusal,
            lambda: db.transact(
                booking_outcome.complete, THERAPIST, reference=seat.reference, outcome=said
            ),
        ):
            return
        seat.status, person = "completed", seat.person
        if seat.slug != CALL:
            return
        if not person.opened_by:
            person.opened_by, person.opened_at = "call", clock.now()
        if outcome is Outcome.NOT_NOW:
            person.paused_at = clock.now()
        if outcome is Outcome.REFER:
            person.ended_at = clock.now()

    def begun(self, one: int, waits: bool) -> Seat:
        """The therapist says it after the session, or tries before."""
        seat = self.seat(one, {"confirmed", "completed", "no_show"}, wild=False)
        if waits and clock.now() < seat.start:
            self.moving.move_to(seat.start)
        return seat

    @precondition(lambda self: self.world.seats)
    @rule(one=ONE, waits=st.booleans())
    def miss(self, one: int, waits: bool) -> None:
        seat = self.begun(one, waits)
        person = seat.person
        others = [
            other
            for other in self.world.of(person)
            if other is not seat and other.slug == CALL and other.status == "completed"
        ]
        closes = (
            seat.slug == CALL
            and seat.status == "completed"
            and person.opened_by == "call"
            and not others
        )
        depending = any(
            other.slug != CALL and other.status in LIVE for other in self.world.of(person)
        )
        refusal: type[Refusal] | None = None
        if clock.now() + timedelta(seconds=1) < seat.start:
            refusal = TooEarly
        elif seat.status not in {"confirmed", "completed"}:
            refusal = NotPossibleNow
        elif closes and depending:
            refusal = SessionsDepend
        self.expect(
            refusal,
            lambda: db.transact(booking_outcome.no_show, THERAPIST, reference=seat.reference),
        )
        if refusal:
            return
        seat.status = "no_show"
        if closes:
            opened, person.opened_by, person.opened_at = person.opened_at, None, None
            person.paused_at = None if person.paused_at == opened else person.paused_at
            person.ended_at = None if person.ended_at == opened else person.ended_at

    # The therapist's own hand.

    @precondition(lambda self: len(self.world.blocks) < 2)
    @rule(at=AT, whole_day=st.booleans())
    def block(self, at: int, whole_day: bool) -> None:
        start = self.start(at)
        day = start.astimezone(builders.ZONE).date()
        if whole_day:
            midnight = datetime.combine(day, datetime.min.time(), builders.ZONE)
            during = (midnight, midnight + timedelta(days=1))
            work = lambda: db.transact(  # noqa: E731 - said once, here
                blocks.block_days,
                THERAPIST,
                first_on=day,
                last_on=day,
                zone=builders.ZONE.key,
            )
        else:
            during = (start, start + timedelta(hours=1))
            work = lambda: db.transact(  # noqa: E731 - said once, here
                blocks.block, THERAPIST, starts_at=during[0], ends_at=during[1]
            )
        self.world.blocks.append(Block(self.expect(None, work), during, whole_day))

    @precondition(lambda self: self.world.blocks)
    @rule(one=ONE)
    def unblock(self, one: int) -> None:
        block = self.world.blocks.pop(one % len(self.world.blocks))
        self.expect(None, lambda: db.transact(blocks.unblock, THERAPIST, block_id=block.id))

    @precondition(lambda self: sum(one.is_open for one in self.world.groups) < 3)
    @rule(at=AT, capacity=st.integers(1, 2), despite=DESPITE)
    def open_group(self, at: int, capacity: int, despite: bool) -> None:
        start = self.start(at)
        made = self.expect(
            self.world.against(GROUP, start, despite_block=despite),
            lambda: db.transact(
                calendar_groups.open_group,
                THERAPIST,
                slug=GROUP,
                start=start,
                capacity=capacity,
                despite_block=despite,
            ),
        )
        if made:
            self.world.groups.append(Group(made, start, capacity))

    @precondition(lambda self: self.world.groups)
    @rule(one=ONE, at=AT, despite=DESPITE)
    def move_group(self, one: int, at: int, despite: bool) -> None:
        group, start = self.group(one), self.start(at)
        if group.start <= clock.now() or group.start == start:
            return
        refusal: type[Refusal] | None = NotPossibleNow
        if group.is_open:
            refusal = self.world.against(GROUP, start, despite_block=despite, without=group)
        self.expect(
            refusal,
            lambda: db.transact(
                calendar_groups.move_group,
                THERAPIST,
                appointment_id=group.id,
                start=start,
                despite_block=despite,
            ),
        )
        if refusal is None:
            group.start = start
            for seat in self.world.seats.values():
                if seat.group is group:
                    seat.start = start

    @precondition(lambda self: any(one.is_open for one in self.world.groups))
    @rule(one=ONE)
    def cancel_group(self, one: int) -> None:
        group = self.group(one)
        begun = group.start <= clock.now() + timedelta(seconds=1)
        refusal = NotPossibleNow if begun or not group.is_open else None
        inside = self.world.inside(group)
        found = self.expect(
            refusal,
            lambda: db.transact(calendar_groups.cancel_group, THERAPIST, appointment_id=group.id),
        )
        if refusal is None:
            assert set(found) == {seat.reference for seat in inside}
            group.is_open = False
            for seat in inside:
                seat.status = "cancelled"

    @precondition(lambda self: self.world.groups)
    @rule(one=ONE, capacity=st.integers(1, 3))
    def resize_group(self, one: int, capacity: int) -> None:
        group, refusal = self.group(one), None
        if not group.is_open:
            refusal = NotPossibleNow
        elif capacity < len(self.world.inside(group)):
            refusal = GroupFull
        self.expect(
            refusal,
            lambda: db.transact(
                calendar_groups.resize_group, THERAPIST, appointment_id=group.id, capacity=capacity
            ),
        )
        group.capacity = group.capacity if refusal else capacity

    # What is true after each step.

    @invariant()
    def everything_holds(self) -> None:
        self.nothing_is_broken()
        self.the_database_is_what_the_model_says()
        self.every_event_had_its_consequences_once()
        self.nothing_is_offered_that_is_taken()

    def nothing_is_broken(self) -> None:
        assert self.hand.execute(INVARIANTS.encode()).fetchall() == []

    def the_database_is_what_the_model_says(self) -> None:
        found = self.hand.execute(
            b"""SELECT reference, status, starts_at, client_id
                FROM bookings b JOIN appointments a ON a.id = b.appointment_id"""
        )
        model = {
            (one.reference, one.status, one.start, one.person.id)
            for one in self.world.seats.values()
        }
        assert set(found) == model

    def every_event_had_its_consequences_once(self) -> None:
        for what, before, after, effects, notices in self.hand.execute(FOLLOWED.encode()):
            moved = Fact.MOVED if after == Status.CONFIRMED else Fact.REQUEST_MOVED
            fact = moved if what == "moved" else None
            fact = fact or consequences.FACTS.get((before and Status(before), Status(after)))
            follows = consequences.of(fact) if fact else consequences.Follows()
            assert sorted(effects) == sorted(f"{one}/{fact}" for one in follows.effects)
            assert sorted(notices) == sorted(f"{one}/{fact}" for one in follows.notices)

    def nothing_is_offered_that_is_taken(self) -> None:
        """One type after the other, one day after the other: each step asks about one."""
        slug = list(KINDS)[House.steps % 4]
        day = self.start(House.steps // 4 % 2 * 17).date()
        found = self.offer(slug, day)
        if slug == GROUP:
            assert found == {
                one.start: one.capacity - len(self.world.inside(one))
                for one in self.world.groups
                if one.is_open
                and one.start.date() == day
                and one.capacity > len(self.world.inside(one))
                and one.start >= clock.now()
            }
            return
        for start in found:
            assert self.world.against(slug, start, despite_block=False) is None


@pytest.fixture
def machine(house: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[House]]:
    found = settings.current()
    without = replace(found, limits=replace(found.limits, are_on=False))
    monkeypatch.setattr(settings, "current", lambda: without)
    for slug in (PAID, ASKED, GROUP):
        builders.change_type(slug, free_hours=FREE_HOURS)
    with psycopg.connect(house, autocommit=True, options=BY_SYSTEM) as hand:
        House.url, House.hand, House.steps = house, hand, 0
        yield House


def test_whatever_is_done_in_whatever_order_everything_holds(machine: type[House]):
    """Failures are made smaller only where new ones are looked for: that takes minutes."""
    phases = [Phase.explicit, Phase.generate]
    if "EXPLORE" in os.environ:
        phases.append(Phase.shrink)
    run_state_machine_as_test(
        machine,
        settings=hypothesis.settings(
            max_examples=60, stateful_step_count=50, phases=phases, deadline=None
        ),
    )
    assert machine.steps >= STEPS


# What the machine and its reader found, each alone.


def a_guest_behind_the_gate(email: str, start: datetime = TOMORROW) -> UUID:
    """Whose call is completed and who was given a session by the therapist."""
    call = builders.a_call(builders.a_guest(email=email), start)
    person = builders.row(call.reference).client_id
    with time_machine.travel(start + timedelta(hours=1), tick=False):
        db.transact(
            booking_outcome.complete, THERAPIST, reference=call.reference, outcome=Outcome.GO_ON
        )
        wish = builders.a_wish(PAID, start + timedelta(days=2))
        db.transact(book.book, THERAPIST, wish, client_id=person)
    return person


def test_a_guest_with_sessions_is_merged_into_a_newcomer(house: str):
    guest = a_guest_behind_the_gate("anna@example.org")
    newcomer = builders.a_client(discovered=False)
    assert newcomer.client_id
    db.transact(merging.merge, THERAPIST, client_id=guest, into=newcomer.client_id)
    found = builders.client_row(newcomer.client_id)
    assert found.discovery_source == "call"


def test_a_guest_who_was_known_before_is_merged_into_a_newcomer(house: str):
    guest = builders.row(builders.a_call().reference).client_id
    db.transact(gate.mark_known, THERAPIST, client_id=guest, reason="Known for years")
    wish = builders.a_wish(PAID, TOMORROW + timedelta(days=1))
    db.transact(book.book, THERAPIST, wish, client_id=guest)
    newcomer = builders.a_client(discovered=False)
    assert newcomer.client_id
    db.transact(merging.merge, THERAPIST, client_id=guest, into=newcomer.client_id)
    assert builders.client_row(newcomer.client_id).discovery_source == "therapist"


def test_who_proves_the_email_of_a_guest_with_sessions_gets_them(house: str):
    newcomer = builders.a_client(discovered=False, email="anna@example.org")
    guest = a_guest_behind_the_gate("anna@example.org")
    (call,) = builders.rows_of(Booking, Booking.client_id == guest, Booking.discovery)
    proven = builders.prove(call.reference)
    assert proven.account_id == newcomer.account_id
    assert newcomer.client_id
    assert builders.client_row(newcomer.client_id).discovery_completed_at


def test_a_late_payment_for_a_place_that_is_gone_is_told_so(house: str):
    db.transact(calendar_groups.open_group, THERAPIST, slug=GROUP, start=TOMORROW, capacity=1)
    late = builders.a_session(builders.a_client(), GROUP)
    with time_machine.travel(NOW + timedelta(minutes=40), tick=False):
        builders.expire_due()
        builders.a_session(builders.a_client(), GROUP)
        with pytest.raises(SlotTaken):
            db.transact(confirm.confirm, SYSTEM, reference=late.reference)


def test_a_late_payment_does_not_pass_a_gate_that_was_closed_again(house: str):
    newcomer = builders.a_client(discovered=False)
    call = builders.a_session(newcomer, CALL)
    with time_machine.travel(TOMORROW + timedelta(hours=1), tick=False):
        db.transact(
            booking_outcome.complete, THERAPIST, reference=call.reference, outcome=Outcome.GO_ON
        )
        late = builders.a_session(newcomer, PAID, TOMORROW + timedelta(days=1))
    with time_machine.travel(TOMORROW + timedelta(hours=3), tick=False):
        builders.expire_due()
        db.transact(booking_outcome.no_show, THERAPIST, reference=call.reference)
        with pytest.raises(Refusal):
            db.transact(confirm.confirm, SYSTEM, reference=late.reference)


def test_of_two_completed_calls_one_is_enough_to_keep_the_gate_open(house: str):
    newcomer = builders.a_client(discovered=False)
    first = builders.a_session(newcomer, CALL)
    with time_machine.travel(TOMORROW + timedelta(hours=1), tick=False):
        db.transact(booking_outcome.no_show, THERAPIST, reference=first.reference)
        second = builders.a_session(newcomer, CALL, TOMORROW + timedelta(days=1))
        db.transact(
            booking_outcome.complete, THERAPIST, reference=first.reference, outcome=Outcome.GO_ON
        )
    with time_machine.travel(TOMORROW + timedelta(days=1, hours=1), tick=False):
        db.transact(
            booking_outcome.complete, THERAPIST, reference=second.reference, outcome=Outcome.GO_ON
        )
        db.transact(booking_outcome.no_show, THERAPIST, reference=second.reference)
    assert builders.row(first.reference).status == Status.COMPLETED
    assert newcomer.client_id
    assert builders.client_row(newcomer.client_id).discovery_completed_at


def test_nobody_is_told_that_a_session_moved_which_has_taken_place(house: str):
    group = db.transact(calendar_groups.open_group, THERAPIST, slug=GROUP, start=TOMORROW)
    booked = builders.a_session(builders.a_client(), GROUP, by=THERAPIST)
    with time_machine.travel(TOMORROW + timedelta(hours=2), tick=False):
        db.transact(booking_outcome.complete, THERAPIST, reference=booked.reference)
        with pytest.raises(Refusal):
            db.transact(
                calendar_groups.move_group,
                THERAPIST,
                appointment_id=group,
                start=TOMORROW + timedelta(days=2),
            )


def test_who_has_a_place_cannot_move_another_one_there(house: str):
    client, later = builders.a_client(), TOMORROW + timedelta(hours=3)
    for start in (TOMORROW, later):
        db.transact(calendar_groups.open_group, THERAPIST, slug=GROUP, start=start)
    builders.a_session(client, GROUP, by=THERAPIST)
    other = builders.a_session(client, GROUP, later, by=THERAPIST)
    with pytest.raises(AlreadyThere):
        db.transact(move.move, THERAPIST, reference=other.reference, start=TOMORROW)


def test_a_late_payment_for_a_second_place_is_told_so(house: str):
    db.transact(calendar_groups.open_group, THERAPIST, slug=GROUP, start=TOMORROW)
    client = builders.a_client()
    late = builders.a_session(client, GROUP)
    with time_machine.travel(NOW + timedelta(minutes=40), tick=False):
        builders.expire_due()
        builders.a_session(client, GROUP)
        with pytest.raises(AlreadyThere):
            db.transact(confirm.confirm, SYSTEM, reference=late.reference)


def test_two_who_sit_in_one_group_are_not_merged_without_a_word(house: str):
    db.transact(calendar_groups.open_group, THERAPIST, slug=GROUP, start=TOMORROW)
    target = builders.a_client()
    guest = a_guest_behind_the_gate("anna@example.org", TOMORROW + timedelta(hours=6))
    builders.a_session(target, GROUP, by=THERAPIST)
    db.transact(book.book, THERAPIST, builders.a_wish(GROUP), client_id=guest)
    assert target.client_id
    with pytest.raises(Refusal):
        db.transact(merging.merge, THERAPIST, client_id=guest, into=target.client_id)
