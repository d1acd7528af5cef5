"""How fast bookings are made: beside a bare INSERT on the same disk, and when all come at once.

On a durable PostgreSQL of its own, every commit on the disk before it is answered; limits are off.
"""

import os
import platform
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import structlog
from sqlmodel import Session

from practice import clock, db, migrations, postgres, settings
from practice.domain.actors import SYSTEM, VISITOR, Actor
from practice.domain.availability import hours
from practice.domain.errors import Refusal
from practice.services.availability import rules as availability_rules
from practice.services.availability import slots
from practice.services.booking import book as booking_book
from practice.services.clients.guests import Guest
from practice.settings import ROOT
from tests import builders
from tests.builders import CALL
from tests.conftest import PLAIN
from tests.support.database import create
from tests.support.smoke import size

WORK = ROOT / ".data" / "bench" / "booking"
NAME = "bench"
# One connection: blocks of each kind in turn, so that a slow moment of the machine hits both.
BLOCKS, INSERTS, BOOKINGS = size((11, 400, 60), (1, 5, 2))
SHARE = 0.12
# Everybody wants every one of these times.
CLIENTS, TIMES, ROUNDS = size((64, 20, 3), (4, 2, 1))
SECONDS, P99 = 1.0, 150


@dataclass(frozen=True)
class Rush:
    """What came of all clients wanting all times."""

    seconds: float
    p99: float
    answers: Counter[str]
    retries: int


def main() -> None:
    settings.current = lambda: replace(PLAIN, limits=replace(PLAIN.limits, are_on=False))
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    with a_practice(WORK) as url, psycopg.connect(url, autocommit=True) as bare:
        bare.execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                     "said text NOT NULL, at timestamptz NOT NULL)")  # fmt: skip
        times = iter(free_times())
        for name, figure in (*one_connection(bare, times), *all_at_once(url, bare, times)):
            print(f"{name:<58}{figure}", flush=True)


@contextmanager
def a_practice(directory: Path) -> Iterator[str]:
    """Furnished, with calls every twenty minutes of two years, in a cluster that keeps its word."""
    own = postgres.Cluster(directory / "postgres")
    with own.used():
        create(own, NAME)
        url = own.url(database=NAME)
        with psycopg.connect(url) as asking:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                assert asking.execute(f"SHOW {name}".encode()).fetchone() == ("on",)
        engine = db.make_engine(url, pool_size=1)
        migrations.upgrade(engine)
        engine.dispose()
        db.connect(url, pool_size=1)
        db.transact(builders.furnish, SYSTEM)
        builders.change_type(CALL, step_minutes=20, horizon_days=730)
        yield url
        db.disconnect()


def free_times() -> list[datetime]:
    def work(session: Session, actor: Actor) -> list[datetime]:
        rules = availability_rules.find(session, actor, CALL)
        first = clock.now().date() + timedelta(days=2)
        found = slots.offered(session, actor, rules, first, first + timedelta(days=700))
        return [hours.moment(start) for start, _ in found]

    return db.query(work, VISITOR)


def one_connection(
    bare: psycopg.Connection, times: Iterator[datetime]
) -> Iterator[tuple[str, str]]:
    def insert() -> None:
        words = "INSERT INTO bare (said, at) VALUES (%s, now())"
        bare.execute(words, ["x" * 50])

    def book() -> None:
        attempt(next(times), builders.a_guest())

    inserts, books = list[float](), list[float]()
    for _ in range(BLOCKS + 1):
        inserts.append(rate(insert, INSERTS))
        books.append(rate(book, BOOKINGS))
    # The first block of each warms up.
    each, full = statistics.median(inserts[1:]), statistics.median(books[1:])
    share = statistics.median(b / i for b, i in zip(books[1:], inserts[1:], strict=True))
    yield "one-row INSERT + COMMIT, one connection, a second", f"{each:.0f}"
    yield "bookings, one connection, a second", f"{full:.0f}"
    yield "share of it (median of blocks)", f"{share:.3f}   (target >= {SHARE})"


def rate(work: Callable[[], None], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        work()
    return times / (time.perf_counter() - started)


def all_at_once(
    url: str, bare: psycopg.Connection, times: Iterator[datetime]
) -> Iterator[tuple[str, str]]:
    rushes: list[Rush] = []
    for _ in range(ROUNDS):
        db.connect(url)
        rushes.append(rush([next(times) for _ in range(TIMES)]))
        db.disconnect()
    answers = sum((one.answers for one in rushes), Counter[str]())
    what = f"{CLIENTS} clients at {TIMES} times, {CLIENTS * TIMES} attempts"
    seconds = statistics.median(one.seconds for one in rushes)
    p99 = statistics.median(one.p99 for one in rushes)
    deadlocks, overlaps = asked(bare)
    winners = ", ".join(str(one.answers["booked"]) for one in rushes)
    others = {name: count for name, count in answers.items() if name not in {"booked", "SlotTaken"}}
    yield (
        f"{what}, s (median of {ROUNDS})",
        f"{seconds:.2f}   (target <= {SECONDS:.0f})",
    )
    yield "  p99, ms", f"{p99:.0f}   (target <= {P99})"
    yield "  winners of each round", f"{winners}   ({TIMES})"
    retries = sum(one.retries for one in rushes)
    yield "  retries, deadlocks, overlaps", f"{retries}, {deadlocks}, {overlaps}   (any, 0, 0)"
    yield "  anything else", f"{others or 'nothing'}"


def rush(times: Sequence[datetime]) -> Rush:
    """Every client goes through all times in an order of its own, as fast as it is answered. They
    meet the database as in the portal: through as many workers as there are connections, and who
    comes first is served first."""
    answers, taken = Counter[str](), list[float]()
    workers = ThreadPoolExecutor(db.POOL_SIZE)
    together, turn = threading.Barrier(CLIENTS + 1), threading.Lock()

    def work(number: int) -> None:
        wanted = random.Random(number).sample(list(times), len(times))
        guests = [builders.a_guest() for _ in wanted]
        together.wait()
        for start, guest in zip(wanted, guests, strict=True):
            began = time.perf_counter()
            answer = workers.submit(attempt, start, guest).result()
            with turn:
                taken.append(time.perf_counter() - began)
                answers[answer] += 1

    crowd = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    with structlog.testing.capture_logs() as log:
        for one in crowd:
            one.start()
        together.wait()
        started = time.perf_counter()
        for one in crowd:
            one.join()
        seconds = time.perf_counter() - started
    workers.shutdown()
    retries = sum(one["event"] == "transaction_retried" for one in log)
    return Rush(seconds, statistics.quantiles(taken, n=100)[-1] * 1000, answers, retries)


def attempt(start: datetime, guest: Guest) -> str:
    try:
        db.transact(booking_book.book, VISITOR, builders.a_wish(start=start), guest=guest)
    except Refusal as refusal:
        return type(refusal).__name__
    except db.FAILED as failure:
        return type(failure).__name__
    return "booked"


def asked(connection: psycopg.Connection) -> tuple[int, int]:
    """Deadlocks as PostgreSQL counted them, and pairs of sessions that overlap."""
    # A server process tells what it counted when it ends.
    time.sleep(1)
    found = connection.execute(
        """SELECT (SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()),
                  (SELECT count(*) FROM appointments a JOIN appointments b
                   ON a.id < b.id AND a.live AND b.live AND a.during && b.during)"""
    ).fetchone()
    assert found
    return found[0], found[1]


if __name__ == "__main__":
    main()
