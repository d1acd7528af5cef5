"""Which processes are at work, by the beats they leave."""

from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, func, select

from practice import clock
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.models.operations import Heartbeat

# Six beats missed.
SILENT = timedelta(seconds=60)


@collides_by_nature
def beat(session: Session, _actor: Actor, *, worker: str) -> None:
    said = {"worker": worker, "at": clock.now()}
    session.connection().execute(
        insert(Heartbeat)
        .values(said)
        .on_conflict_do_update(index_elements=["worker"], set_={"at": said["at"]})
    )


@collides_by_nature
def leave(session: Session, _actor: Actor, *, worker: str) -> None:
    session.exec(delete(Heartbeat).where(col(Heartbeat.worker) == worker))


def count_alive(session: Session, _actor: Actor) -> int:
    """A beat of a time that has not come is from before the clock was set back."""
    now = clock.now()
    alive = select(func.count()).where(Heartbeat.at > now - SILENT, Heartbeat.at < now + SILENT)
    return session.exec(alive).one()
