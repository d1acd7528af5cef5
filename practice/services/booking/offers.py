"""What somebody sees who picks a time: the session, whose practice it is, and its free days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from practice import clock, i18n
from practice.domain.actors import Actor, Role
from practice.domain.availability import hours
from practice.domain.booking.status import Confirmation, Place, Visibility
from practice.domain.clients.stages import Lock, Stage, locked
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import Appointment
from practice.models.clients import Client
from practice.models.content import Practice, SessionType
from practice.services import access
from practice.services.access import require
from practice.services.availability import rules as availability_rules
from practice.services.availability import slots
from practice.services.availability.rules import Rules
from practice.services.booking import lookup
from practice.services.clients import gate, guests
from practice.services.content.localized import Speaker

# As far as anybody looks ahead where a session type sets no horizon.
FARTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Kind:
    """A session type as it is offered."""

    slug: str
    name: str
    summary: str
    minutes: int
    price_cents: int
    currency: str
    places: tuple[Place, ...]
    capacity: int
    # Of Stage.NEW is the call with which everything begins.
    needs: Stage
    confirmation: Confirmation
    lock: Lock | None


@dataclass(frozen=True)
class Own:
    """What is known of somebody who is signed in; a guest sees nothing, whoever it is."""

    name: str
    email: str
    phone: str
    zone: str


@dataclass(frozen=True)
class Desk:
    practice: str
    therapist: str
    email: str
    # The town as the practice says it, and its zone.
    town: str
    zone: str
    # What the asker may look at, in the order of the price list, locked or not.
    kinds: tuple[Kind, ...]
    privacy_version: str | None
    own: Own | None

    def find(self, slug: str) -> Kind | None:
        return next((one for one in self.kinds if one.slug == slug), None)

    @property
    def first(self) -> Kind | None:
        """What begins without being named: the only one that is open, else none of them."""
        free = [one for one in self.kinds if one.lock is None]
        return free[0] if len(free) == 1 else None


@dataclass(frozen=True)
class Time:
    # With the asker's own offset.
    start: datetime
    end: datetime
    # Places left; more than one only in groups.
    left: int


@dataclass(frozen=True)
class Day:
    on: date
    times: tuple[Time, ...]


@dataclass(frozen=True)
class Offered:
    """The free days between two dates of the asker's zone, and where it goes on."""

    zone: ZoneInfo
    today: date
    days: tuple[Day, ...]
    # The first free day after those, however far; None where there is none.
    next_free: date | None
    # No times are offered beyond it.
    last: date


def find_desk(session: Session, actor: Actor, *, slug: str = "") -> Desk:
    """Everything beside the times. A type that is shown by its link only is there if it was
    named."""
    practice = require(session.get(Practice, 1))
    say = Speaker(practice)
    facts = gate.facts_of_asker(session, actor)
    found = session.exec(
        select(SessionType)
        .where(col(SessionType.archived_at).is_(None))
        .order_by(col(SessionType.position))
    )
    return Desk(
        practice=practice.name,
        therapist=say(practice.therapist) or practice.name,
        email=practice.email,
        town=say(practice.place) or i18n.city(practice.zone),
        zone=practice.zone,
        kinds=tuple(
            _kind(one, say, locked(facts, Stage(one.needs)))
            for one in found
            if one.visible == Visibility.PUBLIC
            or (one.visible == Visibility.LINK and one.slug == slug)
        ),
        privacy_version=guests.current_privacy(session),
        own=_own(session, actor),
    )


def _kind(one: SessionType, say: Speaker, lock: Lock | None) -> Kind:
    return Kind(
        slug=one.slug,
        name=say(one.name),
        summary=say(one.summary),
        minutes=one.minutes,
        price_cents=one.price_cents,
        currency=one.currency,
        places=tuple(Place(place) for place in one.places),
        capacity=one.capacity,
        needs=Stage(one.needs),
        confirmation=Confirmation(one.confirmation),
        lock=lock,
    )


