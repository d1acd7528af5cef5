"""A small practice, people and wishes for tests: each with what matters, the rest made up."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import time_machine
from sqlmodel import Session, select

from practice import clock, db, settings, vault
from practice.clock import new_id
from practice.domain.actors import SYSTEM, VISITOR, Actor, Role
from practice.domain.booking.status import Confirmation, Place
from practice.domain.clients.stages import Source, Stage
from practice.domain.operations import schedule as operations_schedule
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.base import Table
from practice.models.booking import Appointment, Booking, BookingEvent
from practice.models.clients import Client
from practice.models.content import Practice, PrivacyText, SessionType
from practice.models.schedule import Schedule, WeeklyHours
from practice.services.accounts import attach
from practice.services.booking import book, cancel
from practice.services.booking.book import Wish
from practice.services.booking.idempotency import Booked
from practice.services.calendar import groups
from practice.services.clients.guests import Guest
from practice.services.links import management
from practice.services.operations import job_runs

THERAPIST = Actor(Role.THERAPIST)
# For connections that the portal's own code knows nothing of: the row policies let them through.
BY_SYSTEM = f"-c app.actor={SYSTEM}"
ZONE = ZoneInfo("Europe/Berlin")
# A Monday morning in winter; opening hours are 9 to 17 in Berlin, so 8 to 16 here.
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1, hours=1)
PRIVACY = "2026-01"
PAID = "individual"
CALL = "discovery"
ASKED = "couples"
GROUP = "group"
BLANK: dict[str, str] = {}
TEXTS = (
    *("therapist", "kicker", "lede", "story"),
    *("address", "register_entry", "answer_time", "place"),
)

_numbers = count(1)

T = TypeVar("T", bound=Table)


def a_session_type(slug: str, **different: Any) -> SessionType:
    said: dict[str, Any] = {
        "position": next(_numbers),
        "minutes": 50,
        "price_cents": 8000,
        "currency": "EUR",
        "needs": Stage.INTAKE,
        "name": {"en": slug.title()},
        "summary": BLANK,
        "step_minutes": 30,
        "places": [Place.VIDEO, Place.IN_PERSON],
        "horizon_days": 60,
        "free_hours": 48,
        "late_percent": 50,
    }
    return SessionType(slug=slug, **{**said, **different})


def furnish(session: Session, _actor: Actor, *, zone: str = ZONE.key, **practice: Any) -> None:
    """A practice that is open from nine to five on weekdays, with one type of each kind."""
    blank = dict.fromkeys(TEXTS, BLANK)
    said = {"name": "Practice", "email": "hello@practice.example", "country": "DE"}
    session.add(Practice(zone=zone, **{**blank, **said, **practice}))
    session.add(PrivacyText(version=PRIVACY, effective_on=date(2026, 1, 1), body={"en": "Text"}))
    schedule = Schedule(name="Usual", is_default=True)
    session.add(schedule)
    session.flush()
    for weekday in range(5):
        session.add(
            WeeklyHours(schedule_id=schedule.id, weekday=weekday, starts=time(9), ends=time(17))
        )
    free = {"price_cents": 0, "needs": Stage.NEW, "free_hours": 0}
    asked = {"confirmation": Confirmation.THERAPIST, "notice_minutes": 60}
    for one in (
        a_session_type(CALL, minutes=20, places=[Place.VIDEO, Place.PHONE], **free),
        a_session_type(PAID, buffer_after=10),
        a_session_type(ASKED, minutes=75, **asked),
        a_session_type(GROUP, minutes=90, capacity=3, places=[Place.IN_PERSON]),
    ):
        session.add(one)


def change_type(slug: str, **different: Any) -> None:
    def work(session: Session, _actor: Actor) -> None:
        found = session.exec(select(SessionType).where(SessionType.slug == slug)).one()
        for name, value in different.items():
            setattr(found, name, value)

    db.transact(work, SYSTEM)


def a_guest(**different: Any) -> Guest:
    number = next(_numbers)
    said = {
        "name": f"Guest {number}",
        "email": f"guest{number}@example.org",
        "phone": "+493012345678",
        "privacy_version": PRIVACY,
    }
    return Guest(**{**said, **different})


def a_wish(slug: str = CALL, start: datetime = TOMORROW, **different: Any) -> Wish:
    said = {"zone": ZONE.key, "language": "en", "place": Place.VIDEO}
    if slug == GROUP:
        said["place"] = Place.IN_PERSON
    return Wish(slug=slug, start=start, **{**said, **different})


def a_client(*, discovered: bool = True, email: str | None = None, **facts: Any) -> Actor:
    """Signed in, behind the gate unless said otherwise."""
    address = email or f"client{next(_numbers)}@example.org"

    def work(session: Session, _actor: Actor) -> Actor:
        account_id, client_id = new_id(), new_id()
        session.add(
            Account(
                id=account_id,
                email=sealed.seal(Account, "email", account_id, address),
                email_index=vault.ring().index("email", address),
                email_proven_at=clock.now(),
                language="en",
                zone=ZONE.key,
            )
        )
        known: dict[str, Any] = {}
        if discovered:
            reason = sealed.seal(Client, "discovery_reason", client_id, "Known for years")
            known = {
                "discovery_completed_at": clock.now(),
                "discovery_source": Source.THERAPIST,
                "discovery_reason": reason,
            }
        session.flush()
        name = sealed.seal(Client, "name", client_id, "Client")
        session.add(Client(id=client_id, account_id=account_id, name=name, **known, **facts))
        return Actor(Role.CLIENT, account_id, client_id)

    return db.transact(work, SYSTEM)


def a_call(guest: Guest | None = None, start: datetime = TOMORROW) -> Booked:
    return db.transact(book.book, VISITOR, a_wish(start=start), guest=guest or a_guest())


def a_session(
    client: Actor, slug: str = PAID, start: datetime = TOMORROW, *, by: Actor | None = None
) -> Booked:
    return db.transact(book.book, by or client, a_wish(slug, start), client_id=client.client_id)


def expire_due(actor: Actor = SYSTEM) -> list[str]:
    """As the job does it: each in a transaction of its own."""
    due = db.query(cancel.find_due, actor)
    return [one for one in due if db.transact(cancel.expire, actor, one)]


def row(reference: str) -> Booking:
    """As it stands in the database; reading it does not change it."""

    def work(session: Session, _actor: Actor) -> Booking:
        found = session.exec(select(Booking).where(Booking.reference == reference)).one()
        session.expunge(found)
        return found

    return db.query(work, SYSTEM)


def appointment_of(reference: str) -> Appointment:
    def work(session: Session, _actor: Actor) -> Appointment:
        found = session.exec(
            select(Appointment).join(Booking).where(Booking.reference == reference)
        ).one()
        session.expunge(found)
        return found

    return db.query(work, SYSTEM)


def client_row(client_id: UUID) -> Client:
    def work(session: Session, _actor: Actor) -> Client:
        found = session.exec(select(Client).where(Client.id == client_id)).one()
        session.expunge(found)
        return found

    return db.query(work, SYSTEM)


def rows_of(table: type[T], *where: Any) -> list[T]:
    """As they stand in the database."""

    def work(session: Session, _actor: Actor) -> list[T]:
        found = list(session.exec(select(table).where(*where)))
        session.expunge_all()
        return found

    return db.query(work, SYSTEM)


def change_row(table: type[Table], *where: Any, **different: Any) -> None:
    """By nobody's service: as it would be after something these tests are not about."""

    def work(session: Session, _actor: Actor) -> None:
        for found in session.exec(select(table).where(*where)):
            for name, value in different.items():
                setattr(found, name, value)

    db.transact(work, SYSTEM)


