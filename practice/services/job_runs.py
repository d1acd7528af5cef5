"""When each job ran, so that of several processes one does it, and the therapist can look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, func, select, update

from practice import clock
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.models.work import JobRun
from practice.services import access


@dataclass(frozen=True)
class Run:
    job: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str


@collides_by_nature
def begin(session: Session, _actor: Actor, *, job: str, scheduled_for: datetime) -> bool:
    """False if another process has it."""
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
