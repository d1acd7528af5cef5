"""Books: fetches, lets the engine and the gate decide, and writes all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range, insert
from sqlmodel import Session, col, func, select

from practice import clock
from practice.db import Again, acting_as, changes_calendar
from practice.domain import inputs
from practice.domain import links as domain_links
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.availability import hours
from practice.domain.booking import references
from practice.domain.booking.policy import lapses_at
from practice.domain.booking.refusals import AlreadyThere, HoldOpen, NotOffered, SlotTaken
from practice.domain.booking.status import LIVE, GroupStatus, Place, Status, first_status
from practice.domain.clients.stages import Stage
from practice.domain.errors import N_, Invalid
from practice.models import sealed
from practice.models.base import values_of
from practice.models.booking import ONE_PLACE, OVERLAP, Appointment, Booking
from practice.models.clients import Client
from practice.services import access, audit, constraints
from practice.services.access import require
from practice.services.availability import rules as availability_rules
from practice.services.availability import slots
from practice.services.availability.rules import Rules
from practice.services.booking import idempotency
from practice.services.booking import status as booking_status
from practice.services.clients import gate, guests
from practice.services.inserts import write
from practice.services.links import management
from practice.services.rate_limits import Once

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


@changes_calendar
def book(
    session: Session,
    actor: Actor,
    wish: Wish,
    *,
    guest: guests.Guest | None = None,
    client_id: UUID | None = None,
    once: Once | None = None,
    despite_block: bool = False,
) -> idempotency.Booked:
    """For a guest, for the client who is signed in, or by the therapist for one of hers."""
    repeated = idempotency.find(session, actor, once=once)
    if repeated:
        return repeated
    rules = availability_rules.find(session, actor, wish.slug)
    party = _party(session, actor, rules, wish, guest, client_id)
    place = _place(rules, wish.place)
    appointment = _take(session, actor, rules, wish.start, place, despite_block=despite_block)
    booking = _booking(actor, rules, wish, party, appointment, place)
    if guest:
        booking.origin = guest.origin
        booking.origin_site = guest.origin_site
        booking.origin_region = guest.origin_region
        booking.contact = sealed.seal(Booking, "contact", booking.id, guest.contact)
    event = booking_status.new_event(actor, booking, appointment, "booked")
    noted = audit.entry(actor, "booked", booking, status=booking.status)
    promised = booking_status.news(
        session, booking, event, party.account_id, is_new=bool(party.rows), link=party.link
    )
    with constraints.mapped(REFUSALS):
        write(session, [*party.rows, booking, event, noted, *promised])
    if once:
        idempotency.keep(session, once, booking)
    return idempotency.answer(booking, appointment)


def pretend(session: Session, actor: Actor, wish: Wish, *, once: Once) -> idempotency.Booked:
    """What a machine that fills every field gets: a success that books nothing, and the same one
    for the same request."""
    rules = availability_rules.find(session, actor, wish.slug)
    gate.require_open(session, actor, rules.needs)
    _place(rules, wish.place)
    reference = references.reference_from(once.request[:8])
    return idempotency.Booked(
        reference=reference,
        status=first_status(rules.charge.price_cents, rules.confirmation, actor.role),
        starts_at=wish.start,
        ends_at=wish.start + timedelta(seconds=rules.terms.length),
        manage_url=management.url(reference, domain_links.link_token(once.request, UUID(int=0), 1)),
    )


def _party(
    session: Session,
    actor: Actor,
    rules: Rules,
    wish: Wish,
    guest: guests.Guest | None,
    client_id: UUID | None,
) -> guests.Party:
    """Let through by the gate."""
    if actor.role is Role.PUBLIC:
        gate.require_open(session, actor, rules.needs)
        return guests.welcome(session, require(guest), language=wish.language, zone=wish.zone)
    wanted = actor.client_id if actor.role is Role.CLIENT else client_id
    client = require(session.exec(access.clients(actor).where(Client.id == wanted)).one_or_none())
    gate.require_open_for(session, actor, client, rules.needs)
    if actor.role is Role.CLIENT and _holds_one(session, client):
        raise HoldOpen
    return guests.Party(client.id, client.account_id)


def _holds_one(session: Session, client: Client) -> bool:
    held = select(Booking.id).where(Booking.client_id == client.id, Booking.status == Status.HELD)
    return session.exec(held).first() is not None


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
    slots.require_free(session, actor, rules, start, despite_block=despite_block)
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
        offer = slots.offered(session, actor, rules, day, day, without=without)
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
    party: guests.Party,
    appointment: Appointment,
    place: Place,
) -> Booking:
    row, charge = party.booking_id, rules.charge
    status = first_status(charge.price_cents, rules.confirmation, actor.role)
    people = "\n".join(inputs.participants("participants", wish.participants))
    return Booking(
        id=row,
        appointment_id=appointment.id,
        session_type_id=rules.id,
        client_id=party.client_id,
        reference=references.new_reference(),
        status=status,
        place=place,
        discovery=rules.needs is Stage.NEW,
        participants=sealed.seal_if(Booking, "participants", row, people),
        note=sealed.seal_if(Booking, "note", row, wish.note),
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
