"""Work by the clock: one table of jobs. Each finds by query what is due, so that a second process,
a restart, a step of the clock or a week asleep do no harm."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from practice import clock, db, metrics, runtime
from practice.domain.actors import SYSTEM
from practice.domain.operations import schedule
from practice.services import feedback
from practice.services.booking import cancel
from practice.services.letters import daily_summary, reminders
from practice.services.operations import audit_chain, clean_up, clock_steps, job_runs, webhook_inbox

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
        return schedule.time_before(now, self.every)


WORK: Mapping[str, Callable[..., Any]] = {
    "seal_journal": audit_chain.seal,
    "expire_bookings": cancel.expire,
    "remind": reminders.promise_due,
    "daily_summary": daily_summary.promise_due,
    "ask_for_feedback": feedback.promise_due,
    "apply_webhooks": webhook_inbox.apply,
    "clean_up": clean_up.forget,
    "expire_access": clock_steps.mark,
}
FIND: Mapping[str, Callable[..., Sequence[Any]]] = {
    "expire_bookings": cancel.find_due,
    "apply_webhooks": webhook_inbox.find_open,
}
JOBS = tuple(Job(name, every, WORK[name], FIND.get(name)) for name, every in schedule.PLANS.items())


# Seconds between two looks at the clock, by the loop's own, which nobody can set.
LOOK = 1.0
# The two part by less while they run: what is more was set.
STEP = 2.0


@asynccontextmanager
async def running() -> AsyncGenerator[None]:
    scheduler = AsyncIOScheduler(timezone="UTC")
    for job in JOBS:
        scheduler.add_job(
            run,
            _plan(job),
            args=[job],
            id=job.name,
            # A server that was asleep does it once, however often it was due.
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        _run_now(scheduler, job)
    scheduler.start()
    steps = asyncio.create_task(_follow_steps(scheduler))
    try:
        yield
    finally:
        steps.cancel()
        scheduler.shutdown(wait=False)


def _plan(job: Job) -> IntervalTrigger:
    seconds = int(job.every.total_seconds())
    return IntervalTrigger(seconds=seconds, start_date=schedule.EPOCH, timezone=UTC)


def _run_now(scheduler: AsyncIOScheduler, job: Job) -> None:
    scheduler.add_job(run, args=[job], misfire_grace_time=None)


async def _follow_steps(scheduler: AsyncIOScheduler) -> None:
    """The scheduler waits for a moment of the machine's clock. Set back by an hour, that clock
    reaches the moment an hour late, so each plan is made anew after a step."""
    offset = _offset()
    while True:
        await asyncio.sleep(LOOK)
        if abs(_offset() - offset) > STEP:
            offset = _offset()
            logger.warning("clock_was_set")
            for job in JOBS:
                scheduler.reschedule_job(job.name, trigger=_plan(job))
                _run_now(scheduler, job)


def _offset() -> float:
    return clock.now().timestamp() - monotonic()


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
    except Exception as error:
        logger.warning("job_not_recorded", job=job.name, exc_info=error)


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
