"""Notices inside the portal: the newest as facts, how many are unread, and marking them read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from practice import clock
from practice.db import collides_by_nature
from practice.domain.actors import Actor, Role
from practice.domain.booking.consequences import Fact
from practice.models import sealed
from practice.models.booking import Booking, BookingEvent
from practice.models.clients import Client
from practice.models.content import Practice, SessionType
from practice.models.messages import Notice
from practice.services import access
from practice.services.content.localized import Speaker

# What lies further back is in the letters; it does not count as unread either.
NEWEST = 50


@dataclass(frozen=True)
class Told:
    """What a notice says: of whose session, at which time, as it was when it happened."""

    id: UUID
    fact: Fact
    client: str
    session: str
    starts_at: datetime
    created_at: datetime
    is_unread: bool


def list_newest(session: Session, actor: Actor) -> list[Told]:
    say = Speaker(session.get(Practice, 1))
    found = session.exec(
        select(Notice, BookingEvent, SessionType, Client)
        .join(BookingEvent, col(BookingEvent.id) == Notice.event_id)
        .join(Booking, col(Booking.id) == BookingEvent.booking_id)
        .join(SessionType, col(SessionType.id) == Booking.session_type_id)
        .join(Client, col(Client.id) == Booking.client_id)
        .where(col(Notice.id).in_(_newest(actor)))
        .order_by(col(Notice.created_at).desc(), col(Notice.id).desc())
    )
    return [
        Told(
            id=notice.id,
            fact=Fact(notice.fact),
            client=sealed.read(client, "name"),
            session=say(kind.name),
            starts_at=event.starts_at,
            created_at=notice.created_at,
            is_unread=notice.read_at is None,
        )
        for notice, event, kind, client in found
    ]


def count_unread(session: Session, actor: Actor) -> int:
    newest = _newest(actor).subquery()
    unread = (
        select(func.count())
        .select_from(Notice)
        .where(col(Notice.id).in_(select(newest.c.id)), col(Notice.read_at).is_(None))
    )
    return session.exec(unread).one()


@collides_by_nature
def mark_read(session: Session, actor: Actor, *, notices: Sequence[UUID]) -> None:
    """Those of them that are the actor's own; the others stay as they are."""
    own = access.notices(actor).with_only_columns(col(Notice.id))
    session.exec(
        update(Notice)
        .where(col(Notice.id).in_(notices), col(Notice.id).in_(own), col(Notice.read_at).is_(None))
        .values(read_at=clock.now())
    )


def _newest(actor: Actor) -> SelectOfScalar[UUID]:
    own = access.notices(actor).with_only_columns(col(Notice.id))
    newest = col(Notice.created_at).desc(), col(Notice.id).desc()
    return select(Notice.id).where(col(Notice.id).in_(own)).order_by(*newest).limit(NEWEST)


# What the database rings with when there is something for her; for a client, the account's id.
HERS = "therapist"


def word_for(actor: Actor) -> str:
    return HERS if actor.role is Role.THERAPIST else str(actor.account_id or "")
