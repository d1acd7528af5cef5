"""The portal as a process of its own, its two mail providers, and people who book all the time."""

import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from practice import settings
from tests.bench.booking import a_practice, free_times
from tests.builders import BY_SYSTEM, CALL, PRIVACY
from tests.conftest import KEY, PLAIN
from tests.support import fake_providers, portal_process
from tests.support.fake_providers import LIGHT, Resend, Smtp

# Seconds that somebody who books waits for the answer.
PATIENCE = 30
# Nothing is due: what a booking takes when no letter is written beside it.
IDLE = "idle"
SLEEP = {True: "ENABLE", False: "DISABLE"}
SLEEPS = """
    CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.next_at := NEW.next_at + interval '1 day'; RETURN NEW; END $$;
    CREATE TRIGGER sleeps BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION sleep();
    ALTER TABLE outbox DISABLE TRIGGER sleeps
"""
WAITING = "SELECT count(*) FROM outbox WHERE done_at IS NULL"
_numbers = count(1)


@dataclass
class Street:
    """Everything that stands around the portal."""

    url: str
    base: str
    resend: Resend
    smtp: Smtp
    starts: Iterator[datetime]

    def become(self, mood: str) -> None:
        """From the next letter on."""
        with psycopg.connect(self.url, autocommit=True, options=BY_SYSTEM) as asking:
            asking.execute(f"ALTER TABLE outbox {SLEEP[mood == IDLE]} TRIGGER sleeps".encode())
        self.resend.mood = self.smtp.mood = LIGHT if mood == IDLE else mood

    def ask(self, words: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True, options=BY_SYSTEM) as asking:
            return asking.execute(words.encode()).fetchall()

    def waiting(self) -> int:
        ((found,),) = self.ask(WAITING)
        assert isinstance(found, int)
        return found

    def forget(self) -> None:
        """What is left of one phase is not the next one's business."""
        with psycopg.connect(self.url, autocommit=True, options=BY_SYSTEM) as asking:
            asking.execute("UPDATE outbox SET done_at = now() WHERE done_at IS NULL")

    def delivered(self) -> Counter[str]:
        """How often each letter arrived, by the id of its row."""
        by_mail = (str(one["message-id"]).strip("<>") for one in self.smtp.taken)
        return Counter(
            [key.removeprefix("mail/") for key in self.resend.taken]
            + [said.partition("@")[0] for said in by_mail]
        )

    def book_for(self, seconds: float, per_second: float) -> list[float]:
        """Milliseconds of each booking, counted from when it should have begun, so that one that
        waits for the one before is not counted as quick."""
        many = int(seconds * per_second)
        times: list[float] = []
        begin = time.perf_counter() + 0.2

        def one(planned: float) -> None:
            time.sleep(max(0.0, planned - time.perf_counter()))
            self._book()
            times.append((time.perf_counter() - planned) * 1000)

        crowd = [threading.Thread(target=one, args=[begin + n / per_second]) for n in range(many)]
        for person in crowd:
            person.start()
        for person in crowd:
            person.join()
        assert len(times) == many, "somebody could not book"
        return times

    def _book(self) -> None:
        number = next(_numbers)
        body = {
            "session_type": CALL,
            "start": next(self.starts).isoformat(),
            "name": f"Guest {number}",
            "email": f"guest{number}@example.org",
            "phone": "+39 040 123456",
            "time_zone": "Europe/Rome",
            "place": "phone",
            "privacy_version": PRIVACY,
        }
        said = {"content-type": "application/json", "idempotency-key": f"key-{number}"}
        line = HTTPConnection(urlsplit(self.base).netloc, timeout=PATIENCE)
        line.request("POST", "/api/bookings", json.dumps(body), said)
        answer = line.getresponse()
        assert answer.status == 201, answer.read()
        answer.read()
        line.close()


@contextmanager
def a_street(directory: Path, **env: str) -> Iterator[Street]:
    """Its worker lives in the serving process, as it does by default."""
    settings.current = lambda: replace(PLAIN, limits=replace(PLAIN.limits, are_on=False))
    with (
        a_practice(directory) as url,
        fake_providers.resend() as (resend, base),
        fake_providers.smtp() as (smtp, to),
    ):
        said = {
            "DATABASE_URL": url,
            "PRACTICE_SECRET_KEYS": KEY,
            "PRACTICE_LIMITS": "off",
            "PRACTICE_ANSWER_FLOOR_MS": "0",
            "RESEND_API_KEY": "key",
            "RESEND_API_BASE": base,
            "SMTP_URL": to,
            **env,
        }
        with portal_process.running(directory / "data", directory / "portal.log", **said) as portal:
            with psycopg.connect(url, autocommit=True) as asking:
                asking.execute(SLEEPS)
            yield Street(url, portal.base, resend, smtp, Locked(free_times()))


class Locked(Iterator[datetime]):
    """Many take from it, each gets another."""

    def __init__(self, times: list[datetime]) -> None:
        self.times = iter(times)
        self.turn = threading.Lock()

    def __next__(self) -> datetime:
        with self.turn:
            return next(self.times)


def told(times: list[float]) -> str:
    return f"p50 {statistics.median(times):6.1f} ms, p95 {p95(times):6.1f} ms"


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
