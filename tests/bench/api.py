"""GET /api/slots over 30 days beside 10,000 stored appointments: paced, and as fast as it goes."""

import os
import statistics
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psycopg

from practice import clock
from practice.postgres import Cluster
from tests.bench.start_and_pages import WORK, flood
from tests.builders import BY_SYSTEM
from tests.support import portal_process
from tests.support.database import create
from tests.support.smoke import size

STORED = size(10_000, 50)
PER_SECOND = size(50, 5)
SECONDS = size(8, 1)

# Five a day, from five years back to a hundred days ahead: what the life of a practice leaves.
FILL = """
    INSERT INTO appointments
        (session_type_id, starts_at, ends_at, during, live, group_status, capacity, sequence,
         created_at)
    SELECT t.id, s, s + interval '50 minutes', tstzrange(s, s + interval '50 minutes'), true,
           'open', 8, 0, now()
    FROM session_types t,
         generate_series(1, %(stored)s) n,
         LATERAL (SELECT date_trunc('day', now()) + (100 - n / 5) * interval '1 day'
                         + (8 + 2 * (n %% 5)) * interval '1 hour') AS at(s)
    WHERE t.slug = 'thursday-group'
"""


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    own = Cluster(WORK / "api" / "postgres")
    own.directory.mkdir(parents=True, exist_ok=True)
    with own.used():
        create(own, "api")
        env = {"DATABASE_URL": own.url(database="api"), "PRACTICE_LIMITS": "off"}
        with portal_process.running(WORK / "api", WORK / "api.log", **env) as portal:
            url = own.url(database="api")
            with psycopg.connect(url, autocommit=True, options=BY_SYSTEM) as connection:
                connection.execute("TRUNCATE appointments CASCADE")
                connection.execute(FILL, {"stored": STORED})
                connection.execute("ANALYZE")
            first = clock.now().date()
            last = first + timedelta(days=29)
            path = f"/api/slots?session_type=discovery&from={first}&to={last}&tz=Europe/Rome"
            print(f"{os.cpu_count()} cores, {STORED} appointments, the client on the same cores")
            flood(portal.base, path)
            p50, p95 = paced(portal.base, path)
            print(f"GET /api/slots at {PER_SECOND}/s: p50 {p50:.1f} ms (target ≤ 5), "
                  f"p95 {p95:.1f} ms (target ≤ 12)")  # fmt: skip
            each, slow = flood(portal.base, path)
            print(f"as fast as it goes, 16 connections: {each:.0f} a second (target ≥ 300), "
                  f"p95 {slow:.1f} ms")  # fmt: skip
            alone, _ = flood(portal.base, "/healthz")
            print(f"the framework alone, /healthz: {alone:.0f} a second")


def paced(base: str, path: str) -> tuple[float, float]:
    """Each request starts at its own moment, whatever became of the one before."""
    times: list[float] = []

    def ask(starts: float) -> None:
        connection = HTTPConnection(urlsplit(base).netloc)
        connection.connect()
        time.sleep(max(0.0, starts - time.perf_counter()))
        started = time.perf_counter()
        connection.request("GET", path)
        connection.getresponse().read()
        times.append(time.perf_counter() - started)
        connection.close()

    each(ask)
    return statistics.median(times) * 1000, statistics.quantiles(times, n=20)[-1] * 1000


def each(ask: Callable[[float], None]) -> None:
    begin = time.perf_counter() + 0.5
    for second in range(SECONDS):
        asking = [
            threading.Thread(target=ask, args=(begin + second + n / PER_SECOND,))
            for n in range(PER_SECOND)
        ]
        for one in asking:
            one.start()
        for one in asking:
            one.join()


if __name__ == "__main__":
    main()
