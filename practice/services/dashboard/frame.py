"""What every page of a client shows around its content."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col

from practice import i18n
from practice.domain.actors import Actor
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.clients import Client
from practice.models.content import Practice
from practice.services import access
from practice.services.access import require
from practice.services.accounts import sessions
from practice.services.accounts.sessions import Device
from practice.services.content.localized import Speaker
from practice.services.messages import notices


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
class Devices:
    frame: Frame
    devices: tuple[Device, ...]


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
