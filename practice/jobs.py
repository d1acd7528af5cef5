"""Work by the clock: one table of jobs. Each finds by query what is due, so that a second process,
a restart, a step of the clock or a week asleep do no harm."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
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
    inbox,
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
    # Returns how much it found to do; or, of one thing that was found, whether it was still to do.
    work: Callable[..., Any]
    # What is due, where each gets a transaction of its own: one that fails holds back no other.
    find: Callable[..., Sequence[Any]] | None = None

    def time_before(self, now: datetime) -> datetime:
        """The last time of its plan."""
        return plans.time_before(now, self.every)


WORK: Mapping[str, Callable[..., Any]] = {
    "seal_journal": journal.seal,
    "expire_bookings": endings.expire,
    "remind": reminders.promise_due,
    "daily_summary": summaries.promise_due,
    "ask_for_feedback": feedback.promise_due,
    "apply_webhooks": inbox.apply,
    "clean_up": clean_up.forget,
}
FIND: Mapping[str, Callable[..., Sequence[Any]]] = {
    "expire_bookings": endings.find_due,
    "apply_webhooks": inbox.find_open,
}
JOBS = tuple(Job(name, every, WORK[name], FIND.get(name)) for name, every in plans.PLANS.items())


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
        outcome = await (_one_by_one(job, job.find) if job.find else _at_once(job))
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


async def _at_once(job: Job) -> str:
    return str(await runtime.transact(job.work, SYSTEM) or 0)


async def _one_by_one(job: Job, find: Callable[..., Sequence[Any]]) -> str:
    done, has_failed = 0, False
    for one in await runtime.query(find, SYSTEM):
        try:
            done += bool(await runtime.transact(job.work, SYSTEM, one))
        except db.UNAVAILABLE:
            raise
        except Exception as error:
            logger.error("job_failed", job=job.name, exc_info=error)
            has_failed = True
    return "defect" if has_failed else str(done)
