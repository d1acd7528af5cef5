"""DB1, DB2, DB3, DB6, DB7: many want the same time at once. How long it takes is the bench's."""

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
import time_machine
from sqlmodel import Session

from practice import db, settings
from practice.db import Isolation
from practice.domain.actors import SYSTEM, VISITOR, Actor
from practice.domain.availability import hours
from practice.domain.booking.refusals import ProofNeeded, SlotTaken
from practice.domain.clients.stages import Stage
from practice.domain.errors import Busy, Refusal
from practice.services.availability import rules as availability_rules
from practice.services.availability import slots
from practice.services.booking import book as booking_book
from practice.services.booking import cancel, confirm, move
from practice.services.booking.idempotency import Booked
from practice.services.calendar import groups
from practice.services.rate_limits import Once
from practice.settings import ROOT
from tests import builders
from tests.builders import ASKED, BY_SYSTEM, CALL, GROUP, NOW, PAID, THERAPIST, TOMORROW
from tests.support import concurrent_booker

PROCESSES = 2
THREADS = 32
TUESDAY = NOW.date() + timedelta(days=1)


@pytest.fixture
def without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings.current()
    without = replace(found, limits=replace(found.limits, are_on=False))
    monkeypatch.setattr(settings, "current", lambda: without)


@dataclass(frozen=True)
class Outcome:
    """What came of the wishes, in their order, and the retries it took."""

    answers: Sequence[str]
    retries: Sequence[int]

    @property
    def counted(self) -> Counter[str]:
        return Counter(self.answers)


Wishes = Sequence[tuple[str, datetime]]


@contextmanager
def a_rival(url: str, wishes: Wishes) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "tests.support.concurrent_booker", url, str(THREADS)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdin
        said = [(slug, start.isoformat()) for slug, start in wishes]
        process.stdin.write(json.dumps(said) + "\n")
        process.stdin.flush()
        try:
            yield process
        finally:
            process.kill()


def race(url: str, wishes: Wishes) -> Outcome:
    """Every second wish goes to one process, the others to the other; all start together."""
    with ExitStack() as stack:
        rivals = [
            stack.enter_context(a_rival(url, wishes[at::PROCESSES])) for at in range(PROCESSES)
        ]
        for one in rivals:
            assert one.stdout
            assert one.stdout.readline() == "ready\n"
        for one in rivals:
            assert one.stdin
            one.stdin.write("go\n")
            one.stdin.flush()
        told = [json.loads(one.communicate()[0]) for one in rivals]
    answers = [""] * len(wishes)
    for at, one in enumerate(told):
        answers[at::PROCESSES] = one["answers"]
    return Outcome(answers, [attempt for one in told for attempt in one["retries"]])


def shuffled(wishes: Wishes) -> Wishes:
    return random.Random(7).sample(wishes, len(wishes))


def asked(url: str, words: str) -> Any:
    with psycopg.connect(url, autocommit=True, options=BY_SYSTEM) as connection:
        found = connection.execute(words.encode()).fetchone()
    assert found
    return found[0]


def overlaps(url: str) -> int:
    return asked(
        url,
        """SELECT count(*) FROM appointments a JOIN appointments b
           ON a.id < b.id AND a.live AND b.live AND a.during && b.during""",
    )


def live(url: str) -> int:
    return asked(url, "SELECT count(*) FROM appointments WHERE live")


def deadlocks(url: str) -> int:
    """PostgreSQL's own count for this database; its log speaks of all of them. Every connection
    has told what it counted once it is gone."""
    db.disconnect()
    others = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
    for _ in range(500):
        if not asked(url, others):
            return asked(
                url, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            )
        time.sleep(0.01)
    raise AssertionError("somebody is still connected")


