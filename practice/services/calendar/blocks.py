"""Blocks: time that the therapist takes out of her calendar, and gives back."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from practice.db import changes_calendar
from practice.domain import inputs
from practice.domain.actors import Actor
from practice.domain.availability import hours
from practice.domain.errors import N_, Invalid
from practice.models import sealed
from practice.models.schedule import Block
from practice.services import access, audit
from practice.services.access import require


@changes_calendar
def block(
    session: Session, actor: Actor, *, starts_at: datetime, ends_at: datetime, reason: str = ""
) -> UUID:
    """Booked sessions stay; nothing new is offered there."""
    _require_our_times(starts_at=starts_at.year, ends_at=ends_at.year)
    if starts_at >= ends_at:
        raise Invalid({"ends_at": N_("The end must come after the start.")})
    return _keep(session, actor, Block.timed(starts_at, ends_at), reason)


@changes_calendar
def block_days(
    session: Session, actor: Actor, *, first_on: date, last_on: date, zone: str, reason: str = ""
) -> UUID:
    _require_our_times(first_on=first_on.year, last_on=last_on.year)
    if first_on > last_on:
        raise Invalid({"last_on": N_("The last day must not come before the first.")})
    key = inputs.zone("zone", zone).key
    return _keep(session, actor, Block.days(first_on, last_on, key), reason)


def _require_our_times(**years: int) -> None:
    wrong = [field for field, year in years.items() if year not in hours.OUR_TIMES]
    if wrong:
        raise Invalid(dict.fromkeys(wrong, N_("Please choose a day of this time.")))


def _keep(session: Session, actor: Actor, new: Block, reason: str) -> UUID:
    access.require_therapist(actor)
    new.reason = sealed.seal_if(Block, "reason", new.id, inputs.note("reason", reason))
    session.add(new)
    audit.note(session, actor, "blocked", new)
    return new.id


@changes_calendar
def unblock(session: Session, actor: Actor, *, block_id: UUID) -> None:
    access.require_therapist(actor)
    found = require(session.get(Block, block_id))
    audit.note(session, actor, "unblocked", found)
    session.delete(found)