def events_of(reference: str) -> list[BookingEvent]:
    found = rows_of(BookingEvent, BookingEvent.booking_id == row(reference).id)
    return sorted(found, key=lambda event: event.at)


def a_group(start: datetime = TOMORROW, **different: Any) -> UUID:
    return db.transact(groups.open_group, THERAPIST, slug=GROUP, start=start, **different)


def a_request(client: Actor | None = None, start: datetime = TOMORROW) -> Booked:
    return a_session(client or a_client(), ASKED, start)


def a_confirmed(client: Actor | None = None, start: datetime = TOMORROW) -> Booked:
    return a_session(client or a_client(), PAID, start, by=THERAPIST)


def holder_of(reference: str) -> Actor:
    """Who holds the management link of this booking."""
    found = row(reference)
    return Actor(Role.PUBLIC, client_id=found.client_id, booking_id=found.id)


def client_of(reference: str) -> Client:
    return client_row(row(reference).client_id)


def prove(reference: str, keep: str | None = None) -> attach.Proven:
    """The mailbox's owner signs in, and says of each booking that it was them."""
    account_id = client_of(reference).account_id
    proven = db.transact(attach.prove_email, SYSTEM, account_id=account_id)
    asked = {"account_id": proven.account_id}
    for question in db.query(attach.list_questions, SYSTEM, **asked):
        more = {"reference": question.reference, "was_me": True}
        proven = db.transact(attach.answer, SYSTEM, **asked, **more)
    return db.transact(attach.prove_email, SYSTEM, **asked, keep=keep) if keep else proven


def manage_path(reference: str) -> str:
    """Behind the newest link of this booking."""
    return management.manage_url(row(reference)).removeprefix(settings.current().public_url)


def the_time_is(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def every_job_ran() -> None:
    """At this moment, with nothing to do."""
    now = clock.now()
    for name, every in operations_schedule.PLANS.items():
        planned = {"job": name, "scheduled_for": operations_schedule.time_before(now, every)}
        db.transact(job_runs.begin, SYSTEM, **planned)
        db.transact(job_runs.end, SYSTEM, **planned, outcome="0")
