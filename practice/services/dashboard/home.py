"""What a client sees behind the door: what comes, what was, and what the stage opens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from practice import clock, i18n
from practice.domain.actors import Actor
from practice.domain.booking.status import OPEN, Place, Status
from practice.domain.clients.stages import Facts, Stage, stage
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import Appointment, Booking
from practice.models.clients import Client
from practice.models.content import Practice, SessionType
from practice.services import access
from practice.services.access import require
from practice.services.accounts import sessions
from practice.services.accounts.sessions import Device
from practice.services.booking import lookup
from practice.services.booking.lookup import Choices
from practice.services.clients import gate
from practice.services.content.localized import Speaker
from practice.services.messages import notices

# Of what was, only the last few; of what comes, more than anybody books.
FEW = 3
MOST = 20
# What a client may look back on: it took place, or was meant to.
HELD = (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)


@dataclass(frozen=True)
class Person:
    """One of the clients under the account."""

    client_id: UUID
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class Frame:
    """What stands around each of a client's pages."""

    practice: str
    therapist: str
    email: str
    # The person's own zone; where the practice is, by its clock and by name.
    zone: str
    practice_zone: str
    practice_place: str
    people: tuple[Person, ...]
    unread: int

    @property
    def name(self) -> str:
        return next((one.name for one in self.people if one.is_chosen), "")


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


@dataclass(frozen=True)
class Devices:
    frame: Frame
    devices: tuple[Device, ...]


def find_me(session: Session, actor: Actor) -> Me:
    practice = require(session.get(Practice, 1))
    frame, now = frame_of(session, actor, practice), clock.now()
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


def find_devices(session: Session, actor: Actor) -> Devices:
    return Devices(find_frame(session, actor), tuple(sessions.list_devices(session, actor)))


def find_frame(session: Session, actor: Actor) -> Frame:
    return frame_of(session, actor, require(session.get(Practice, 1)))


def frame_of(session: Session, actor: Actor, practice: Practice) -> Frame:
    account = require(session.get(Account, require(actor.account_id)))
    say = Speaker(practice)
    return Frame(
        practice=practice.name,
        therapist=say(practice.therapist) or practice.name,
        email=practice.email,
        zone=account.zone,
        practice_zone=practice.zone,
        practice_place=say(practice.place) or i18n.city(practice.zone),
        people=_people(session, actor),
        unread=notices.count_unread(session, actor),
    )


def _people(session: Session, actor: Actor) -> tuple[Person, ...]:
    own = session.exec(
        access.clients(actor)
        .where(~col(Client.provisional))
        .order_by(col(Client.created_at), col(Client.id))
    )
    return tuple(Person(one.id, sealed.read(one, "name"), one.id == actor.client_id) for one in own)


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