def offered(slug: str, first: date, last: date) -> list[datetime]:
    def work(session: Session, actor: Actor) -> list[datetime]:
        rules = availability_rules.find(session, actor, slug)
        found = slots.offered(session, actor, rules, first, last)
        return [hours.moment(start) for start, _ in found]

    return db.query(work, VISITOR)


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of them answered or was refused with; anything else is raised."""
    answers: list[Any] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(at: int) -> None:
        barrier.wait()
        try:
            answers[at] = calls[at]()
        except Exception as failure:
            answers[at] = failure

    crowd = [threading.Thread(target=run, args=(at,)) for at in range(len(calls))]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    for one in answers:
        if isinstance(one, Exception) and not isinstance(one, Refusal):
            raise one
    return answers


def test_a_thousand_at_fifty_times_leave_fifty_winners(house: str, without_limits: None):
    builders.change_type(CALL, step_minutes=20)
    times = offered(CALL, TUESDAY, TUESDAY + timedelta(days=2))[:50]
    outcome = race(house, shuffled([(CALL, start) for start in times] * 20))
    assert outcome.counted == {concurrent_booker.BOOKED: 50, "SlotTaken": 950}
    assert overlaps(house) == 0
    assert live(house) == 50
    assert asked(house, "SELECT count(DISTINCT starts_at) FROM appointments") == 50
    assert asked(house, "SELECT count(*) FROM clients") == 50
    assert max(outcome.retries, default=0) <= db.RETRIES
    assert deadlocks(house) == 0


def a_crossing_grid() -> Wishes:
    """Three lengths with buffers of their own, on steps that cross each other."""
    free = {"needs": Stage.NEW, "price_cents": 0}
    kinds = {
        "short": {"minutes": 20, "step_minutes": 15, "buffer_after": 5, **free},
        "middle": {"minutes": 50, "step_minutes": 20, "buffer_before": 10, **free},
        "long": {"minutes": 90, "step_minutes": 30, "buffer_after": 15, **free},
    }

    def work(session: Session, _actor: Actor) -> None:
        for slug, terms in kinds.items():
            session.add(builders.a_session_type(slug, **terms))

    db.transact(work, SYSTEM)
    wishes = [
        (slug, start) for slug in kinds for start in offered(slug, TUESDAY, date(2026, 11, 30))
    ]
    return shuffled(wishes * 4)[:1000]


def test_a_thousand_on_a_crossing_grid_never_overlap_and_leave_nothing_free(
    house: str, without_limits: None
):
    wishes = a_crossing_grid()
    outcome = race(house, wishes)
    assert set(outcome.counted) == {concurrent_booker.BOOKED, "SlotTaken"}
    assert outcome.counted[concurrent_booker.BOOKED] == live(house)
    assert overlaps(house) == 0
    still = {
        (slug, start)
        for slug in {slug for slug, _ in wishes}
        for start in offered(slug, TUESDAY, date(2026, 11, 30))
    }
    refused = {
        wish
        for wish, answer in zip(wishes, outcome.answers, strict=True)
        if answer != concurrent_booker.BOOKED
    }
    assert refused & still == set()
    assert max(outcome.retries, default=0) <= db.RETRIES
    assert deadlocks(house) == 0


def test_a_hundred_with_one_key_are_one_booking_and_one_answer(house: str):
    wish, guest = builders.a_wish(), builders.a_guest()
    once = Once(b"somebody", b"a key", b"what it says")

    def call() -> Booked:
        return db.transact(booking_book.book, VISITOR, wish, guest=guest, once=once)

    answers = together([call] * 100)
    assert len(set(answers)) == 1
    assert isinstance(answers[0], Booked)
    for table in ("bookings", "appointments", "clients", "booking_events", "idempotency_keys"):
        assert asked(house, f"SELECT count(*) FROM {table}") == 1
    assert asked(house, "SELECT count(*) FROM outbox") == 3


def test_thirty_at_a_group_of_three_leave_three(house: str):
    db.transact(groups.open_group, THERAPIST, slug=GROUP, start=TOMORROW, capacity=3)
    people = [builders.a_client() for _ in range(30)]

    def attempt(client: Actor) -> Callable[[], Booked]:
        return lambda: builders.a_session(client, GROUP)

    answers = together([attempt(one) for one in people])
    assert Counter(type(one) for one in answers) == {Booked: 3, SlotTaken: 27}
    assert asked(house, "SELECT count(*) FROM bookings WHERE takes_time(status)") == 3
    assert deadlocks(house) == 0


def test_one_client_at_many_times_has_one_hold(house: str):
    client = builders.a_client()
    times = [TOMORROW + timedelta(hours=hour) for hour in range(5)]

    def attempt(start: datetime) -> Callable[[], Booked]:
        return lambda: builders.a_session(client, PAID, start)

    answers = together([attempt(one) for one in times])
    assert [type(one) for one in answers].count(Booked) == 1
    assert asked(house, "SELECT count(*) FROM bookings WHERE status = 'held'") == 1


def test_one_client_at_many_times_has_one_open_call(house: str):
    newcomer = builders.a_client(discovered=False)
    times = [TOMORROW + timedelta(hours=hour) for hour in range(5)]

    def attempt(start: datetime) -> Callable[[], Booked]:
        return lambda: builders.a_session(newcomer, CALL, start)

    answers = together([attempt(one) for one in times])
    assert [type(one) for one in answers].count(Booked) == 1
    assert asked(house, "SELECT count(*) FROM bookings") == 1


def test_many_guests_at_a_day_fill_their_share_and_no_more(house: str):
    builders.change_type(CALL, step_minutes=60)
    times = offered(CALL, TUESDAY, TUESDAY)
    assert len(times) == 8

    def attempt(start: datetime) -> Callable[[], Booked]:
        return lambda: builders.a_call(start=start)

    answers = together([attempt(one) for one in times])
    assert Counter(type(one) for one in answers) == {Booked: 2, ProofNeeded: 6}


def test_many_that_move_to_one_time_leave_one_there(house: str):
    wanted = TOMORROW + timedelta(days=2)
    moving = [
        builders.a_session(builders.a_client(), ASKED, TOMORROW + timedelta(hours=2 * at))
        for at in range(4)
    ]

    def attempt(booked: Booked) -> Callable[[], Any]:
        return lambda: db.transact(move.move, THERAPIST, reference=booked.reference, start=wanted)

    answers = together([attempt(one) for one in moving])
    assert [type(one) for one in answers].count(SlotTaken) == 3
    assert overlaps(house) == 0
    assert live(house) == 4


def test_a_late_payment_and_a_new_booking_do_not_both_get_the_time(house: str):
    late = builders.a_session(builders.a_client())
    others = [builders.a_client() for _ in range(4)]
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert builders.expire_due() == [late.reference]

        def pay() -> Any:
            return db.transact(confirm.confirm, SYSTEM, reference=late.reference)

        def attempt(client: Actor) -> Callable[[], Any]:
            return lambda: builders.a_session(client)

        answers = together([pay, *(attempt(one) for one in others)])
    assert [type(one) for one in answers].count(SlotTaken) == 4
    assert live(house) == 1


def test_one_hold_that_is_paid_and_expires_at_once_does_one_of_both(house: str):
    held = builders.a_session(builders.a_client())
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        answers = together(
            [
                lambda: db.transact(confirm.confirm, SYSTEM, reference=held.reference),
                builders.expire_due,
                builders.expire_due,
            ]
        )
    # Paid in the end, whoever came first: its time was still free.
    assert answers[0] == "confirmed"
    assert builders.row(held.reference).status == "confirmed"
    assert [*answers[1], *answers[2]] in ([], [held.reference])


def test_many_cancellations_are_one(house: str):
    booked = builders.a_call()
    calls = [lambda: db.transact(cancel.cancel, THERAPIST, reference=booked.reference)] * 10
    answers = together(calls)
    assert sum(isinstance(one, Refusal) for one in answers) == 9
    assert asked(house, "SELECT count(*) FROM outbox WHERE fact = 'cancelled'") == 3


def test_a_gate_that_somebody_holds_makes_everybody_busy_and_nobody_stuck(house: str):
    people = [builders.a_client() for _ in range(db.POOL_SIZE)]
    waited: list[float] = []

    def attempt(client: Actor, start: datetime) -> Callable[[], Booked]:
        def call() -> Booked:
            began = time.perf_counter()
            try:
                return builders.a_session(client, PAID, start)
            finally:
                waited.append(time.perf_counter() - began)

        return call

    # Eight hours a day.
    times = [TOMORROW + timedelta(days=at // 8, hours=at % 8) for at in range(len(people))]
    calls = [attempt(one, at) for one, at in zip(people, times, strict=True)]
    with psycopg.connect(house) as rogue:
        rogue.execute("LOCK TABLE calendar_gate IN EXCLUSIVE MODE")
        answers = together(calls)
        rogue.rollback()
    assert {type(one) for one in answers} == {Busy}
    # Three seconds are the promise; the upper bound says only that nobody waited for the rogue.
    assert min(waited) > 2.9
    assert max(waited) < 15
    assert {type(one) for one in together(calls)} == {Booked}


# The negative control: what each of the three walls is worth.


class Meeting:
    """The first two who decide wait for each other, or for a moment where one of them is kept
    away; whoever comes again goes on."""

    def __init__(self) -> None:
        self.arrived = 0
        self.turn = threading.Lock()
        self.both = threading.Barrier(2)

    def attend(self) -> None:
        with self.turn:
            self.arrived += 1
            is_invited = self.arrived <= 2
        if is_invited:
            try:
                self.both.wait(0.5)
            except threading.BrokenBarrierError:
                return


def book_without(walls: frozenset[str]) -> Any:
    """bookings.book with some of the marks that transact reads from a function."""

    def book(session: Session, actor: Actor, *given: Any, **more: Any) -> Booked:
        return booking_book.book(session, actor, *given, **more)

    marked: Any = db.changes_calendar(book) if "gate" not in walls else book
    if "isolation" in walls:
        marked.isolation = Isolation.READ_COMMITTED
    return marked


def disarm(url: str) -> None:
    """Under its own name, because the insert names it."""
    with psycopg.connect(url) as owner:
        owner.execute("ALTER TABLE appointments DROP CONSTRAINT no_overlap")
        owner.execute(
            "ALTER TABLE appointments ADD CONSTRAINT no_overlap "
            "EXCLUDE USING gist (during WITH &&) WHERE (false)"
        )


WALLS = frozenset({"gate", "constraint", "isolation"})


@pytest.mark.parametrize(
    ("missing", "overlapping"), [(WALLS, 1), *((WALLS - {one}, 0) for one in sorted(WALLS))]
)
def test_any_one_wall_keeps_two_apart_and_without_all_of_them_they_overlap(
    house: str, monkeypatch: pytest.MonkeyPatch, missing: frozenset[str], overlapping: int
):
    meeting, decide = Meeting(), slots.require_free

    def decide_and_wait(*given: Any, **more: Any) -> None:
        decide(*given, **more)
        meeting.attend()

    monkeypatch.setattr(slots, "require_free", decide_and_wait)
    if "constraint" in missing:
        disarm(house)
    book = book_without(missing)

    def attempt(client_id: UUID | None, start: datetime) -> Callable[[], Booked]:
        wish = builders.a_wish(PAID, start)
        return lambda: db.transact(book, THERAPIST, wish, client_id=client_id)

    times = (TOMORROW, TOMORROW + timedelta(minutes=30))
    answers = together([attempt(builders.a_client().client_id, start) for start in times])
    assert overlaps(house) == overlapping
    assert [type(one) for one in answers].count(SlotTaken) == 1 - overlapping
