"""Whose guest bookings are: the mailbox's owner is asked about each, and only a yes attaches."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select, update

from practice import clock, vault
from practice.db import changes_calendar
from practice.domain.actors import Actor, Role
from practice.domain.booking.status import OPEN, Status
from practice.domain.errors import NotFound
from practice.i18n import _
from practice.models import sealed
from practice.models.accounts import Account, BrowserSession, SigninLink
from practice.models.booking import Appointment, Booking
from practice.models.clients import Client, Relationship
from practice.services import audit
from practice.services.access import require
from practice.services.accounts import merging, sessions
from practice.services.booking import status


@dataclass(frozen=True)
class Proven:
    """The account an e-mail opens now, and what its owner still has to say."""

    account_id: UUID
    # The calls among which the person has to choose.
    two_calls: tuple[str, ...] = ()
    # How many guests under this e-mail nobody has answered for yet.
    unanswered: int = 0
    # Nobody is under this account, and nobody will be.
    is_nobody: bool = False
    # Somebody is under this account who books for themselves.
    has_person: bool = True


@dataclass(frozen=True)
class Question:
    """A booking that somebody made under this e-mail: was it its owner?"""

    reference: str
    starts_at: datetime
    booked_at: datetime
    # As it was typed; the letter to this mailbox has said it already.
    name: str
    zone: str


@dataclass(frozen=True)
class Call:
    """One of the first calls among which a person has to choose."""

    reference: str
    starts_at: datetime
    zone: str


@changes_calendar
def prove_email(
    session: Session,
    actor: Actor,
    *,
    account_id: UUID,
    booking_id: UUID | None = None,
    keep: str | None = None,
) -> Proven:
    """The link's POST, done by the system: whoever reads this mailbox owns the account. What
    guests booked under it is attached by an answer alone; a link that names a booking brings the
    answer to that one along."""
    _require_system(actor)
    owner = _owner(session, require(session.get(Account, account_id)))
    if booking_id:
        _claim(session, actor, owner, booking_id)
    audit.note(session, actor, "email_proven", owner)
    return _bring_together(session, actor, owner, keep)


@changes_calendar
def answer(
    session: Session, actor: Actor, *, account_id: UUID, reference: str, was_me: bool
) -> Proven:
    """To "was this you?". A booking that is not under this e-mail, or was answered for already,
    changes nothing."""
    _require_system(actor)
    owner = require(session.get(Account, account_id))
    booking = session.exec(select(Booking).where(Booking.reference == reference)).one_or_none()
    if booking and was_me:
        _claim(session, actor, owner, booking.id)
    elif booking:
        _deny(session, actor, owner, booking.id)
    proven = _bring_together(session, actor, owner)
    if proven.is_nobody:
        _forget(session, actor, owner)
    return proven


@changes_calendar
def deny(session: Session, actor: Actor, *, account_id: UUID, booking_id: UUID) -> None:
    """From the booking's own letter, by somebody who does not sign in for that."""
    _require_system(actor)
    _deny(session, actor, require(session.get(Account, account_id)), booking_id)


def list_questions(session: Session, _actor: Actor, *, account_id: UUID) -> list[Question]:
    """One for each guest under this e-mail: the first that they booked."""
    return _questions(session, require(session.get(Account, account_id)))


def find_question(session: Session, _actor: Actor, *, booking_id: UUID) -> Question | None:
    """About the booking whose letter brought a link; None once it was answered."""
    booking = require(session.get(Booking, booking_id))
    guest = require(session.get(Client, booking.client_id))
    if not guest.provisional or guest.claimed is not None:
        return None
    return _question(session, require(session.get(Account, guest.account_id)), guest)


def list_calls(session: Session, _actor: Actor, *, account_id: UUID) -> list[Call]:
    """The open first calls of whoever owns this mailbox, as far as they are theirs."""
    owner = require(session.get(Account, account_id))
    person = person_of(session, owner)
    people = [*([person] if person else []), *_claimed_by(session, owner)]
    calls = merging.open_calls(session, people)
    rows = session.exec(
        select(Booking, Appointment.starts_at)
        .join(Appointment, col(Appointment.id) == Booking.appointment_id)
        .where(col(Booking.id).in_([call.id for call in calls]))
        .order_by(col(Appointment.starts_at))
    )
    return [Call(booking.reference, starts_at, owner.zone) for booking, starts_at in rows]


def guests_of(session: Session, owner: Account) -> list[Client]:
    """Every provisional client under this e-mail, the owner's own first."""
    indexes = vault.ring().indexes("email", sealed.read(owner, "email"))
    guests = session.exec(
        select(Client)
        .join(Account)
        .where(col(Account.email_index).in_(indexes), Client.provisional)
        .order_by(col(Client.created_at))
    ).all()
    return sorted(guests, key=lambda guest: guest.account_id != owner.id)


def _require_system(actor: Actor) -> None:
    if actor.role is not Role.SYSTEM:
        raise NotFound


def _questions(session: Session, owner: Account) -> list[Question]:
    guests = [guest for guest in guests_of(session, owner) if guest.claimed is None]
    return [question for guest in guests if (question := _question(session, owner, guest))]


def _question(session: Session, owner: Account, guest: Client) -> Question | None:
    row = session.exec(
        select(Booking, Appointment.starts_at)
        .join(Appointment, col(Appointment.id) == Booking.appointment_id)
        .where(Booking.client_id == guest.id)
        .order_by(col(Booking.created_at))
    ).first()
    if row is None:
        return None
    booking, starts_at = row
    name = sealed.read(guest, "name")
    return Question(booking.reference, starts_at, booking.created_at, name, owner.zone)


