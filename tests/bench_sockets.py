"""How others fare while one socket floods, and how soon a session that ended has no socket."""

import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from practice import db
from practice.cluster import Cluster
from practice.services import sessions
from practice.state.drafts import DraftState
from practice.state.styleguide import SAMPLE_DRAFT, SampleDraftState
from tests import portals
from tests.bench import WORK
from tests.server import Server
from tests.sockets import RawClient, connected

FLOOD = 2_000
ASKED = 100
ENDINGS = 9


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    own = Cluster(WORK / "api" / "postgres")
    own.directory.mkdir(parents=True, exist_ok=True)
    with own.used():
        print(f"{os.cpu_count()} cores, the clients on the same cores")
        for words, limits in (("as it is", "on"), ("without limits", "off")):
            with portals.shared(own, WORK / "sockets.log", PRACTICE_LIMITS=limits) as portal:
                alone, beside = times(portal, 0), times(portal, FLOOD)
                print(f"an event that writes, {words}: alone p95 {alone:.1f} ms,")
                print(f"  while another sends {FLOOD:,}: p95 {beside:.1f} ms (target < 300)")
                if limits == "on":
                    found = sorted(endings(portal))
                    middle = statistics.median(found)
                    print("from the end of a session to its closed socket:")
                    print(f"  median {middle:.1f} s, at most {found[-1]:.1f} s (target ≤ 5)")


def times(portal: Server, flood: int) -> float:
    """Of one event after another, each a transaction and an answer."""
    taken: list[float] = []
    value, _ = portals.a_client()
    with flooding(portal, flood), connected(portal.base, cookie=f"practice_session={value}") as own:
        own.heard()
        for number in range(ASKED):
            started = time.perf_counter()
            own.send(DraftState.keep, {"name": "letter", "text": f"line {number}"})
            own.heard_until(f"'letter': {number + 1}")
            taken.append((time.perf_counter() - started) * 1000)
    return statistics.quantiles(taken, n=20)[-1]


@contextmanager
def flooding(portal: Server, events: int) -> Iterator[None]:
    with connected(portal.base) as client:
        client.heard()

        def flood() -> None:
            for _ in range(events):
                client.send(SampleDraftState.keep, {"name": SAMPLE_DRAFT, "text": "x"})

        sender = threading.Thread(target=flood)
        sender.start()
        yield
        sender.join()


def endings(portal: Server) -> Iterator[float]:
    for number in range(ENDINGS):
        value, actor = portals.a_client()
        tab = RawClient(portal.base, cookie=f"practice_session={value}")
        tab.heard()
        # At different moments between two looks of the watch.
        time.sleep(0.23 * number)
        started = time.perf_counter()
        db.transact(sessions.end_all, actor)
        tab.closed.wait(60)
        yield time.perf_counter() - started
        tab.leave()


if __name__ == "__main__":
    main()
