"""Checks before each attempt whether a promised letter still has its reason."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from practice import clock
from practice.domain.accounts.sessions import LinkState, link_state
from practice.domain.actors import Role
from practice.domain.booking.consequences import FEEDBACK, REMINDER, Effect, Fact
from practice.domain.booking.status import LIVE, Status
from practice.models.accounts import SigninLink
from practice.models.booking import BookingEvent
from practice.models.content import Practice
from practice.models.outbox import OutboxRow
from practice.services.access import require
from practice.services.clients import allowance
from practice.services.letters import booking_facts
from practice.services.letters.booking_facts import Known
from practice.services.links import sign_in as links_sign_in


class Dropped(Exception):
    """There is nothing to tell any more; why is a word of ours."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


# Whether it is still true


def require_true(session: Session, known: Known) -> None:
    status, start = Status(known.booking.status), known.appointment.starts_at
    if known.fact == REMINDER:
        require_that(status is Status.CONFIRMED, "not_confirmed")
        require_that(start == datetime.fromisoformat(known.told["starts_at"]), "moved")
        require_that(start > clock.now(), "over")
    elif known.fact == Fact.CONFIRMED:
        require_that(status in LIVE and status is not Status.HELD, "ended")
    elif known.fact == Fact.REQUESTED:
        require_that(status is Status.REQUESTED, "answered")
    elif known.fact in {Fact.MOVED, Fact.REQUEST_MOVED}:
        require_that(status in LIVE, "ended")
        require_that(_is_newest_move(session, known), "moved_again")
        require_that(start != booking_facts.before(known).starts_at, "as_before")
    elif known.fact == FEEDBACK:
        require_that(status is Status.COMPLETED, "not_held")
    elif known.fact == Fact.APPROVED:
        # What is to be paid is told once it can be paid.
        raise Dropped("no_payments_yet")


def require_that(is_true: bool, why: str) -> None:
    if not is_true:
        raise Dropped(why)


def require_room(session: Session, known: Known, promised: OutboxRow) -> None:
    """What a guest does is told to an unproven address a few times a day; giving a time back is
    never refused for that, so its letter may be left out here. What the therapist or the clock
    does is always told."""
    if promised.effect != Effect.LETTER_TO_CLIENT or known.by is not Role.PUBLIC:
        return
    has_room = allowance.has_letter_left(session, known.client, known.account, promised)
    require_that(known.fact == Fact.CONFIRMED or has_room, "enough_letters")


def _is_newest_move(session: Session, known: Known) -> bool:
    newest = session.exec(
        select(BookingEvent.id)
        .where(BookingEvent.booking_id == known.booking.id, BookingEvent.what == "moved")
        .order_by(col(BookingEvent.at).desc(), col(BookingEvent.id).desc())
    ).first()
    return known.event is not None and newest == known.event.id


def require_link(session: Session, url: str) -> None:
    token = url.rpartition("/")[2]
    found = session.exec(
        select(SigninLink).where(SigninLink.token_hash == links_sign_in.hashed(token))
    ).first()
    require_that(found is not None, "link_gone")
    link = require(found)
    state = link_state(
        clock.now(),
        expires_at=link.expires_at,
        used_at=link.used_at,
        voided_at=link.voided_at,
    )
    require_that(state is LinkState.GOOD, f"link_{state}")


def require_today(session: Session, told: Mapping[str, Any]) -> None:
    practice = require(session.get(Practice, 1))
    today = clock.now().astimezone(ZoneInfo(practice.zone)).date()
    require_that(told["day"] == today.isoformat(), "day_over")
