"""Whether what was promised leaves the house: a few numbers, for one quiet sentence."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from practice import clock
from practice.domain.actors import Actor
from practice.domain.booking.consequences import Effect
from practice.models.letters import LetterState, MailedLetter
from practice.models.outbox import OutboxRow
from practice.services.operations import heartbeats

# What came back longer ago is no news.
NEWS = timedelta(days=7)


@dataclass(frozen=True)
class Health:
    given_up: int
    came_back: int
    waiting: int
    is_worked_on: bool

    @property
    def is_well(self) -> bool:
        return self.is_worked_on and not (self.given_up or self.came_back)


def find_health(session: Session, actor: Actor) -> Health:
    is_given_up = col(OutboxRow.dead_at).is_not(None)
    given_up, waiting = session.exec(
        select(func.count().filter(is_given_up), func.count().filter(~is_given_up)).where(
            OutboxRow.effect != Effect.CALENDAR_EVENT, col(OutboxRow.done_at).is_(None)
        )
    ).one()
    came_back = session.exec(select(func.count()).select_from(MailedLetter).where(is_back())).one()
    return Health(given_up, came_back, waiting, heartbeats.count_alive(session, actor) > 0)


def is_back() -> ColumnElement[bool]:
    """It bounced, or was called unwanted, not long ago."""
    came_back = col(MailedLetter.state) == LetterState.CAME_BACK
    return came_back & (col(MailedLetter.came_back_at) > clock.now() - NEWS)
