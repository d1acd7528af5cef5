"""make bench: how fast it starts and answers. Prints one table; keeps nothing."""

import os
import platform
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

from practice import build
from practice.settings import ROOT, Settings
from tests.support import portal_process
from tests.support.smoke import size

WORK = ROOT / ".data" / "bench"
STARTS = size(5, 1)
SECONDS = size(4.0, 0.3)
CONNECTIONS = size(16, 2)


def main() -> int:
    WORK.mkdir(parents=True, exist_ok=True)
    build.ensure(Settings.read({"PRACTICE_DATA_DIR": str(WORK)}))
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    for name, figure in measured():
        print(f"{name:<58}{figure}", flush=True)
    return 0


def measured() -> Iterator[tuple[str, str]]:
    yield "warm start to the first answer, s (median of 5)", f"{warm_start():.2f}"
    with portal_process.running(WORK / "data", WORK / "server.log") as portal:
        for path in ("/", "/healthz"):
            each, p95 = flood(portal.base, path)
            yield f"GET {path}, 16 connections: answers a second, p95 ms", f"{each:.0f}, {p95:.1f}"


def warm_start() -> float:
    """From the command to the first answered page: database, migrations check and all."""
    taken: list[float] = []
    for _ in range(STARTS + 1):
        with portal_process.running(WORK / "data", WORK / "server.log") as portal:
            taken.append(portal.seconds_to_first_answer)
        portal.process.wait()
    return statistics.median(taken[1:])


def flood(base: str, path: str) -> tuple[float, float]:
    """Bounded in time, on this machine only; the client shares its two cores."""
    parts = urlsplit(base)
    times: list[float] = []
    until = time.monotonic() + SECONDS

    def ask() -> None:
        connection = HTTPConnection(parts.hostname or "", parts.port)
        while time.monotonic() < until:
            started = time.perf_counter()
            connection.request("GET", path, headers={"accept-encoding": "gzip"})
            connection.getresponse().read()
            times.append(time.perf_counter() - started)
        connection.close()

    asking = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    return len(times) / SECONDS, statistics.quantiles(times, n=20)[-1] * 1000


if __name__ == "__main__":
    sys.exit(main())
