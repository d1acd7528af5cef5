"""The hands that do what was promised: woken by the database, and looking up now and then."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import psycopg
import structlog

from practice import clock, db, jobs, metrics, runtime
from practice.domain.actors import SYSTEM
from practice.providers import Providers
from practice.services.operations import effects, heartbeats
from practice.services.outbox import queue

logger = structlog.get_logger(__name__)

# The net under the database's word: what was missed is found within this.
LOOK_UP = 5.0
BEAT = 10.0
# After the database, the listening line or a provider said no.
PAUSE = 1.0
# Asked to end, a hand may finish what it holds; a provider that hangs longer is left alone with it,
# and once the lease is over somebody else takes it up.
GRACE = 5.0


class Bell:
    """Wakes one hand, not all of them: whoever finds something to do wakes the next."""

    def __init__(self) -> None:
        self._resting: list[asyncio.Event] = []
        self._is_unheard = False
        self.has_ended = False

    def ring(self) -> None:
        """Where nobody rests, whoever wants to rest next looks once more."""
        if self._resting:
            self._resting.pop().set()
        else:
            self._is_unheard = True

    def end(self) -> None:
        self.has_ended = True
        while self._resting:
            self.ring()

    async def rest(self, seconds: float) -> None:
        if self._is_unheard or self.has_ended:
            self._is_unheard = False
            return
        mine = asyncio.Event()
        self._resting.append(mine)
        with suppress(TimeoutError):
            await asyncio.wait_for(mine.wait(), seconds)
        if mine in self._resting:
            self._resting.remove(mine)


@asynccontextmanager
async def running(url: str, providers: Providers) -> AsyncGenerator[None]:
    """Hands, the clock's jobs and a heartbeat, until the block ends; what a hand holds then it
    finishes, unless that takes too long."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    bell = Bell()
    hands = [asyncio.create_task(_work(providers, bell)) for _ in range(db.HANDS)]
    others = [asyncio.create_task(_listen(url, bell)), asyncio.create_task(_beat(name))]
    try:
        async with jobs.running():
            yield
    finally:
        bell.end()
        await asyncio.wait(hands, timeout=GRACE)
        for task in (*hands, *others):
            task.cancel()
        await asyncio.gather(*hands, *others, return_exceptions=True)
        with suppress(*db.FAILED):
            await runtime.transact(heartbeats.leave, SYSTEM, worker=name)


async def alone(url: str, providers: Providers) -> None:
    """A process that does nothing else, until it is asked to end."""
    db.connect(url)
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    async with running(url, providers):
        logger.info("worker_ready")
        await ending.wait()
    db.disconnect()


async def _work(providers: Providers, bell: Bell) -> None:
    while not bell.has_ended:
        found = 0
        try:
            found = await _work_once(providers, bell)
        except db.FAILED:
            logger.warning("outbox_unreachable")
            await asyncio.sleep(PAUSE)
        except Exception as error:
            logger.error("outbox_failed", exc_info=error)
            metrics.errors.labels("outbox").inc()
            await asyncio.sleep(PAUSE)
        if not found:
            await bell.rest(await _until_due())


async def _work_once(providers: Providers, bell: Bell) -> int:
    """Whoever was refused takes a breath: a provider that is down need not be told so eighty times
    a second, and people are booking meanwhile."""
    loop, refused = asyncio.get_running_loop(), list[bool]()
    found = await runtime.perform(
        effects.work_once,
        providers,
        SYSTEM,
        more=lambda: loop.call_soon_threadsafe(bell.ring),
        refused=lambda: refused.append(True),
    )
    if refused:
        await asyncio.sleep(PAUSE)
    return found


async def _until_due() -> float:
    """Something may come due before the next look."""
    try:
        due = await runtime.query(queue.next_due, SYSTEM)
    except db.FAILED:
        return PAUSE
    if due is None:
        return LOOK_UP
    return min(LOOK_UP, max(0.01, (due - clock.now()).total_seconds()))


async def _listen(url: str, bell: Bell) -> None:
    """A line of its own to the database; broken, it is opened again and somebody looks up."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as line:
                await line.execute(f"LISTEN {queue.CHANNEL}".encode())
                bell.ring()
                async for _word in line.notifies():
                    bell.ring()
        except psycopg.Error:
            await asyncio.sleep(PAUSE)


async def _beat(name: str) -> None:
    while True:
        with suppress(*db.FAILED):
            await runtime.transact(heartbeats.beat, SYSTEM, worker=name)
        await asyncio.sleep(BEAT)
