"""Two clients who turned out to be one person: how one takes over what the other has."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, delete, select, update

from practice import vault
from practice.db import changes_calendar
from practice.domain.accounts.refusals import TwoOpenCalls
from practice.domain.actors import Actor
from practice.domain.booking.refusals import AlreadyThere, NotPossibleNow
from practice.domain.booking.status import OPEN, Status
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import ONE_PLACE, Booking
from practice.models.clients import Client, Consent
from practice.models.messages import Notice, Thread
from practice.services import access, audit, constraints
from practice.services.access import require
from practice.services.booking import status


class Hint(StrEnum):
    """Why two clients may be one person. A telephone is shared by families, so it is less."""

    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True)
class Likeness:
    client_id: UUID
    hint: Hint


def find_likely(session: Session, actor: Actor, *, client_id: UUID) -> list[Likeness]:
    """ "Probably the same person as …", for the therapist's eyes."""
    access.require_therapist(actor)
    client = require(session.get(Client, client_id))
    account = require(session.get(Account, client.account_id))
    # Under every key: rotation may not have reached the other yet.
    emails = vault.ring().indexes("email", sealed.read(account, "email"))
    alike = col(Account.email_index).in_(emails)
    if phone := sealed.read(client, "phone"):
        alike = alike | col(Client.phone_index).in_(vault.ring().indexes("phone", phone))
    others = (
        select(Client, Account.email_index)
        .join(Account)
        # Who shares an account is a family, and known to be apart.
        .where(col(Client.account_id) != client.account_id, alike)
        .order_by(col(Client.created_at))
    )
    return [
        Likeness(one.id, Hint.EMAIL if index in emails else Hint.PHONE)
        for one, index in session.exec(others)
    ]


@changes_calendar
def merge(
    session: Session, actor: Actor, *, client_id: UUID, into: UUID, keep: str | None = None
) -> None:
    """By the therapist, who knows both."""
    access.require_therapist(actor)
    guest, target = require(session.get(Client, client_id)), require(session.get(Client, into))
    if not guest.provisional or guest.id == target.id:
        raise NotPossibleNow
    calls = open_calls(session, [guest, target])
    if len(calls) > 1:
        if keep not in {one.reference for one in calls}:
            raise TwoOpenCalls([one.reference for one in calls])
        keep_one(session, actor, calls, keep)
    attach(session, actor, guest, target)


def become(session: Session, guest: Client, owner: Account) -> Client:
    """The first of this account to book for themselves: the guest becomes the client."""
    left_behind = guest.account_id
    guest.provisional = False
    guest.account_id = owner.id
    session.flush()
    leave(session, left_behind, owner.id)
    return guest


def attach(session: Session, actor: Actor, guest: Client, target: Client) -> None:
    """Whoever wrote the guest's bookings may be somebody else: their links open nothing more."""
    revoke_links(session, guest.id)
    bookings = update(Booking).where(col(Booking.client_id) == guest.id)
    # In the order of the gate: the calls, what they opened, and what came after.
    session.exec(bookings.where(col(Booking.discovery)).values(client_id=target.id))
    _take_facts(guest, target)
    session.flush()
    with constraints.mapped({ONE_PLACE: AlreadyThere}):
        session.exec(bookings.values(client_id=target.id))
    _take_consents(session, guest, target)
    _take_thread(session, guest, target)
    audit.note(session, actor, "merged", target, guest=str(guest.id))
    left_behind = guest.account_id
    session.delete(guest)
    session.flush()
    leave(session, left_behind, target.account_id)


def revoke_links(session: Session, client_id: UUID) -> None:
    session.flush()
    session.exec(
        update(Booking)
        .where(col(Booking.client_id) == client_id)
        .values(link_version=col(Booking.link_version) + 1)
    )


def leave(session: Session, account_id: UUID, for_account: UUID) -> None:
    """An account that nobody is under any more goes; what it was told goes along."""
    is_needed = session.exec(select(Client.id).where(Client.account_id == account_id)).first()
    if is_needed or account_id == for_account:
        return
    session.exec(
        update(Notice).where(col(Notice.account_id) == account_id).values(account_id=for_account)
    )
    session.exec(delete(Account).where(col(Account.id) == account_id))


def open_calls(session: Session, people: Sequence[Client]) -> list[Booking]:
    return list(
        session.exec(
            select(Booking)
            .where(
                col(Booking.client_id).in_([one.id for one in people]),
                Booking.discovery,
                col(Booking.status).in_(OPEN),
            )
            .order_by(col(Booking.created_at))
        )
    )


def keep_one(
    session: Session, hand: Actor, calls: Sequence[Booking], keep: str | None
) -> list[Booking]:
    """One open call per client: the person picks which, and the others are cancelled."""
    for one in calls:
        if one.reference != keep:
            status.change(session, hand, one, Status.CANCELLED)
    session.flush()
    return [one for one in calls if one.reference == keep]


def _take_facts(guest: Client, target: Client) -> None:
    """What is known of the target stays; what only the guest's history knows is added."""
    if target.discovery_completed_at is None and guest.discovery_completed_at is not None:
        target.discovery_completed_at = guest.discovery_completed_at
        target.discovery_source = guest.discovery_source
        reason = sealed.read(guest, "discovery_reason")
        target.discovery_reason = sealed.seal_if(Client, "discovery_reason", target.id, reason)
    target.intake_completed_at = target.intake_completed_at or guest.intake_completed_at
    target.paused_at = target.paused_at or guest.paused_at
    target.ended_at = target.ended_at or guest.ended_at
    phone = sealed.read(guest, "phone")
    if target.phone is None and phone:
        target.phone = sealed.seal(Client, "phone", target.id, phone)
        target.phone_index = vault.ring().index("phone", phone)


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