def _own(session: Session, actor: Actor) -> Own | None:
    if actor.role is not Role.CLIENT or actor.client_id is None:
        return None
    account = require(session.get(Account, require(actor.account_id)))
    client = require(
        session.exec(access.clients(actor).where(Client.id == actor.client_id)).one_or_none()
    )
    return Own(
        name=sealed.read(client, "name"),
        email=sealed.read(account, "email"),
        phone=sealed.read(client, "phone") if client.phone else "",
        zone=account.zone,
    )


def find_offered(
    session: Session, actor: Actor, *, slug: str, first: date, last: date, zone: ZoneInfo
) -> Offered:
    """To book. Refused where the gate is shut to the asker."""
    rules = availability_rules.find(session, actor, slug)
    gate.require_open(session, actor, rules.needs)
    return _offered(session, actor, rules, first, last, zone)


def find_offered_to_move(
    session: Session, actor: Actor, *, reference: str, first: date, last: date, zone: ZoneInfo
) -> Offered:
    """To move a booking: also over its own old time, and of a type nobody can book any more."""
    booking, appointment = lookup.find(session, actor, reference)
    rules = availability_rules.of_type(session, booking.session_type_id).as_booked(appointment)
    return _offered(session, actor, rules, first, last, zone, without=appointment)


def _offered(
    session: Session,
    actor: Actor,
    rules: Rules,
    first: date,
    last: date,
    zone: ZoneInfo,
    *,
    without: Appointment | None = None,
) -> Offered:
    now = clock.now()
    today = now.astimezone(zone).date()
    horizon = timedelta(seconds=rules.terms.horizon) if rules.terms.horizon else FARTHEST
    farthest = (now + horizon).astimezone(zone).date()
    found = _starts(session, actor, rules, max(first, today), farthest, zone, without)
    days = _by_day(found, rules.terms.length, zone)
    beyond = next((day.on for day in days if day.on > last), None)
    return Offered(zone, today, tuple(day for day in days if day.on <= last), beyond, farthest)


def _starts(
    session: Session,
    actor: Actor,
    rules: Rules,
    first: date,
    last: date,
    zone: ZoneInfo,
    without: Appointment | None,
) -> list[tuple[int, int]]:
    """Those that start on these days of the asker's zone."""
    if first > last:
        return []
    low, high = hours.whole_days(zone, first, last)
    # Hours of the day before may run past midnight.
    begin = hours.day_in(rules.zone, low) - hours.ONE_DAY
    end = hours.day_in(rules.zone, high - 1)
    skipped = without.id if without else None
    own = hours.seconds(without.starts_at) if without else None
    found = slots.offered(session, actor, rules, begin, end, without=skipped)
    return [one for one in found if low <= one[0] < high and one[0] != own]


def _by_day(starts: Iterable[tuple[int, int]], length: int, zone: ZoneInfo) -> tuple[Day, ...]:
    times: Sequence[Time] = [
        Time(
            hours.moment(start).astimezone(zone),
            hours.moment(start + length).astimezone(zone),
            left,
        )
        for start, left in starts
    ]
    return tuple(Day(on, tuple(of)) for on, of in groupby(times, key=lambda one: one.start.date()))


def may_be_picked(session: Session, _actor: Actor, *, slug: str) -> bool:
    """Whether there is a page for it: what is locked has one, what is hidden has none."""
    found = select(SessionType.id).where(
        SessionType.slug == slug,
        col(SessionType.archived_at).is_(None),
        col(SessionType.visible).in_([Visibility.PUBLIC, Visibility.LINK]),
    )
    return session.exec(found).first() is not None


@dataclass(frozen=True)
class Moving:
    """A booking on its way to another time."""

    slug: str
    name: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    may_move: bool
    places: tuple[Place, ...]
    zone: str


def find_moving(session: Session, actor: Actor, *, reference: str) -> Moving:
    booking, appointment = lookup.find(session, actor, reference)
    kind = require(session.get(SessionType, booking.session_type_id))
    length = appointment.ends_at - appointment.starts_at
    return Moving(
        slug=kind.slug,
        name=Speaker(session.get(Practice, 1))(kind.name),
        minutes=int(length.total_seconds()) // 60,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        may_move=lookup.choices(actor, booking, appointment).may_move,
        places=(Place(booking.place),),
        zone=booking.zone,
    )
