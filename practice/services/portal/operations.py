"""How the practice runs: the jobs, the workers, and every letter that left, waits or came back."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select, update

from practice import clock
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.domain.booking.consequences import Effect
from practice.domain.operations import schedule
from practice.models import sealed
from practice.models.letters import LetterState, MailedLetter
from practice.models.outbox import OutboxRow
from practice.services import audit
from practice.services.access import require
from practice.services.letters import mail_log
from practice.services.operations import health, job_runs
from practice.services.operations.health import Health
from practice.services.operations.job_runs import Run
from practice.services.outbox import queue
from practice.services.portal import frame
from practice.services.portal.frame import Frame

# At first, and each time that more are asked for.
FEW, MORE = 10, 30
LOGGED = 250
# All of what was given up or came back, as far as anybody reads.
SHOWN = 200


@dataclass(frozen=True)
class Job:
    name: str
    last: Run | None
    next_at: datetime
    is_late: bool


@dataclass(frozen=True)
class GivenUp:
    """What was promised and did not happen, or is tried again; without a kind it never became a
    letter."""

    id: UUID
    effect: Effect
    kind: str
    to: str
    why: str
    at: datetime
    state: LetterState


@dataclass(frozen=True)
class Entry:
    """A letter as the log tells it: never what it says."""

    id: UUID
    kind: str
    to: str
    state: LetterState
    trouble: str
    at: datetime


@dataclass(frozen=True)
class Running:
    frame: Frame
    now: datetime
    health: Health
    jobs: tuple[Job, ...]
    given_up: tuple[GivenUp, ...]
    came_back: tuple[Entry, ...]
    log: tuple[Entry, ...]
    has_older: bool


def find(
    session: Session, actor: Actor, *, tried: Collection[UUID] = (), most: int = FEW
) -> Running:
    """What was tried again stays in its place, with what has become of it."""
    now = clock.now()
    wanted = min(most, LOGGED)
    log = tuple(map(_entry, mail_log.list_newest(session, actor, most=wanted + 1)))
    return Running(
        frame=frame.find_frame(session, actor),
        now=now,
        health=health.find_health(session, actor),
        jobs=tuple(_jobs(session, actor, now)),
        given_up=tuple(_given_up(session, tried)),
        came_back=tuple(
            replace(_entry(one), at=require(one.came_back_at)) for one in _came_back(session)
        ),
        log=log[:wanted],
        has_older=wanted < LOGGED and len(log) > wanted,
    )


@collides_by_nature
def try_again(session: Session, actor: Actor, *, row: UUID) -> None:
    """As if it were new. What is done meanwhile, or was never given up, is not there."""
    require(queue.again(session, actor, row=row) or None)
    session.exec(
        update(MailedLetter)
        .where(col(MailedLetter.id) == row)
        .values(state=LetterState.WAITING, trouble="")
    )
    audit.note(session, actor, "tried_again", require(session.get(OutboxRow, row)))


def _jobs(session: Session, actor: Actor, now: datetime) -> Iterator[Job]:
    last = job_runs.list_last(session, actor, jobs=tuple(schedule.PLANS))
    for name, every in schedule.PLANS.items():
        run = last.get(name)
        is_late = schedule.is_late(run.started_at if run else None, now, every)
        yield Job(name, run, schedule.time_after(now, every), is_late)


def _given_up(session: Session, tried: Collection[UUID]) -> Iterator[GivenUp]:
    found = session.exec(
        select(OutboxRow, MailedLetter)
        .outerjoin(MailedLetter, col(MailedLetter.id) == OutboxRow.id)
        .where(col(OutboxRow.dead_at).is_not(None) | col(OutboxRow.id).in_(tried))
        .order_by(col(OutboxRow.created_at).desc(), col(OutboxRow.id).desc())
        .limit(SHOWN)
    )
    for row, letter in found:
        yield GivenUp(
            id=row.id,
            effect=Effect(row.effect),
            kind=letter.kind if letter else "",
            to=sealed.read(letter, "recipient") if letter else "",
            why=row.outcome or "",
            at=row.dead_at or row.done_at or row.created_at,
            state=_became(row),
        )


def _became(row: OutboxRow) -> LetterState:
    if row.dead_at:
        return LetterState.FAILED
    if row.done_at is None:
        return LetterState.WAITING
    return LetterState.SENT if row.outcome == "sent" else LetterState.DROPPED


def _came_back(session: Session) -> Sequence[MailedLetter]:
    newest = select(MailedLetter).where(health.is_back())
    return session.exec(newest.order_by(col(MailedLetter.came_back_at).desc()).limit(SHOWN)).all()


def _entry(letter: MailedLetter) -> Entry:
    return Entry(
        id=letter.id,
        kind=letter.kind,
        to=sealed.read(letter, "recipient"),
        state=LetterState(letter.state),
        trouble=letter.trouble,
        at=letter.created_at,
    )
