"""A busy stretch: ten requests and one new tab a second, from many addresses, and whether memory
ends where it was in the third minute."""

import argparse
import itertools
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

from socketio.exceptions import SocketIOError

from practice.postgres import Cluster
from tests.bench.start_and_pages import WORK
from tests.builders import CALL
from tests.support import running_portal
from tests.support.portal_process import Server
from tests.support.visitors import memory
from tests.support.websocket_client import RawClient

PER_SECOND = 10
# Seconds that somebody stays on a page.
STAYS = 20
SETTLED = 3
# MiB by which it may differ then: what an allocator holds back and what a cache still fills.
FLAT = 15
PATHS = (
    "/",
    "/about",
    "/it",
    "/book",
    f"/book/{CALL}",
    f"/plain/book/{CALL}?zones=all",
    "/sign-in",
    "/nowhere",
    f"/api/session-types?search={CALL}",
    "/favicon.svg",
)


class Crowd:
    def __init__(self, portal: Server) -> None:
        self.portal = portal
        self.addresses = (f"198.51.{n // 250 % 250}.{n % 250 + 1}" for n in itertools.count())
        self.requests = self.tabs = self.failures = 0
        self.turn = threading.Lock()

    def address(self) -> str:
        with self.turn:
            return next(self.addresses)

    def ask(self, path: str) -> None:
        line = HTTPConnection(urlsplit(self.portal.base).netloc, timeout=30)
        try:
            line.request("GET", path, headers={"x-forwarded-for": self.address()})
            answer = line.getresponse()
            answer.read()
            self.failures += answer.status >= 429
        except OSError:
            self.failures += 1
        finally:
            line.close()
        self.requests += 1

    def open_tab(self, stays: float) -> None:
        try:
            tab = RawClient(self.portal.base, **{"x-forwarded-for": self.address()})
        except (OSError, SocketIOError):
            self.failures += 1
            return
        time.sleep(stays)
        tab.leave()
        self.tabs += 1


def main() -> int:
    """Tells whether memory was flat."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--minutes", type=float, default=10)
    given = reading.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(WORK / "api" / "postgres")
    cluster.directory.mkdir(parents=True, exist_ok=True)
    env = {"PRACTICE_TRUSTED_PROXY_HOPS": "1"}
    with cluster.used(), running_portal.shared(cluster, WORK / "soak.log", **env) as portal:
        print(f"{os.cpu_count()} cores, {PER_SECOND} requests and a new tab a second")
        return report(portal, given.minutes)


def report(portal: Server, minutes: float) -> int:
    crowd = Crowd(portal)
    levels = soaked(portal, crowd, minutes * 60)
    print(f"{crowd.requests} requests, {crowd.tabs} tabs, {crowd.failures} failed")
    if len(levels) <= SETTLED:
        print("too short to tell whether memory is flat")
        return int(crowd.failures > 0)
    grown = levels[-1] - levels[SETTLED]
    print(f"from minute {SETTLED} to the end: {grown:+.0f} MiB (target ≤ {FLAT})")
    return int(grown > FLAT or crowd.failures > 0)


def soaked(portal: Server, crowd: Crowd, seconds: float) -> list[float]:
    """Memory before, and after each minute."""
    levels = [memory(portal)]
    print(f"  before      {levels[0]:5.0f} MiB", flush=True)
    started, paths = time.monotonic(), itertools.cycle(PATHS)
    with ThreadPoolExecutor(STAYS * 2 + PER_SECOND * 4) as hands:
        for beat in itertools.count():
            time.sleep(max(0.0, started + beat / PER_SECOND - time.monotonic()))
            passed = time.monotonic() - started
            if passed >= 60 * len(levels):
                levels.append(memory(portal))
                print(f"  minute {len(levels) - 1:<4} {levels[-1]:5.0f} MiB", flush=True)
            if passed >= seconds:
                break
            hands.submit(crowd.ask, next(paths))
            if beat % PER_SECOND == 0:
                hands.submit(crowd.open_tab, min(STAYS, seconds))
    return levels


if __name__ == "__main__":
    sys.exit(main())
