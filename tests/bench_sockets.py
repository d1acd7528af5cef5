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
from tests.smoke import size
from tests.sockets import RawClient, connected

FLOOD = size(2_000, 50)
ASKED = size(100, 3)
PAUSE = 0.1
ENDINGS = size(9, 1)


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    own = Cluster(WORK / "api" / "postgres")
    own.directory.mkdir(parents=True, exist_ok=True)
    with own.used():
        print(f"{os.cpu_count()} cores, the clients on the same cores")
        with portals.shared(own, WORK / "sockets.log") as portal:
            print(f"an event that writes, alone: {said(times(portal, 0))}")
            beside = said(times(portal, FLOOD))
            print(f"while another socket sends {FLOOD:,}: {beside} (target p95 < 300)")
            found = sorted(endings(portal))
            middle = statistics.median(found)
            print("from the end of a session to its closed socket: "
                  f"median {middle:.1f} s, at most {found[-1]:.1f} s (target ≤ 5)")  # fmt: skip


def said(taken: list[float]) -> str:
    return f"p50 {statistics.median(taken):.1f} ms, p95 {statistics.quantiles(taken, n=20)[-1]:.1f}"


def times(portal: Server, flood: int) -> list[float]:
    """Each a transaction and an answer, at a pace at which nobody is held back."""
    taken: list[float] = []
    value, _ = portals.a_client()
    with flooding(portal, flood), connected(portal.base, cookie=f"practice_session={value}") as own:
        own.heard()
        for number in range(ASKED):
            started = time.perf_counter()
            own.send(DraftState.keep, {"name": "letter", "text": f"line {number}"})
            own.heard_until(f"'letter': {number + 1}")
            taken.append((time.perf_counter() - started) * 1000)
            time.sleep(PAUSE)
    return taken


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
