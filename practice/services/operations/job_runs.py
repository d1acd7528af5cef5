"""When each job ran, so that of several processes one does it, and the therapist can look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, func, select, update

from practice import clock
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.domain.operations import schedule
from practice.models.operations import JobRun
from practice.services import access

# What the clocks of two machines may differ by. The shortest plan is longer.
CLOCKS_DIFFER = timedelta(seconds=30)


@dataclass(frozen=True)
class Run:
    job: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str


@collides_by_nature
def begin(session: Session, _actor: Actor, *, job: str, scheduled_for: datetime) -> bool:
    """False if another process has it. A run of a time that has not come is from before the clock
    was set back; it would keep everybody from that time when it comes. One that is only a little
    ahead is from a machine whose clock is, and it was done."""
    latest = clock.now() + CLOCKS_DIFFER
    session.exec(
        delete(JobRun).where(
            col(JobRun.job) == job,
            col(JobRun.scheduled_for) > scheduled_for,
            col(JobRun.scheduled_for) > latest,
        )
    )
    mine = session.connection().execute(
        insert(JobRun)
        .values(job=job, scheduled_for=scheduled_for, started_at=clock.now(), outcome="")
        .on_conflict_do_nothing()
        .returning(col(JobRun.job))
    )
    return mine.first() is not None


@collides_by_nature
def end(
    session: Session, _actor: Actor, *, job: str, scheduled_for: datetime, outcome: str
) -> None:
    session.exec(
        update(JobRun)
        .where(col(JobRun.job) == job, col(JobRun.scheduled_for) == scheduled_for)
        .values(ended_at=clock.now(), outcome=outcome)
    )


def list_last(session: Session, actor: Actor, *, jobs: Sequence[str]) -> dict[str, Run]:
    """The newest run of each."""
    access.require_therapist(actor)
    return _list_last(session, jobs)


def find_late(session: Session, _actor: Actor) -> list[str]:
    """The names of the jobs that should have run and did not: not private, for whoever probes."""
    last, now = _list_last(session, tuple(schedule.PLANS)), clock.now()
    return [
        name
        for name, every in schedule.PLANS.items()
        if schedule.is_late(last[name].started_at if name in last else None, now, every)
    ]


def _list_last(session: Session, jobs: Sequence[str]) -> dict[str, Run]:
    newest = (
        select(JobRun.job, func.max(JobRun.scheduled_for).label("at"))
        .where(col(JobRun.job).in_(jobs))
        .group_by(JobRun.job)
        .subquery()
    )
    found = session.exec(
        select(JobRun).join(
            newest,
            (col(JobRun.job) == newest.c.job) & (col(JobRun.scheduled_for) == newest.c.at),
        )
    )
    return {one.job: Run(one.job, one.started_at, one.ended_at, one.outcome) for one in found}
