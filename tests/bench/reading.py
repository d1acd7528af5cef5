"""M7: what somebody who reads without end costs the others, and what a dear page costs at all."""

import argparse
import os
import statistics
import sys
import threading
import time
from collections import Counter
from http.client import HTTPConnection
from multiprocessing import get_context
from typing import Any
from urllib.parse import urlsplit

from practice.postgres import Cluster
from tests.bench.start_and_pages import WORK
from tests.builders import CALL
from tests.support import hostile_clients, running_portal
from tests.support.portal_process import Server
from tests.support.visitors import Visitors, memory

HANDS = 16
ZONES = f"/plain/book/{CALL}?zones=all"
# What is made anew for each reader; the first is the dearest that was known.
DEAR = (
    ZONES,
    "/book",
    f"/plain/book/{CALL}",
    "/sign-in",
    "/it/nowhere",
    f"/api/slots?session_type={CALL}&from={{first}}&to={{last}}&tz=Europe/Rome",
)


def main() -> int:
    """Tells whether the others came through."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--seconds", type=float, default=30)
    reading.add_argument("--later", type=float, default=600, help="seconds until the last look")
    given = reading.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(WORK / "api" / "postgres")
    cluster.directory.mkdir(parents=True, exist_ok=True)
    with cluster.used(), running_portal.shared(cluster, WORK / "reading.log") as portal:
        print(f"{os.cpu_count()} cores, reader and visitors on the same cores")
        return report(portal, given.seconds, given.later)


def report(portal: Server, seconds: float, later: float) -> int:
    for path in DEAR:
        print(f"{path[:46]:<50}{costs(portal, path):6.1f} ms each", flush=True)
    before = memory(portal)
    with Visitors(portal.base, "/", "/sign-in") as alone:
        time.sleep(min(seconds, 5))
    print(f"{'nobody else reads':<50}{before:5.0f} MiB  {alone}")
    visitors, most, answers = flooded(portal, seconds)
    print(f"{f'{HANDS} connections read {ZONES[:24]}…':<50}{most:5.0f} MiB  {visitors}")
    print(f"{'what they were answered':<50}{dict(answers)}")
    time.sleep(later)
    print(f"{f'{later:.0f} s later':<50}{memory(portal):5.0f} MiB")
    print(f"other visitors' p95: {visitors.p95:.0f} ms (target < 300)")
    return int(visitors.p95 >= 300)


def costs(portal: Server, path: str) -> float:
    """The median of a few, after one that warms up."""
    today = time.strftime("%Y-%m-%d")
    last = time.strftime("%Y-%m-%d", time.localtime(time.time() + 61 * 86400))
    path = path.replace("{first}", today).replace("{last}", last)
    times: list[float] = []
    for _ in range(12):
        started = time.perf_counter()
        hostile_clients.ask(portal.base, path, seconds=30)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[1:])


def flooded(portal: Server, seconds: float) -> tuple[Visitors, float, Counter[int]]:
    """The reader is a process of its own: visitors would wait for its threads here."""
    context = get_context("fork")
    answers = context.SimpleQueue()
    reader = context.Process(target=read, args=(portal.base, seconds, answers))
    reader.start()
    most = 0.0
    with Visitors(portal.base, "/", "/sign-in") as visitors:
        while reader.is_alive():
            most = max(most, memory(portal))
            reader.join(0.25)
    return visitors, most, answers.get()


def read(base: str, seconds: float, answers: Any) -> None:
    """From an address of its own, on connections that stay open, as fast as it goes."""
    until = time.monotonic() + seconds
    counts: Counter[int] = Counter()

    def ask() -> None:
        where = (hostile_clients.ATTACKER, 0)
        line = HTTPConnection(urlsplit(base).netloc, source_address=where, timeout=30)
        while time.monotonic() < until:
            line.request("GET", ZONES)
            answer = line.getresponse()
            answer.read()
            counts[answer.status] += 1
        line.close()

    crowd = [threading.Thread(target=ask) for _ in range(HANDS)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    answers.put(counts)


if __name__ == "__main__":
    sys.exit(main())
