"""Rules are remembered between requests, and never longer than they are true."""

from collections.abc import Callable
from datetime import time

import pytest
from sqlmodel import Session, delete, select

from practice import db
from practice.domain.actors import SYSTEM, VISITOR, Actor
from practice.models.content import Practice, SessionType
from practice.models.schedule import Override, OverrideHours, Schedule, WeeklyHours
from practice.services.availability import rules, slots
from tests.builders import CALL, TOMORROW, ZONE


def offered() -> list[int]:
    day = TOMORROW.date()
    asked = {"slug": CALL, "first": day, "last": day, "zone": ZONE}
    return [at for at, _ in db.query(slots.list_slots, VISITOR, **asked).starts]


def shorten(session: Session, _actor: Actor) -> None:
    for one in session.exec(select(WeeklyHours)):
        one.ends = time(12)


def close(session: Session, _actor: Actor) -> None:
    session.add(Override(on_date=TOMORROW.date()))


def open_late(session: Session, actor: Actor) -> None:
    close(session, actor)
    session.flush()
    session.add(OverrideHours(on_date=TOMORROW.date(), starts=time(20), ends=time(21)))


def retire(session: Session, _actor: Actor) -> None:
    session.exec(select(Schedule)).one().valid_until = TOMORROW.date().replace(day=1)


def widen_steps(session: Session, _actor: Actor) -> None:
    session.exec(select(SessionType).where(SessionType.slug == CALL)).one().step_minutes = 60


def move_away(session: Session, _actor: Actor) -> None:
    session.exec(select(Practice)).one().zone = "Pacific/Auckland"


def forget(session: Session, _actor: Actor) -> None:
    session.exec(delete(WeeklyHours))


@pytest.mark.parametrize(
    "change", [shorten, close, open_late, retire, widen_steps, move_away, forget]
)
def test_a_change_is_seen_at_once(house: str, change: Callable[[Session, Actor], None]):
    before = offered()
    db.transact(change, SYSTEM)
    assert offered() != before


def test_a_change_that_was_taken_back_is_not_remembered(house: str):
    """Nor is what somebody read in the middle of it."""
    before = offered()

    def half(session: Session, actor: Actor) -> None:
        shorten(session, actor)
        session.flush()
        assert len(rules.find(session, VISITOR, CALL).week.days) == 5
        raise LookupError

    with pytest.raises(LookupError):
        db.transact(half, SYSTEM)
    assert offered() == before
    db.transact(close, SYSTEM)
    assert offered() == []


def test_another_database_has_rules_of_its_own(house: str):
    assert offered()
    db.connect(house)
    assert offered()
