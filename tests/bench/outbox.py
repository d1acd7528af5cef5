"""How fast what was promised happens: instant effects a second, and commit to the first act."""

import asyncio
import logging
import statistics
import time
from dataclasses import replace
from typing import Any

import structlog

from practice import db, settings
from practice.clock import new_id
from practice.domain.actors import SYSTEM
from practice.domain.booking.consequences import Effect
from practice.models import sealed
from practice.models.outbox import OutboxRow
from practice.providers import EmbeddedMail, Providers
from practice.services.inserts import New, new, write
from practice.services.operations import effects
from practice.settings import ROOT
from practice.worker import running
from tests.bench.booking import WORK, a_practice
from tests.conftest import PLAIN
from tests.support.fake_providers import HANGING, LIGHT, REFUSING
from tests.support.load import IDLE, a_street, p95, told
from tests.support.smoke import size

MANY = size(5000, 500)
TIMES = size(200, 4)
# Bookings beside providers that are quick, hang or refuse: seconds of each phase, in turn.
MOODS = {
    IDLE: "nothing to send",
    LIGHT: "both providers quick",
    HANGING: "both providers hanging",
    REFUSING: "both providers refusing",
}
PER_SECOND, PHASE, ROUNDS = size((5, 6.0, 10), (5, 0.4, 1))
BESIDE = ROOT / ".data" / "bench" / "outbox"


def main() -> None:
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    settings.current = lambda: replace(PLAIN, limits=replace(PLAIN.limits, are_on=False))
    with a_practice(WORK) as url:
        db.connect(url)
        print(f"instant effects: {throughput():.0f} a second (target ≥ 1,000)")
        waits = asyncio.run(latency(url))
        p50, p95 = statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
        print(f"commit to the first act: p50 {p50:.1f} ms, p95 {p95:.1f} ms (target p95 ≤ 10)")
        db.disconnect()
    bookings_beside()


def throughput() -> float:
    """One worker, rows that need nobody outside."""
    for _ in range(MANY // 500):
        db.transact(promise, SYSTEM, count=500)
    started = time.perf_counter()
    while effects.work_once(Providers(EmbeddedMail()), SYSTEM):
        pass
    return MANY / (time.perf_counter() - started)


async def latency(url: str) -> list[float]:
    """With the worker asleep, as it is most of the day."""
    waits: list[float] = []
    whole = db.transact
    seen = asyncio.Event()
    loop = asyncio.get_running_loop()
    at: list[float] = []

    def watched(work: Any, *args: Any, **said: Any) -> Any:
        found = whole(work, *args, **said)
        if work.__name__ == "claim" and found:
            at.append(time.perf_counter())
            loop.call_soon_threadsafe(seen.set)
        return found

    db.transact = watched
    async with running(url, Providers(EmbeddedMail())):
        await asyncio.sleep(1)
        for _ in range(TIMES):
            seen.clear()
            at.clear()
            await asyncio.to_thread(whole, promise, SYSTEM, count=1)
            committed = time.perf_counter()
            await asyncio.wait_for(seen.wait(), 10)
            waits.append((at[0] - committed) * 1000)
            await asyncio.sleep(0.02)
    db.transact = whole
    return waits


def promise(session: Any, _actor: Any, *, count: int) -> None:
    write(session, [_row() for _ in range(count)])


def _row() -> New:
    row = new_id()
    return new(
        OutboxRow,
        id=row,
        effect=Effect.CALENDAR_EVENT,
        fact="confirmed",
        dedupe_key=str(row),
        payload=sealed.seal(OutboxRow, "payload", row, "{}"),
    )


def bookings_beside() -> None:
    """In the process that works, as the portal is run by default: people come at the same pace,
    short phases in turn, so that a slow moment of the machine hits all. The first warms up."""
    found: dict[str, list[float]] = {mood: [] for mood in MOODS}
    with a_street(BESIDE) as street:
        for turn in range(ROUNDS + 1):
            for mood, times in found.items():
                street.become(mood)
                took = street.book_for(PHASE, PER_SECOND)
                times.extend(took if turn else [])
                street.forget()
    well = p95(found[LIGHT])
    for mood, times in found.items():
        print(f"bookings, {MOODS[mood]:<31}: {told(times)}, {p95(times) / well:.2f} of quick")
    print("target: hanging ≤ 1.10 of quick, and quick not far from nothing to send")


if __name__ == "__main__":
    main()
