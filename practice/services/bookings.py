"""Books: fetches, lets the engine and the gate decide, and writes all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import Range, insert
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from practice import clock, settings, vault
from practice.clock import new_id
from practice.db import Again, acting_as, changes_calendar
from practice.domain import hours, inputs, tokens
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.bookings import (
    LIVE,
    OPEN,
    GroupStatus,
    Place,
    Status,
    first_status,
    lapses_at,
)
from practice.domain.errors import N_, Invalid, KeyReused, TooMany
from practice.domain.journey import Stage
from practice.domain.refusals import AlreadyThere, HoldOpen, NotOffered, SlotTaken
from practice.environment import Rate
from practice.models import private
from practice.models.base import values_of
from practice.models.bookings import ONE_PLACE, OVERLAP, Appointment, Booking, BookingEvent
from practice.models.content import Practice, PrivacyText
from practice.models.people import Account, Client, Consent
from practice.models.plumbing import IdempotencyKey
from practice.services import (
    access,
    audit,
    availability,
    clients,
    constraints,
    links,
    sign_in_links,
    transitions,
)
from practice.services.access import require
from practice.services.availability import Rules
from practice.services.limits import KEPT, Once
from practice.services.rows import New, new, write

REFUSALS = {"uq_bookings_reference": Again, ONE_PLACE: AlreadyThere}
# No row back means taken: no exception, and no deadlock even where nobody holds the gate.
TAKE = insert(Appointment).on_conflict_do_nothing(constraint=OVERLAP).returning(col(Appointment.id))


@dataclass(frozen=True)
class Wish:
    """What somebody wants to book, already clean."""

    slug: str
    start: datetime
    zone: str
    language: str
    place: Place | None = None
    note: str = ""
    participants: Sequence[str] = ()


@dataclass(frozen=True)
class Guest:
    """Who books without an account, already clean; nothing of it is proven."""

    name: str
    email: str
    phone: str
    privacy_version: str
    # The network it comes from, as an HMAC.
    origin: bytes | None = None


@dataclass(frozen=True)
class Booked:
    reference: str
    status: Status
    starts_at: datetime
    ends_at: datetime
    manage_url: str | None


@changes_calendar
def book(
    session: Session,
    actor: Actor,
    wish: Wish,
    *,
    guest: Guest | None = None,
    client_id: UUID | None = None,
    once: Once | None = None,
    despite_block: bool = False,
) -> Booked:
    """For a guest, for the client who is signed in, or by the therapist for one of hers."""
    repeated = find_answer(session, actor, once=once)
    if repeated:
        return repeated
    rules = availability.find_rules(session, actor, wish.slug)
    party = _party(session, actor, rules, wish, guest, client_id)
    place = _place(rules, wish.place)
    appointment = _take(session, actor, rules, wish.start, place, despite_block=despite_block)
    booking = _booking(actor, rules, wish, party, appointment, place)
    booking.origin = guest.origin if guest else None
    event = transitions.new_event(actor, booking, appointment, "booked")
    noted = audit.entry(actor, "booked", booking, status=booking.status)
    promised = transitions.news(
        session, booking, event, party.account_id, is_new=bool(party.rows), link=party.link
    )
    with constraints.mapped(REFUSALS):
        write(session, [*party.rows, booking, event, noted, *promised])
    if once:
        _keep_answer(session, once, booking)
    return booked(booking, appointment)


def booked(booking: Booking, appointment: Appointment) -> Booked:
    return Booked(
        reference=booking.reference,
        status=Status(booking.status),
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        manage_url=links.manage_url(booking),
    )


def pretend(session: Session, actor: Actor, wish: Wish, *, once: Once) -> Booked:
    """What a machine that fills every field gets: a success that books nothing, and the same one
    for the same request."""
    rules = availability.find_rules(session, actor, wish.slug)
    clients.require_open(session, actor, rules.needs)
    _place(rules, wish.place)
    reference = tokens.reference_from(once.request[:8])
    return Booked(
        reference=reference,
        status=first_status(rules.charge.price_cents, rules.confirmation, actor.role),
        starts_at=wish.start,
        ends_at=wish.start + timedelta(seconds=rules.terms.length),
        manage_url=links.url(reference, tokens.link_token(once.request, UUID(int=0), 1)),
    )


@dataclass(frozen=True)
class Party:
    """Whose booking it is; a guest's rows are still to be written."""

    client_id: UUID
    account_id: UUID
    rows: Sequence[New] = ()
    # That opens the account, for the letter: whoever reads it has proven the e-mail.
    link: str = ""


