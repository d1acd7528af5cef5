"""Work by the clock: one table of jobs. Each finds by query what is due, so that two processes, a
restart or a late run do no harm."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from practice import clock, db, metrics, runtime
from practice.domain.actors import SYSTEM
from practice.services import journal

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    name: str
    every: timedelta
    work: Callable[..., Any]


JOBS = (Job("seal_journal", timedelta(minutes=1), journal.seal),)


@asynccontextmanager
async def running() -> AsyncGenerator[None]:
    scheduler = AsyncIOScheduler(timezone="UTC")
    for job in JOBS:
        scheduler.add_job(
            run,
            # A server that was asleep does it once, however often it was due.
            IntervalTrigger(seconds=int(job.every.total_seconds()), timezone="UTC"),
            args=[job],
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=clock.now(),
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


async def run(job: Job) -> None:
    """A job that fails is tried again at its next time; it stops nobody else."""
    try:
        found = await runtime.transact(job.work, SYSTEM)
    except db.FAILED:
        logger.warning("job_failed", job=job.name, reason="database")
        metrics.errors.labels("job").inc()
    except Exception as error:
        logger.error("job_failed", job=job.name, exc_info=error)
        metrics.errors.labels("job").inc()
    else:
        logger.info("job_done", job=job.name, found=str(found) if found else None)
