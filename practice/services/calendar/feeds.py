"""Private calendar feeds: an address to subscribe to, made anew or revoked by whoever it is of."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from practice import clock, letters, settings
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.domain.booking.status import Status
from practice.domain.errors import NotFound, TooMany
from practice.environment import Rate
from practice.i18n import speaking
from practice.letters import Reader, calendars
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import Appointment, Booking
from practice.models.calendar import CalendarFeed
from practice.models.clients import Client
from practice.models.content import Practice, SessionType
from practice.services import audit
from practice.services.access import require
from practice.services.accounts import sessions
from practice.services.booking import letter_facts
from practice.services.links.sign_in import hashed

TOKEN_BYTES = 32
# What lies behind stays in the calendar that long; a calendar keeps what it has read.
BACK = timedelta(days=60)
SHOWN = (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)
MOST = 1000
# Addresses made for one account; each is a row, and an entry in the journal.
MADE = Rate(20, timedelta(days=1))


@dataclass(frozen=True)
class Feed:
    since: datetime
    last_read_at: datetime | None


def find(session: Session, actor: Actor) -> Feed | None:
    """Whether there is one; its address was told once and is not known here any more."""
    found = session.exec(_open(require(actor.account_id))).first()
    return Feed(found.created_at, found.last_read_at) if found else None


def make(session: Session, actor: Actor) -> str:
    """A new address; the one before stops answering."""
    account_id = require(actor.account_id)
    _require_few_made(session, account_id)
    revoke(session, actor)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed(account_id=account_id, token_hash=hashed(token))
    session.add(feed)
    session.flush()
    audit.note(session, actor, "feed_made", feed)
    return f"{settings.current().public_url}/api/calendar/{token}.ics"


def _require_few_made(session: Session, account_id: UUID) -> None:
    newest = session.exec(
        select(CalendarFeed.created_at)
        .where(
            CalendarFeed.account_id == account_id,
            col(CalendarFeed.created_at) > clock.now() - MADE.within,
        )
        .order_by(col(CalendarFeed.created_at).desc())
        .limit(MADE.count)
    ).all()
    if len(newest) == MADE.count:
        raise TooMany(ceil((newest[-1] + MADE.within - clock.now()).total_seconds()))


def revoke(session: Session, actor: Actor) -> None:
    for feed in session.exec(_open(require(actor.account_id))).all():
        feed.revoked_at = clock.now()
        audit.note(session, actor, "feed_revoked", feed)
    session.flush()


def read(session: Session, _actor: Actor, *, token: str) -> bytes:
    """For a calendar program, which has nothing but the address."""
    feed = session.exec(
        select(CalendarFeed).where(
            CalendarFeed.token_hash == hashed(token), col(CalendarFeed.revoked_at).is_(None)
        )
    ).first()
    if feed is None:
        raise NotFound
    account = require(session.get(Account, feed.account_id))
    practice = require(session.get(Practice, 1))
    is_hers = sessions.is_therapist(session, account.id)
    email = sealed.read(account, "email")
    zone = practice.zone if is_hers else account.zone
    reader = Reader("", email, account.language, zone)
    with speaking(reader.language):
        house = letter_facts.house_of(session, practice)
        entries = _entries(session, practice, None if is_hers else account.id)
        if is_hers:
            return calendars.therapists_feed(house, reader, entries)
        return calendars.feed(house, reader, [booking for booking, _ in entries])


@collides_by_nature
def note_read(session: Session, _actor: Actor, *, token: str) -> None:
    session.exec(
        update(CalendarFeed)
        .where(col(CalendarFeed.token_hash) == hashed(token))
        .values(last_read_at=clock.now())
    )


def _open(account_id: UUID) -> SelectOfScalar[CalendarFeed]:
    return select(CalendarFeed).where(
        CalendarFeed.account_id == account_id, col(CalendarFeed.revoked_at).is_(None)
    )


def _entries(
    session: Session, practice: Practice, account_id: UUID | None
) -> list[tuple[letters.Booking, letters.Client]]:
    wanted = (
        select(Booking, Appointment, SessionType, Client)
        .join(Appointment, col(Appointment.id) == Booking.appointment_id)
        .join(SessionType, col(SessionType.id) == Booking.session_type_id)
        .join(Client, col(Client.id) == Booking.client_id)
        .where(col(Booking.status).in_(SHOWN), col(Appointment.ends_at) > clock.now() - BACK)
        .order_by(col(Appointment.starts_at))
        .limit(MOST)
    )
    if account_id:
        wanted = wanted.where(Client.account_id == account_id)
    url = f"{settings.current().public_url}/{'me' if account_id else 'portal'}"
    return [
        (
            letter_facts.booking_of(
                practice, booking, appointment, kind, sealed.read(client, "phone"), url
            ),
            letters.Client.named(sealed.read(client, "name"), booking.zone),
        )
        for booking, appointment, kind, client in session.exec(wanted)
    ]