def _unanswered(session: Session, owner: Account, booking_id: UUID) -> Client | None:
    """The guest of this booking, as long as nobody answered for it."""
    booking = require(session.get(Booking, booking_id))
    guests = guests_of(session, owner)
    mine = (guest for guest in guests if guest.id == booking.client_id)
    return next((guest for guest in mine if guest.claimed is None), None)


def _claim(session: Session, actor: Actor, owner: Account, booking_id: UUID) -> None:
    if guest := _unanswered(session, owner, booking_id):
        guest.claimed = True
        audit.note(session, actor, "claimed", guest)


def _deny(session: Session, actor: Actor, owner: Account, booking_id: UUID) -> None:
    """Whoever reads the mailbox could cancel the call by its letter: a no does that, and the
    therapist hears of it like of any cancellation. What she arranged herself stays, and so does
    what has begun: only she knows what came of it."""
    guest = _unanswered(session, owner, booking_id)
    if guest is None:
        return
    guest.claimed = False
    _void_links(session, guest)
    hand = Actor(Role.CLIENT, owner.id, guest.id)
    why = _("Whoever reads this mailbox says that it was not them who booked.")
    for call in merging.open_calls(session, [guest]):
        if call.status in OPEN and _is_ahead(session, call):
            status.change(session, hand, call, Status.CANCELLED, why=why)
    merging.revoke_links(session, guest.id)
    audit.note(session, actor, "disowned", guest)


def _is_ahead(session: Session, call: Booking) -> bool:
    appointment = require(session.get(Appointment, call.appointment_id))
    return clock.now() < appointment.starts_at


def _void_links(session: Session, guest: Client) -> None:
    """What letters to this guest would still open."""
    session.exec(
        update(SigninLink)
        .where(
            col(SigninLink.account_id) == guest.account_id,
            col(SigninLink.used_at).is_(None),
            col(SigninLink.voided_at).is_(None),
        )
        .values(voided_at=clock.now())
    )


def _bring_together(
    session: Session, actor: Actor, owner: Account, keep: str | None = None
) -> Proven:
    """Two open calls wait for a choice; everything else that is theirs comes together at once."""
    unanswered = len(_questions(session, owner))
    claimed = _claimed_by(session, owner)
    person = person_of(session, owner)
    if person is None and claimed:
        person = merging.become(session, claimed[0], owner)
        claimed = claimed[1:]
        seat(session, owner.id, person)
    if person is None:
        is_nobody = not unanswered and _is_nobody(session, owner)
        return Proven(owner.id, (), unanswered, is_nobody, has_person=False)
    calls = merging.open_calls(session, [person, *claimed])
    if len(calls) > 1 and keep in {call.reference for call in calls}:
        hand = Actor(Role.CLIENT, owner.id, person.id)
        calls = merging.keep_one(session, hand, calls, keep)
    undecided = {call.client_id for call in calls} if len(calls) > 1 else set[UUID]()
    for guest in claimed:
        if guest.id not in undecided:
            merging.attach(session, actor, guest, person)
    two_calls = tuple(call.reference for call in calls) if undecided else ()
    return Proven(owner.id, two_calls, unanswered)


def _claimed_by(session: Session, owner: Account) -> list[Client]:
    return [guest for guest in guests_of(session, owner) if guest.claimed]


def _owner(session: Session, account: Account) -> Account:
    """The account this e-mail opens: the proven one, or this one from now on."""
    indexes = vault.ring().indexes("email", sealed.read(account, "email"))
    proven = session.exec(
        select(Account).where(
            col(Account.email_index).in_(indexes), col(Account.email_proven_at).is_not(None)
        )
    ).first()
    if proven:
        return proven
    account.email_proven_at = clock.now()
    session.flush()
    return account


def person_of(session: Session, owner: Account) -> Client | None:
    """Who books as a guest books for themselves: never for a child under the same account."""
    known = session.exec(
        select(Client)
        .where(
            Client.account_id == owner.id,
            ~col(Client.provisional),
            Client.relationship == Relationship.SELF,
        )
        .order_by(col(Client.created_at))
    )
    return known.first()


def seat(session: Session, account_id: UUID, person: Client) -> None:
    """Browsers that were signed in before there was anybody look at this person from now on."""
    session.exec(
        update(BrowserSession)
        .where(
            col(BrowserSession.account_id) == account_id, col(BrowserSession.client_id).is_(None)
        )
        .values(client_id=person.id)
    )


def _is_nobody(session: Session, owner: Account) -> bool:
    """Guests alone are under this account. Where there is not even a guest, whoever reads the
    mailbox came to book, and has still to say who they are."""
    people = session.exec(select(Client.provisional).where(Client.account_id == owner.id)).all()
    return bool(people) and all(people) and not sessions.is_therapist(session, owner.id)


def _forget(session: Session, actor: Actor, owner: Account) -> None:
    """A stranger wrote this address here, and its owner wants nothing of it."""
    owner.email_proven_at = None
    session.exec(
        update(BrowserSession)
        .where(col(BrowserSession.account_id) == owner.id, col(BrowserSession.ended_at).is_(None))
        .values(ended_at=clock.now())
    )
    audit.note(session, actor, "email_disowned", owner)
