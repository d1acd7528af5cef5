"""Work by the clock: one table of jobs. Each finds by query what is due, so that a second process,
a restart, a step of the clock or a week asleep do no harm."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from practice import clock, db, metrics, runtime
from practice.domain import plans
from practice.domain.actors import SYSTEM
from practice.services import (
    clean_up,
    endings,
    feedback,
    job_runs,
    journal,
    reminders,
    summaries,
)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    name: str
    every: timedelta
    # Returns how much it found to do, or what it found.
    work: Callable[..., Any]

    def time_before(self, now: datetime) -> datetime:
        """The last time of its plan."""
        return plans.time_before(now, self.every)


WORK: Mapping[str, Callable[..., Any]] = {
    "seal_journal": journal.seal,
    "expire_bookings": endings.expire_due,
    "remind": reminders.promise_due,
    "daily_summary": summaries.promise_due,
    "ask_for_feedback": feedback.promise_due,
    "clean_up": clean_up.forget,
}
JOBS = tuple(Job(name, every, WORK[name]) for name, every in plans.PLANS.items())


@asynccontextmanager
async def running() -> AsyncGenerator[None]:
    scheduler = AsyncIOScheduler(timezone="UTC")
    for job in JOBS:
        scheduler.add_job(
            run,
            IntervalTrigger(
                seconds=int(job.every.total_seconds()), start_date=plans.EPOCH, timezone=UTC
            ),
            args=[job],
            id=job.name,
            # A server that was asleep does it once, however often it was due.
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        # And once now, by the machine's clock, which is the scheduler's.
        scheduler.add_job(run, args=[job], misfire_grace_time=None)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


async def run(job: Job) -> None:
    """A job that fails is tried again at its next time; it stops nobody else."""
    planned = job.time_before(clock.now())
    try:
        if not await runtime.transact(job_runs.begin, SYSTEM, job=job.name, scheduled_for=planned):
            return
        outcome = _told(await runtime.transact(job.work, SYSTEM))
    except db.FAILED:
        outcome = "database"
    except Exception as error:
        logger.error("job_failed", job=job.name, exc_info=error)
        outcome = "defect"
    if outcome in {"database", "defect"}:
        metrics.errors.labels("job").inc()
    logger.info("job_done", job=job.name, outcome=outcome)
    try:
        await runtime.transact(
            job_runs.end, SYSTEM, job=job.name, scheduled_for=planned, outcome=outcome
        )
    except db.FAILED:
        logger.warning("job_not_recorded", job=job.name)


def _told(found: Any) -> str:
    """What it found, in a word; lists by their length, because their members are of somebody."""
    if not found:
        return "0"
    return str(len(found)) if isinstance(found, list) else str(found)
