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
from practice.services import claims, effects, workers

logger = structlog.get_logger(__name__)

# The net under the database's word: what was missed is found within this.
LOOK_UP = 5.0
BEAT = 10.0
# After the listening line broke.
PAUSE = 1.0


@asynccontextmanager
async def running(url: str, providers: Providers) -> AsyncGenerator[None]:
    """Hands, the clock's jobs and a heartbeat, until the block ends; what a hand holds then it
    finishes."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    bells = [asyncio.Event() for _ in range(db.HANDS)]
    ending = asyncio.Event()
    hands = [asyncio.create_task(_work(providers, bell, ending)) for bell in bells]
    others = [asyncio.create_task(_listen(url, bells)), asyncio.create_task(_beat(name))]
    try:
        async with jobs.running():
            yield
    finally:
        ending.set()
        for bell in bells:
            bell.set()
        for task in others:
            task.cancel()
        await asyncio.gather(*hands, *others, return_exceptions=True)
        with suppress(*db.FAILED):
            await runtime.transact(workers.leave, SYSTEM, worker=name)


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


async def _work(providers: Providers, bell: asyncio.Event, ending: asyncio.Event) -> None:
    while not ending.is_set():
        bell.clear()
        found = 0
        try:
            found = await runtime.perform(effects.work_once, providers, SYSTEM)
        except db.FAILED:
            logger.warning("outbox_unreachable")
            await _rest(ending, PAUSE)
        except Exception as error:
            logger.error("outbox_failed", exc_info=error)
            metrics.errors.labels("outbox").inc()
            await _rest(ending, PAUSE)
        if not found:
            await _rest(bell, await _until_due())


async def _until_due() -> float:
    """Something may come due before the next look."""
    try:
        due = await runtime.query(claims.next_due, SYSTEM)
    except db.FAILED:
        return PAUSE
    if due is None:
        return LOOK_UP
    return min(LOOK_UP, max(0.01, (due - clock.now()).total_seconds()))


async def _rest(bell: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(bell.wait(), seconds)


async def _listen(url: str, bells: list[asyncio.Event]) -> None:
    """A line of its own to the database; broken, it is opened again and everybody looks up."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as line:
                await line.execute(f"LISTEN {claims.CHANNEL}".encode())
                _ring(bells)
                async for _word in line.notifies():
                    _ring(bells)
        except psycopg.Error:
            await asyncio.sleep(PAUSE)


def _ring(bells: list[asyncio.Event]) -> None:
    for bell in bells:
        bell.set()


async def _beat(name: str) -> None:
    while True:
        with suppress(*db.FAILED):
            await runtime.transact(workers.beat, SYSTEM, worker=name)
        await asyncio.sleep(BEAT)
