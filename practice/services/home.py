"""What somebody sees first after signing in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from practice import clock
from practice.domain.actors import Actor, Role
from practice.domain.bookings import OPEN, Status
from practice.models import private
from practice.models.bookings import Appointment, Booking
from practice.models.content import Practice, SessionType
from practice.models.people import Account, Client
from practice.services import access, sessions
from practice.services.access import require
from practice.services.content import Speaker
from practice.services.sessions import Device


@dataclass(frozen=True)
class Time:
    """A time that is ahead."""

    starts_at: datetime
    name: str
    status: Status


@dataclass(frozen=True)
class Person:
    """One of the clients under the account."""

    client_id: UUID
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class Home:
    name: str
    zone: str
    times: tuple[Time, ...]
    people: tuple[Person, ...]
    devices: tuple[Device, ...]
    waiting: int = 0


def find_home(session: Session, actor: Actor) -> Home:
    account = require(session.get(Account, require(actor.account_id)))
    of_therapist = actor.role is Role.THERAPIST
    practice = session.get(Practice, 1)
    say = Speaker(practice)
    people = () if of_therapist else _people(session, actor)
    chosen = next((one.name for one in people if one.is_chosen), "")
    return Home(
        name=say(practice.therapist) if of_therapist and practice else chosen,
        zone=practice.zone if of_therapist and practice else account.zone,
        times=_times(session, actor, say),
        people=people,
        devices=tuple(sessions.list_devices(session, actor)),
        waiting=_waiting(session) if of_therapist else 0,
    )


def _people(session: Session, actor: Actor) -> tuple[Person, ...]:
    own = session.exec(
        access.clients(actor).where(~col(Client.provisional)).order_by(col(Client.created_at))
    )
    return tuple(
        Person(one.id, private.read(one, "name"), one.id == actor.client_id) for one in own
    )


def _times(session: Session, actor: Actor, say: Speaker) -> tuple[Time, ...]:
    """The next few; of the client that is looked at, or all for the therapist."""
    seen = access.bookings(actor).where(col(Booking.status).in_(OPEN))
    if actor.client_id:
        seen = seen.where(col(Booking.client_id) == actor.client_id)
    found = session.exec(
        seen.join(Appointment)
        .where(col(Appointment.ends_at) > clock.now())
        .order_by(col(Appointment.starts_at))
        .limit(5)
    ).all()
    return tuple(_time(session, booking, say) for booking in found)


def _time(session: Session, booking: Booking, say: Speaker) -> Time:
    appointment = require(session.get(Appointment, booking.appointment_id))
    kind = require(session.get(SessionType, booking.session_type_id))
    return Time(appointment.starts_at, say(kind.name), Status(booking.status))


def _waiting(session: Session) -> int:
    """Requests that wait for her answer."""
    asked = select(func.count()).where(Booking.status == Status.REQUESTED)
    return session.exec(asked).one()
