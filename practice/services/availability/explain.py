"""Why a time is offered or is not, for who runs the practice."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import Range
from sqlmodel import Session, col, select

from practice import clock
from practice.domain.actors import Actor
from practice.domain.availability import hours, slots
from practice.domain.availability.intervals import Interval, overlap
from practice.domain.availability.slots import Explanation
from practice.models.booking import Appointment
from practice.models.schedule import Block
from practice.services.access import require
from practice.services.availability import busy
from practice.services.availability import rules as availability_rules
from practice.services.availability.slots import whole_second


@dataclass(frozen=True)
class Explained:
    """Why a time is offered or is not, and the row that stands in its way, where one does."""

    explanation: Explanation
    appointment_id: UUID | None = None
    block_id: UUID | None = None


def explain(session: Session, actor: Actor, *, slug: str, at: datetime) -> Explained:
    rules = availability_rules.find(session, actor, slug)
    start, day = whole_second(rules, at)
    if rules.is_group:
        groups = busy.groups(session, rules, day, day, None)
        now = hours.seconds(clock.now())
        return Explained(slots.explain_group(groups, rules.terms, now, start))
    found = slots.explain(busy.calendar(session, actor, rules, day, day), start)
    return Explained(found, *_cause(session, found.by)) if found.by else Explained(found)


def _cause(session: Session, by: Interval) -> tuple[UUID | None, UUID | None]:
    """The appointment or the block whose time this is."""
    low, high = hours.moment(by[0]), hours.moment(by[1])
    appointment = session.exec(
        select(Appointment.id).where(
            Appointment.live, col(Appointment.during).op("&&")(Range(low, high))
        )
    ).first()
    timed = select(Block).where(col(Block.starts_at) < high, col(Block.ends_at) > low)
    first, last = low.date() - hours.ONE_DAY, high.date() + hours.ONE_DAY
    days = select(Block).where(col(Block.last_on) >= first, col(Block.first_on) <= last)
    block = session.exec(timed).first() or next(
        (one for one in session.exec(days) if overlap(_whole(one, first, last), by)), None
    )
    return appointment, block.id if block else None


def _whole(block: Block, first: date, last: date) -> Interval:
    """Its days, as far as they are asked about."""
    zone = ZoneInfo(require(block.zone))
    return hours.whole_days(
        zone, max(require(block.first_on), first), min(require(block.last_on), last)
    )
