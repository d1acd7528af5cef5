"""Two clients who turned out to be one person: a proven e-mail says so, or the therapist does."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, delete, select, update

from practice import clock, vault
from practice.db import changes_calendar
from practice.domain.actors import Actor, Role
from practice.domain.bookings import OPEN, Status
from practice.domain.errors import NotFound
from practice.domain.refusals import NotPossibleNow, TwoOpenCalls
from practice.models import private
from practice.models.bookings import Booking
from practice.models.messages import Notice, Thread
from practice.models.people import Account, Client, Consent, Relationship
from practice.services import audit, transitions
from practice.services.access import require


class Hint(StrEnum):
    """Why two clients may be one person. A telephone is shared by families, so it is less."""

    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True)
class Likeness:
    client_id: UUID
    hint: Hint


@dataclass(frozen=True)
class Proven:
    """The account an e-mail opens now, and the calls among which the person has to choose."""

    account_id: UUID
    two_calls: tuple[str, ...] = ()


def find_likely(session: Session, actor: Actor, *, client_id: UUID) -> list[Likeness]:
    """ "Probably the same person as …", for the therapist's eyes."""
    _require_therapist(actor)
    client = require(session.get(Client, client_id))
    email = require(session.get(Account, client.account_id)).email_index
    others = (
        select(Client, Account.email_index)
        .join(Account)
        .where(col(Client.id) != client.id)
        .where(
            (col(Account.email_index) == email) | (col(Client.phone_index) == client.phone_index)
        )
        .order_by(col(Client.created_at))
    )
    return [
        Likeness(one.id, Hint.EMAIL if index == email else Hint.PHONE)
        for one, index in session.exec(others)
    ]


@changes_calendar
def prove_email(
    session: Session, actor: Actor, *, account_id: UUID, keep: str | None = None
) -> Proven:
    """The link's POST: whoever reads this mailbox owns what guests booked under it."""
    account = require(session.get(Account, account_id))
    owner = _owner(session, account)
    two_calls: tuple[str, ...] = ()
    for guest in _guests_of(session, account, owner):
        try:
            _settle(session, actor, guest, owner, keep)
        except TwoOpenCalls as choice:
            two_calls = choice.references
    audit.note(session, actor, "email_proven", owner)
    return Proven(owner.id, two_calls)


@changes_calendar
def merge(
    session: Session, actor: Actor, *, client_id: UUID, into: UUID, keep: str | None = None
) -> None:
    """By the therapist, who knows both."""
    _require_therapist(actor)
    guest, target = require(session.get(Client, client_id)), require(session.get(Client, into))
    if not guest.provisional or guest.id == target.id:
        raise NotPossibleNow
    _merge(session, actor, guest, target, keep)


def _owner(session: Session, account: Account) -> Account:
    """The account this e-mail opens: the proven one, or this one from now on."""
    indexes = vault.ring().indexes("email", private.read(account, "email"))
    proven = select(Account).where(
        col(Account.email_index).in_(indexes), col(Account.email_proven_at).is_not(None)
    )
    found = session.exec(proven).first()
    if found:
        return found
    account.email_proven_at = clock.now()
    session.flush()
    return account


def _guests_of(session: Session, account: Account, owner: Account) -> list[Client]:
    """Every provisional client under this e-mail, the owner's own first."""
    indexes = vault.ring().indexes("email", private.read(account, "email"))
    found = session.exec(
        select(Client)
        .join(Account)
        .where(col(Account.email_index).in_(indexes), Client.provisional)
        .order_by(col(Client.created_at))
    ).all()
    return sorted(found, key=lambda one: one.account_id != owner.id)


def _settle(
    session: Session, actor: Actor, guest: Client, owner: Account, keep: str | None
) -> None:
    target = _person_of(session, owner)
    if target is None:
        # The first of this account: the guest becomes the client.
        guest.provisional = False
        guest.account_id = owner.id
        session.flush()
    else:
        _merge(session, actor, guest, target, keep)


def _person_of(session: Session, owner: Account) -> Client | None:
    """Who books as a guest books for themselves."""
    known = session.exec(
        select(Client)
        .where(Client.account_id == owner.id, ~col(Client.provisional))
        .order_by(col(Client.relationship) != Relationship.SELF, col(Client.created_at))
    )
    return known.first()


def _merge(session: Session, actor: Actor, guest: Client, target: Client, keep: str | None) -> None:
    _keep_one_call(session, actor, guest, target, keep)
    session.exec(
        update(Booking).where(col(Booking.client_id) == guest.id).values(client_id=target.id)
    )
    _take_facts(guest, target)
    session.flush()
    _take_consents(session, guest, target)
    _take_thread(session, guest, target)
    session.exec(
        update(Notice)
        .where(col(Notice.account_id) == guest.account_id)
        .values(account_id=target.account_id)
    )
    audit.note(session, actor, "merged", target, guest=str(guest.id))
    left_behind = guest.account_id
    session.delete(guest)
    session.flush()
    is_empty = not session.exec(select(Client.id).where(Client.account_id == left_behind)).first()
    if is_empty:
        session.exec(delete(Account).where(col(Account.id) == left_behind))


def _keep_one_call(
    session: Session, actor: Actor, guest: Client, target: Client, keep: str | None
) -> None:
    """One open call per client: the person picks which, and the other is cancelled."""
    calls = session.exec(
        select(Booking)
        .where(
            col(Booking.client_id).in_([guest.id, target.id]),
            Booking.discovery,
            col(Booking.status).in_(OPEN),
        )
        .order_by(col(Booking.created_at))
    ).all()
    if len(calls) < 2:
        return
    if keep not in {one.reference for one in calls}:
        raise TwoOpenCalls([one.reference for one in calls])
    for one in calls:
        if one.reference != keep:
            hand = actor if actor.role is Role.THERAPIST else Actor(Role.CLIENT)
            transitions.change(session, hand, one, Status.CANCELLED)
    session.flush()


def _take_facts(guest: Client, target: Client) -> None:
    """What is known of the target stays; what only the guest's history knows is added."""
    if target.discovery_completed_at is None and guest.discovery_completed_at is not None:
        target.discovery_completed_at = guest.discovery_completed_at
        target.discovery_source = guest.discovery_source
        reason = private.read(guest, "discovery_reason")
        target.discovery_reason = private.seal_if(Client, "discovery_reason", target.id, reason)
        target.paused_at = target.paused_at or guest.paused_at
        target.ended_at = target.ended_at or guest.ended_at
    if target.phone is None:
        target.phone = private.seal_if(Client, "phone", target.id, private.read(guest, "phone"))
        target.phone_index = guest.phone_index


def _take_consents(session: Session, guest: Client, target: Client) -> None:
    known = set(session.exec(select(Consent.version).where(Consent.client_id == target.id)))
    for given in session.exec(select(Consent).where(Consent.client_id == guest.id)):
        if given.version not in known:
            session.add(
                Consent(client_id=target.id, version=given.version, given_at=given.given_at)
            )


def _take_thread(session: Session, guest: Client, target: Client) -> None:
    if session.exec(select(Thread.id).where(Thread.client_id == target.id)).first() is None:
        session.exec(
            update(Thread).where(col(Thread.client_id) == guest.id).values(client_id=target.id)
        )


def _require_therapist(actor: Actor) -> None:
    if actor.role is not Role.THERAPIST:
        raise NotFound
