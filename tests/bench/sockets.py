"""How others fare while sockets attack, what memory is left of it, and how soon a session that
ended has no socket."""

import argparse
import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil
from socketio.exceptions import SocketIOError

from practice import db
from practice.postgres import Cluster
from practice.services.accounts import sessions
from practice.state.drafts import DraftState
from practice.state.styleguide import SAMPLE_DRAFT, SampleDraftState
from tests.bench.start_and_pages import WORK
from tests.support import running_portal
from tests.support.portal_process import Server
from tests.support.raw_sockets import BINARY, ON, TEXT, RawSocket, Refused, framed
from tests.support.websocket_client import RawClient, connected

FLOOD = 2_000
ASKED = 100
PAUSE = 0.1
ENDINGS = 9


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=10, help="of rest after the attacks")
    options.add_argument("--part", choices=["all", "pace", "attacks"], default="all")
    options.add_argument(
        "--many-addresses", action="store_true", help="as if each socket came from elsewhere"
    )
    wanted = options.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    own = Cluster(WORK / "api" / "postgres")
    own.directory.mkdir(parents=True, exist_ok=True)
    limits = {"PRACTICE_LIMIT_NEW_SOCKETS": "1000000/60"} if wanted.many_addresses else {}
    with own.used(), running_portal.shared(own, WORK / "sockets.log", **limits) as portal:
        print(f"{os.cpu_count()} cores, the clients on the same cores")
        if wanted.part != "attacks":
            pace(portal)
        if wanted.part != "pace":
            for line in attacked(portal, Sizes(), wanted.minutes * 60):
                print(line, flush=True)


def pace(portal: Server) -> None:
    print(f"an event that writes, alone: {said(times(portal, 0))}")
    beside = said(times(portal, FLOOD))
    print(f"while another socket sends {FLOOD:,} too fast: {beside} (target p95 < 300)")
    taken = sorted(endings(portal))
    middle = statistics.median(taken)
    print("from the end of a session to its closed socket: "
          f"median {middle:.1f} s, at most {taken[-1]:.1f} s (target ≤ 5)")  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """How much of each attack; a test does a little of each."""

    tabs: int = 8_000
    attachments: int = 2_000
    fragments_mib: int = 600
    frames: int = 20_000
    sockets: int = 10
    seconds: float = 60


def attacked(portal: Server, sizes: Sizes, rest: float) -> Iterator[str]:
    """Memory before, during and after each, while somebody else is at work."""
    first = memory(portal)
    yield f"memory before all: {first:.0f} MiB"
    for name, attack in ATTACKS.items():
        before, taken = memory(portal), list[float]()
        with watched(portal) as most, others(portal, taken):
            done = attack(portal, sizes)
        yield (
            f"{name}: {done}; memory {before:.0f}, at most {max(most):.0f}, "
            f"then {memory(portal):.0f} MiB; others {said(taken)} (target p95 < 300)"
        )
    time.sleep(rest)
    yield f"memory {rest:.0f} s later: {memory(portal):.0f} MiB (before all {first:.0f})"


def memory(portal: Server) -> float:
    """Of the launcher and the server; the database is another's."""
    launcher = psutil.Process(portal.process.pid)
    each = [launcher, *launcher.children(recursive=True)]
    return sum(process.memory_info().rss for process in each) / 1024**2


@contextmanager
def watched(portal: Server) -> Iterator[list[float]]:
    most, is_over = [memory(portal)], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.1):
            most.append(memory(portal))

    with beside(watch, is_over):
        yield most


@contextmanager
def others(portal: Server, taken: list[float]) -> Iterator[None]:
    """Somebody writes a draft ten times a second."""
    value, _ = running_portal.a_client()
    is_over = threading.Event()
    with connected(portal.base, cookie=f"practice_session={value}") as page:
        page.heard()

        def write() -> None:
            while not is_over.is_set() or len(taken) < 3:
                taken.append(written(page, len(taken)))
                time.sleep(PAUSE)

        with beside(write, is_over):
            yield


@contextmanager
def beside(work: Callable[[], None], is_over: threading.Event) -> Iterator[None]:
    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        is_over.set()
        worker.join()


