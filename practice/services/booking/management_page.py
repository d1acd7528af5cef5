"""A booking as it is shown to whoever holds its management link, and its file for a calendar."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from practice import clock, i18n
from practice.db import acting_as
from practice.domain import inputs
from practice.domain.actors import SYSTEM, Actor
from practice.domain.booking.status import OPEN, Place, Status
from practice.domain.errors import NotFound
from practice.letters import Booking as Told
from practice.letters import House, Reader, calendars
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import Appointment, Booking, BookingEvent
from practice.models.clients import Client
from practice.models.content import Practice, SessionType
from practice.services.access import require
from practice.services.booking import catalog, letter_facts, lookup
from practice.services.booking.lookup import Choices
from practice.services.booking.offers import Time
from practice.services.content.localized import Speaker
from practice.services.links import management


@dataclass(frozen=True)
class Home:
    """Where the practice's own clock hangs."""

    zone: str
    town: str


@dataclass(frozen=True)
class Bookplate:
    """Its own words are in the language of the booking. It says nobody's name: the link lies in
    calendars and is passed on."""

    choices: Choices
    is_call: bool
    name: str
    # Where another of its kind is booked; nothing where none is any more.
    slug: str
    ends_at: datetime
    place: Place
    address: tuple[str, ...]
    # Of the number that the therapist rings.
    phone_ending: str
    # Where letters go, shortened: an…@example.org.
    mailbox: str
    price_cents: int
    # The clock it was chosen by.
    zone: str
    home: Home
    language: str
    therapist: str
    # Of the practice, for what cannot be done here.
    email: str
    phone: str
    now: datetime
    was_moved: bool
    # What is due for it, although it is cancelled.
    due_cents: int
    # Until when a request is answered or a hold is paid.
    answer_by: datetime | None
    # When a letter reminds of it, as long as that lies ahead.
    reminder_at: datetime | None

    @property
    def status(self) -> Status:
        return self.choices.status

    @property
    def starts_at(self) -> datetime:
        return self.choices.starts_at

    @property
    def time(self) -> Time:
        """By the clock it was chosen by."""
        zone = ZoneInfo(self.zone)
        return Time(self.starts_at.astimezone(zone), self.ends_at.astimezone(zone), 1)

    @property
    def is_ahead(self) -> bool:
        return self.status in OPEN and self.now < self.starts_at


def find(session: Session, actor: Actor, *, reference: str) -> Bookplate:
    booking, appointment = lookup.find(session, actor, reference)
    with i18n.speaking(booking.language):
        return _bookplate(session, actor, booking, appointment)


def _bookplate(
    session: Session, actor: Actor, booking: Booking, appointment: Appointment
) -> Bookplate:
    practice = require(session.get(Practice, 1))
    kind = require(session.get(SessionType, booking.session_type_id))
    contact = _contact_of(session, booking)
    say = Speaker(practice)
    return Bookplate(
        choices=lookup.choices(actor, booking, appointment),
        is_call=booking.discovery,
        name=say(kind.name),
        slug=catalog.slug_of(kind),
        ends_at=appointment.ends_at,
        place=Place(booking.place),
        address=tuple(say(practice.address).splitlines()),
        phone_ending=contact.phone[-3:],
        mailbox=inputs.shortened(contact.email),
        price_cents=booking.price_cents,
        zone=booking.zone,
        home=Home(practice.zone, say(practice.place) or i18n.city(practice.zone)),
        language=booking.language,
        therapist=say(practice.therapist) or practice.name,
        email=practice.email,
        phone=practice.phone,
        now=clock.now(),
        was_moved=booking.sequence > 0,
        due_cents=_due(session, booking),
        answer_by=booking.hold_expires_at,
        reminder_at=_reminder(booking, appointment, kind),
    )


def _reminder(booking: Booking, appointment: Appointment, kind: SessionType) -> datetime | None:
    if kind.reminder_hours is None or booking.status != Status.CONFIRMED:
        return None
    at = appointment.starts_at - timedelta(hours=kind.reminder_hours)
    return at if at > clock.now() else None


def _due(session: Session, booking: Booking) -> int:
    """As it was when it was cancelled; only what was certain can cost."""
    if booking.status != Status.CANCELLED:
        return 0
    event = session.exec(
        select(BookingEvent)
        .where(BookingEvent.booking_id == booking.id, BookingEvent.what == "cancelled")
        .order_by(col(BookingEvent.at).desc())
    ).first()
    return lookup.due_after(booking, event) if event else 0


@dataclass(frozen=True)
class Contact:
    email: str
    phone: str


def _contact_of(session: Session, booking: Booking) -> Contact:
    """As whoever booked typed it, never of the client it came to belong to: the writer still holds
    the link. Of somebody known who booked, as they are known now."""
    if booking.contact:
        return Contact(*json.loads(sealed.read(booking, "contact")))
    with acting_as(session, SYSTEM):
        client = require(session.get(Client, booking.client_id))
        account = require(session.get(Account, client.account_id))
    phone = sealed.read(client, "phone") if client.phone else ""
    return Contact(sealed.read(account, "email"), phone)


def find_email(session: Session, actor: Actor, *, reference: str) -> str:
    """For a letter to whoever booked; it is never shown."""
    booking, _appointment = lookup.find(session, actor, reference)
    return _contact_of(session, booking).email


@dataclass(frozen=True)
class Entry:
    """What a calendar of somebody else's is given: a file, or an address that fills it in."""

    file: bytes
    google: str
    outlook: str


def find_entry(session: Session, actor: Actor, *, reference: str) -> Entry:
    """Only of what is certain: nothing else stands in a calendar."""
    booking, appointment = lookup.find(session, actor, reference)
    if booking.status != Status.CONFIRMED:
        raise NotFound
    with i18n.speaking(booking.language):
        said = _entry(session, booking, appointment)
        return Entry(calendars.invitation(*said), calendars.google(*said), calendars.outlook(*said))


def _entry(
    session: Session, booking: Booking, appointment: Appointment
) -> tuple[House, Reader, Told]:
    practice = require(session.get(Practice, 1))
    kind = require(session.get(SessionType, booking.session_type_id))
    contact = _contact_of(session, booking)
    url = management.manage_url(booking)
    reader = Reader("", contact.email, booking.language, booking.zone)
    told = letter_facts.booking_of(practice, booking, appointment, kind, contact.phone, url)
    return letter_facts.house_of(session, practice), reader, told