def _party(
    session: Session,
    actor: Actor,
    rules: Rules,
    wish: Wish,
    guest: Guest | None,
    client_id: UUID | None,
) -> Party:
    """Let through by the gate."""
    if actor.role is Role.PUBLIC:
        clients.require_open(session, actor, rules.needs)
        return _provisional(session, wish, require(guest))
    wanted = actor.client_id if actor.role is Role.CLIENT else client_id
    client = require(session.exec(access.clients(actor).where(Client.id == wanted)).one_or_none())
    clients.require_open_for(session, actor, client, rules.needs)
    if actor.role is Role.CLIENT and _holds_one(session, client):
        raise HoldOpen
    return Party(client.id, client.account_id)


def _holds_one(session: Session, client: Client) -> bool:
    held = select(Booking.id).where(Booking.client_id == client.id, Booking.status == Status.HELD)
    return session.exec(held).first() is not None


def _provisional(session: Session, wish: Wish, guest: Guest) -> Party:
    """Never attached to somebody known: what a guest writes is proven by nothing yet."""
    _require_within_limits(session, guest)
    ring = vault.ring()
    account_id, client_id = new_id(), new_id()
    account = new(
        Account,
        id=account_id,
        email=private.seal(Account, "email", account_id, guest.email),
        email_index=ring.index("email", guest.email),
        language=wish.language,
        zone=wish.zone,
    )
    client = new(
        Client,
        id=client_id,
        account_id=account_id,
        provisional=True,
        name=private.seal(Client, "name", client_id, guest.name),
        phone=private.seal(Client, "phone", client_id, guest.phone),
        phone_index=ring.index("phone", guest.phone),
    )
    consent = new(Consent, client_id=client_id, version=guest.privacy_version)
    link, token = sign_in_links.new_link(account_id)
    return Party(client_id, account_id, [account, client, consent, link], sign_in_links.url(token))


def _require_within_limits(session: Session, guest: Guest) -> None:
    """Counted in the calendar's own transaction, so that no two slip through together."""
    limits = settings.current().limits
    if not limits.are_on:
        return
    lately = select(Booking.created_at).order_by(col(Booking.created_at).desc())
    under_email = (
        lately.join(Client, col(Client.id) == Booking.client_id)
        .join(Account, col(Account.id) == Client.account_id)
        .join(BookingEvent, col(BookingEvent.booking_id) == Booking.id)
        .where(
            col(Account.email_index).in_(vault.ring().indexes("email", guest.email)),
            BookingEvent.what == "booked",
            # By a guest, proven meanwhile or not.
            col(BookingEvent.actor).startswith(f"{Role.PUBLIC}:"),
        )
    )
    from_there = lately.where(Booking.origin == guest.origin, col(Booking.status).in_(OPEN))
    with acting_as(session, SYSTEM):
        of_email = _too_many(session, under_email, limits.calls_per_email)
        of_network = guest.origin and _too_many(session, from_there, limits.calls_per_address)
    if of_email:
        # The whole wait, always: the exact one would tell a stranger when somebody booked.
        raise TooMany(ceil(limits.calls_per_email.within.total_seconds()))
    if of_network:
        wait = of_network[-1] + limits.calls_per_address.within - clock.now()
        raise TooMany(max(1, ceil(wait.total_seconds())))


def _too_many(session: Session, lately: SelectOfScalar[datetime], rate: Rate) -> Sequence[datetime]:
    """Those that count, newest first, if they are as many as may be."""
    inside = lately.where(col(Booking.created_at) > clock.now() - rate.within).limit(rate.count)
    found = session.exec(inside).all()
    return found if len(found) == rate.count else ()


def _place(rules: Rules, wanted: Place | None) -> Place:
    if wanted is None and len(rules.places) == 1:
        return Place(rules.places[0])
    if wanted is None or wanted not in rules.places:
        raise Invalid({"place": N_("Please choose where or how we meet.")})
    return wanted


def _take(
    session: Session,
    actor: Actor,
    rules: Rules,
    start: datetime,
    place: Place,
    *,
    despite_block: bool,
) -> Appointment:
    """The appointment, if the time can be had."""
    if rules.is_group:
        return find_group(session, actor, rules, start)
    availability.require_free(session, actor, rules, start, despite_block=despite_block)
    taken = new_appointment(rules, start)
    taken.video_link = rules.video_room_url if place is Place.VIDEO else None
    # Theirs only when a booking says so, which comes next.
    with acting_as(session, SYSTEM):
        is_ours = session.connection().execute(TAKE, values_of(taken)).first() is not None
    if not is_ours:
        raise SlotTaken
    return taken


def new_appointment(rules: Rules, start: datetime) -> Appointment:
    begin = hours.seconds(start)
    low, high = rules.terms.around(begin)
    return Appointment(
        session_type_id=rules.id,
        starts_at=hours.moment(begin),
        ends_at=hours.moment(begin + rules.terms.length),
        during=Range(hours.moment(low), hours.moment(high), bounds="[)"),
    )