def come_and_go(portal: Server, sizes: Sizes) -> str:
    """Each hydrates and leaves; as fast as four clients can."""
    turns, counted = iter(range(sizes.tabs)), Counter[str]()
    until = time.monotonic() + sizes.seconds

    def visit() -> None:
        while next(turns, None) is not None and time.monotonic() < until:
            try:
                tab = RawSocket(portal.base)
                tab.connect()
                tab.close()
                counted["let in"] += 1
            except (Refused, OSError):
                counted["refused"] += 1

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return f"{counted['let in']:,} tabs let in, {counted['refused']:,} refused"


def attachments(portal: Server, sizes: Sizes) -> str:
    """Announced by the milliard, and sent for as long as the socket is open."""
    return shot(portal, sizes, sizes.attachments, _announce, framed(bytes(60_000), BINARY))


def _announce(own: RawSocket) -> None:
    own.connect()
    own.send(b'45999999999-/_event,["event",{"_placeholder":true,"num":0}]')


def fragments(portal: Server, sizes: Sizes) -> str:
    """A message of which the last fragment never comes. The server itself shuts whoever sends more
    than 64 MiB of one, so each stays below."""
    count = sizes.fragments_mib * 1024**2 // 60_000
    return shot(portal, sizes, count, _begin, framed(b"x" * 60_000, ON, is_last=False))


def _begin(own: RawSocket) -> None:
    own.connect()
    own.send(b"42/_event,", is_last=False)


def flood(portal: Server, sizes: Sizes) -> str:
    """Small frames, and gone."""
    event = b'42/_event,["event",{"name":"x","payload":{},"router_data":{}}]'
    return shot(portal, sizes, sizes.frames, RawSocket.connect, framed(event, TEXT))


def shot(
    portal: Server, sizes: Sizes, count: int, begin: Callable[[RawSocket], None], frame: bytes
) -> str:
    """From several sockets, one after the other, which stay open till the end."""
    open_ones, sent, until = list[RawSocket](), 0, time.monotonic() + sizes.seconds
    for _ in range(sizes.sockets):
        with suppress(Refused, OSError):
            own = RawSocket(portal.base)
            open_ones.append(own)
            begin(own)
            for _number in range(count // sizes.sockets):
                if time.monotonic() > until:
                    break
                own.line.sendall(frame)
                sent += 1
    shut = sum(own.is_shut(1) for own in open_ones)
    for own in open_ones:
        own.close()
    return f"{sent:,} frames sent, {shut} of {len(open_ones)} sockets were shut"


ATTACKS: dict[str, Callable[[Server, Sizes], str]] = {
    "tabs that come and go": come_and_go,
    "binary attachments": attachments,
    "fragments without an end": fragments,
    "a flood whose sender goes": flood,
}


def said(taken: list[float]) -> str:
    return f"p50 {statistics.median(taken):.1f} ms, p95 {statistics.quantiles(taken, n=20)[-1]:.1f}"


def times(portal: Server, flood: int) -> list[float]:
    """Each a transaction and an answer, at a pace at which nobody is held back."""
    taken: list[float] = []
    value, _ = running_portal.a_client()
    with flooding(portal, flood), connected(portal.base, cookie=f"practice_session={value}") as own:
        own.heard()
        for number in range(ASKED):
            taken.append(written(own, number))
            time.sleep(PAUSE)
    return taken


def written(page: RawClient, number: int) -> float:
    started = time.perf_counter()
    page.send(DraftState.keep, {"name": "letter", "text": f"line {number}"})
    page.heard_until(f"'letter': {number + 1}")
    return (time.perf_counter() - started) * 1000


@contextmanager
def flooding(portal: Server, events: int) -> Iterator[None]:
    with connected(portal.base) as client:
        client.heard()

        def send() -> None:
            # Whoever is five seconds behind is shut.
            with suppress(SocketIOError, OSError):
                for _ in range(events):
                    client.send(SampleDraftState.keep, {"name": SAMPLE_DRAFT, "text": "x"})

        sender = threading.Thread(target=send)
        sender.start()
        yield
        sender.join()


def endings(portal: Server) -> Iterator[float]:
    for number in range(ENDINGS):
        value, actor = running_portal.a_client()
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
