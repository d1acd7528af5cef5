"""What a client sees behind the door: what comes, what was, and what the stage opens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from practice import clock
from practice.domain.actors import Actor
from practice.domain.booking.status import OPEN, Place, Status
from practice.domain.clients.stages import Facts, Stage, stage
from practice.models.booking import Appointment, Booking
from practice.models.content import Practice, SessionType
from practice.services import access
from practice.services.access import require
from practice.services.booking import lookup
from practice.services.booking.lookup import Choices
from practice.services.clients import gate
from practice.services.content.localized import Speaker
from practice.services.dashboard import frame as dashboard_frame
from practice.services.dashboard.frame import Frame

# Of what was, only the last few; of what comes, more than anybody books.
FEW = 3
MOST = 20
# What a client may look back on: it took place, or was meant to.
HELD = (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)


@dataclass(frozen=True)
class Time:
    """An appointment, seen by whom it is for."""

    starts_at: datetime
    ends_at: datetime
    name: str
    place: Place
    price_cents: int
    video_link: str | None
    hold_expires_at: datetime | None
    was_moved: bool
    choices: Choices


@dataclass(frozen=True)
class Me:
    now: datetime
    frame: Frame
    stage: Stage
    # The soonest first; of the past the latest.
    coming: tuple[Time, ...] = ()
    past: tuple[Time, ...] = ()


def find_me(session: Session, actor: Actor) -> Me:
    practice = require(session.get(Practice, 1))
    frame, now = dashboard_frame.frame_of(session, actor, practice), clock.now()
    if actor.client_id is None:
        # An account under which nobody is cared for any more.
        return Me(now, frame, stage(Facts()))
    at = stage(gate.facts_of_asker(session, actor))
    coming = col(Booking.status).in_(OPEN) & (col(Appointment.ends_at) > now)
    past = col(Booking.status).in_(HELD) & (col(Appointment.ends_at) <= now)
    soonest, latest = col(Appointment.starts_at).asc(), col(Appointment.starts_at).desc()
    return Me(
        now=now,
        frame=frame,
        stage=at,
        coming=_times(session, actor, Speaker(practice), coming, soonest, MOST),
        past=_times(session, actor, Speaker(practice), past, latest, FEW),
    )


def _times(
    session: Session,
    actor: Actor,
    say: Speaker,
    which: ColumnElement[bool],
    order: ColumnElement[Any],
    most: int,
) -> tuple[Time, ...]:
    """Of the client that is looked at, in one statement."""
    visible = access.bookings(actor).with_only_columns(col(Booking.id))
    found = session.exec(
        select(Booking, Appointment, SessionType)
        .join(Appointment, col(Appointment.id) == Booking.appointment_id)
        .join(SessionType, col(SessionType.id) == Booking.session_type_id)
        .where(col(Booking.id).in_(visible), Booking.client_id == actor.client_id, which)
        .order_by(order, col(Booking.id))
        .limit(most)
    )
    return tuple(_time(actor, booking, at, say(kind.name)) for booking, at, kind in found)


def _time(actor: Actor, booking: Booking, at: Appointment, name: str) -> Time:
    return Time(
        starts_at=at.starts_at,
        ends_at=at.ends_at,
        name=name,
        place=Place(booking.place),
        price_cents=booking.price_cents,
        video_link=at.video_link if booking.place == Place.VIDEO else None,
        hold_expires_at=booking.hold_expires_at,
        was_moved=booking.sequence > 0,
        choices=lookup.choices(actor, booking, at),
    )
