"""What every page of the therapist shows around its content."""

from dataclasses import dataclass

from sqlmodel import Session

from practice import i18n
from practice.domain.actors import Actor
from practice.models.content import Practice
from practice.services import access
from practice.services.access import require
from practice.services.accounts import sessions
from practice.services.accounts.sessions import Device
from practice.services.content.localized import Speaker
from practice.services.messages import notices


@dataclass(frozen=True)
class Frame:
    """What stands around each of her pages."""

    practice: str
    therapist: str
    zone: str
    place: str
    unread: int
    # While developing she may do without a code; then nothing would open a lock again.
    may_lock: bool


@dataclass(frozen=True)
class Devices:
    frame: Frame
    devices: tuple[Device, ...]


def find_devices(session: Session, actor: Actor) -> Devices:
    frame = find_frame(session, actor)
    return Devices(frame, tuple(sessions.list_devices(session, actor)))


def find_frame(session: Session, actor: Actor) -> Frame:
    access.require_therapist(actor)
    return frame_of(session, actor, require(session.get(Practice, 1)))


def frame_of(session: Session, actor: Actor, practice: Practice) -> Frame:
    say = Speaker(practice)
    place = say(practice.place) or i18n.city(practice.zone)
    unread = notices.count_unread(session, actor)
    return Frame(
        practice=practice.name,
        therapist=say(practice.therapist),
        zone=practice.zone,
        place=place,
        unread=unread,
        may_lock=sessions.has_shown_factor(session, actor),
    )