def find_group(
    session: Session, actor: Actor, rules: Rules, start: datetime, *, without: UUID | None = None
) -> Appointment:
    """A group's appointment is there before; notice and horizon bind clients only."""
    if actor.role is not Role.THERAPIST:
        day = hours.day_in(rules.zone, hours.seconds(start))
        offer = availability.offered(session, actor, rules, day, day, without=without)
        if not any(hours.moment(at) == start for at, _ in offer):
            raise SlotTaken
    with acting_as(session, SYSTEM):
        found = session.exec(
            select(Appointment).where(
                Appointment.session_type_id == rules.id,
                Appointment.starts_at == start,
                Appointment.group_status == GroupStatus.OPEN,
            )
        ).first()
        is_full = found is not None and places_taken(session, found) >= found.capacity
    if found is None:
        raise NotOffered
    if is_full:
        raise SlotTaken
    return found


def places_taken(session: Session, appointment: Appointment) -> int:
    taken = select(func.count()).where(
        Booking.appointment_id == appointment.id, col(Booking.status).in_(LIVE)
    )
    return session.exec(taken).one()


def _booking(
    actor: Actor,
    rules: Rules,
    wish: Wish,
    party: Party,
    appointment: Appointment,
    place: Place,
) -> Booking:
    row, charge = new_id(), rules.charge
    status = first_status(charge.price_cents, rules.confirmation, actor.role)
    people = "\n".join(inputs.participants("participants", wish.participants))
    return Booking(
        id=row,
        appointment_id=appointment.id,
        session_type_id=rules.id,
        client_id=party.client_id,
        reference=tokens.new_reference(),
        status=status,
        place=place,
        discovery=rules.needs is Stage.NEW,
        participants=private.seal_if(Booking, "participants", row, people),
        note=private.seal_if(Booking, "note", row, wish.note),
        price_cents=charge.price_cents,
        currency=charge.currency,
        free_hours=charge.free_hours,
        late_percent=charge.late_percent,
        hold_expires_at=lapses_at(
            status,
            now=clock.now(),
            start=appointment.starts_at,
            notice=timedelta(seconds=rules.terms.notice),
        ),
        zone=wish.zone,
        language=wish.language,
    )


def find_answer(session: Session, _actor: Actor, *, once: Once | None) -> Booked | None:
    """The same request under the same key gets the first answer again, as it was then."""
    if once is None:
        return None
    kept = session.exec(
        select(IdempotencyKey).where(
            IdempotencyKey.scope == once.scope,
            IdempotencyKey.key == once.key,
            col(IdempotencyKey.booking_id).is_not(None),
            col(IdempotencyKey.created_at) > clock.now() - KEPT,
        )
    ).one_or_none()
    if kept is None:
        return None
    if kept.request != once.request:
        raise KeyReused
    # Whoever knows key and request is who booked.
    with acting_as(session, SYSTEM):
        booking, event = session.exec(
            select(Booking, BookingEvent)
            .join(BookingEvent, col(BookingEvent.booking_id) == Booking.id)
            .where(Booking.id == kept.booking_id, BookingEvent.what == "booked")
        ).one()
    return Booked(
        reference=booking.reference,
        status=Status(event.to_status),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        manage_url=links.manage_url(booking),
    )


def _keep_answer(session: Session, once: Once, booking: Booking) -> None:
    values = {"request": once.request, "booking_id": booking.id, "created_at": clock.now()}
    session.connection().execute(
        insert(IdempotencyKey)
        .values(scope=once.scope, key=once.key, **values)
        .on_conflict_do_update(index_elements=["scope", "key"], set_=values)
    )


def read_guest(
    session: Session, _actor: Actor, *, form: Mapping[str, str], origin: bytes | None
) -> Guest:
    """What a guest wrote, made clean before anybody waits at the gate for it."""
    country = session.exec(select(Practice.country)).first() or ""
    reading = inputs.Reading()
    found = Guest(
        name=reading.read(inputs.name, "name", form["name"], ""),
        email=reading.read(inputs.email, "email", form["email"], ""),
        phone=reading.read(partial(inputs.phone, country=country), "phone", form["phone"], ""),
        privacy_version=form["privacy_version"],
        origin=origin,
    )
    if found.privacy_version != current_privacy(session):
        reading.wrong["privacy_version"] = N_("Please read the privacy text and agree to it.")
    reading.finish()
    return found


def current_privacy(session: Session) -> str | None:
    """The version in force on the practice's own day."""
    zone = session.exec(select(Practice.zone)).first()
    today = clock.now().astimezone(ZoneInfo(zone or "UTC")).date()
    return session.exec(
        select(PrivacyText.version)
        .where(col(PrivacyText.effective_on) <= today)
        .order_by(col(PrivacyText.effective_on).desc())
        .limit(1)
    ).first()
