"""H4: what one laptop does to memory and to other visitors with connections alone, and what is left
of it later."""

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from urllib.parse import urlsplit

from practice.postgres import Cluster
from tests.bench.start_and_pages import WORK
from tests.support import hostile_clients, running_portal
from tests.support.portal_process import Server
from tests.support.visitors import Visitors, memory

# More than one address may have, and more than the whole server had before.
MANY = 1_100
HANDS = 100
ASK = "GET /about HTTP/1.1\r\nHost: {host}\r\n\r\n"
# Of the page that is asked for.
END = b"</html>"
BODY = "POST /sign-in HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n"

Attack = Callable[[str, float], None]


def silent(base: str, until: float) -> None:
    """As many as the system gives, and each that is cut is opened again."""
    while time.monotonic() < until:
        with hostile_clients.crowd(base, MANY):
            time.sleep(max(0.0, min(1.0, until - time.monotonic())))


def storm(base: str, until: float) -> None:
    """Opened and left as fast as it goes."""
    while time.monotonic() < until:
        hostile_clients.connect(base).close()


def slow_bodies(base: str, until: float) -> None:
    _hands(base, until, BODY, b"1\r\na\r\n", 1.0)


def fast_bodies(base: str, until: float) -> None:
    _hands(base, until, BODY, b"4000\r\n" + b"a" * 0x4000 + b"\r\n", 0.05)


def greedy(base: str, until: float) -> None:
    """Reads what lies in memory, which nobody counts, on as many connections as there are."""

    def read() -> None:
        with suppress(OSError), hostile_clients.connect(base) as line:
            while time.monotonic() < until:
                line.sendall(_written(base, ASK))
                while (heard := line.recv(65536)) and not heard.endswith(END):
                    pass
                if not heard:
                    return

    _together([threading.Thread(target=read) for _ in range(HANDS)])


def never_reading(base: str, until: float) -> None:
    _hands(base, until, "", _written(base, ASK) * 8, 0.05, receives=2048)


def fragments(base: str, until: float) -> None:
    """One message on each of the sockets that one address may have."""
    piece = hostile_clients.frame(b"a" * 16_000, 0, ends=False)
    _hands(
        base,
        until,
        hostile_clients.UPGRADE,
        hostile_clients.frame(b"a", ends=False) + piece * 8,
        0.05,
        hands=20,
    )


def _hands(
    base: str,
    until: float,
    start: str,
    more: bytes,
    pause: float,
    *,
    hands: int = HANDS,
    receives: int | None = None,
) -> None:
    """Each sends on until it is cut, and begins anew."""

    def work() -> None:
        while (left := until - time.monotonic()) > 0:
            with suppress(OSError), hostile_clients.connect(base, receives=receives) as line:
                if hostile_clients.send(line, _written(base, start)):
                    hostile_clients.keeps_sending(line, more, left, pause)

    _together([threading.Thread(target=work) for _ in range(hands)])


def _together(crowd: list[threading.Thread]) -> None:
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()


def _written(base: str, words: str) -> bytes:
    return words.format(host=urlsplit(base).netloc).encode()


ATTACKS: dict[str, Attack] = {
    "1,100 silent connections, opened anew when cut": silent,
    "connections opened and left as fast as it goes": storm,
    "100 bodies of a byte a second": slow_bodies,
    "100 bodies without an end, fast": fast_bodies,
    "100 connections that read what lies in memory": greedy,
    "100 readers that ask and never read": never_reading,
    "20 websockets with a message without an end": fragments,
}


def main() -> int:
    """Tells whether the others came through."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--seconds", type=float, default=15, help="of each attack")
    reading.add_argument("--later", type=float, default=600, help="seconds until the last look")
    given = reading.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(WORK / "api" / "postgres")
    cluster.directory.mkdir(parents=True, exist_ok=True)
    with cluster.used(), running_portal.shared(cluster, WORK / "connections.log") as portal:
        print(f"{os.cpu_count()} cores, attacker and visitors on the same cores")
        return report(portal, given.seconds, given.later)


def report(portal: Server, seconds: float, later: float) -> int:
    with Visitors(portal.base) as alone:
        time.sleep(min(seconds, 5))
    before = memory(portal)
    print(f"{'before':<50}{before:5.0f} MiB  {alone}", flush=True)
    slowest = 0.0
    for name, attack in ATTACKS.items():
        visitors, most = attacked(portal, attack, seconds)
        slowest = max(slowest, visitors.p95)
        print(f"{name:<50}{most:5.0f} MiB  {visitors}", flush=True)
    time.sleep(later)
    after = memory(portal)
    print(f"{f'{later:.0f} s later':<50}{after:5.0f} MiB")
    print(f"other visitors' slowest p95: {slowest:.0f} ms (target < 300)")
    return int(slowest >= 300)


def attacked(portal: Server, attack: Attack, seconds: float) -> tuple[Visitors, float]:
    """The visitors meanwhile, and the most memory that was seen. The attacker is a process of his
    own: visitors would wait for his threads here, and not for the portal."""
    until = time.monotonic() + seconds
    attacker = get_context("fork").Process(target=attack, args=(portal.base, until))
    attacker.start()
    most = 0.0
    with Visitors(portal.base) as visitors:
        while attacker.is_alive():
            most = max(most, memory(portal))
            attacker.join(0.25)
    return visitors, most


if __name__ == "__main__":
    sys.exit(main())
