"""Newcomers: who proves an e-mail before anything is booked, and says then who they are."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from sqlmodel import Session, select

from practice import vault
from practice.clock import new_id
from practice.domain import inputs
from practice.domain.actors import Actor, Role
from practice.domain.errors import N_, NotFound
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.clients import Client, Consent
from practice.models.content import Practice
from practice.services import audit
from practice.services.access import require
from practice.services.accounts import attach, sessions, sign_in
from practice.services.clients import guests
from practice.services.inserts import write


def expect(session: Session, actor: Actor, *, email: str, language: str, zone: str) -> None:
    """An account for the letter's link, and nothing of what else was typed: anybody can type it
    under anybody's address. Where the address is known, nothing is written, and nobody is told
    which."""
    _require_system(actor)
    if not sign_in.is_known_address(session, email):
        write(session, [guests.new_account(new_id(), email, language, zone)])


def is_new(session: Session, actor: Actor, *, account_id: UUID) -> bool:
    """The mailbox is proven, every question about it is answered, and nobody is under it."""
    owner = require(session.get(Account, account_id))
    return (
        owner.email_proven_at is not None
        and not sessions.is_therapist(session, account_id)
        and attach.person_of(session, owner) is None
        and not attach.list_questions(session, actor, account_id=account_id)
    )


def find_privacy(session: Session, _actor: Actor) -> str | None:
    """The version of the text that they agree to."""
    return guests.current_privacy(session)


def introduce(session: Session, actor: Actor, *, account_id: UUID, form: Mapping[str, str]) -> None:
    """Typed by whoever reads the mailbox, so it is theirs. Sent again it changes nothing."""
    _require_system(actor)
    if not is_new(session, actor, account_id=account_id):
        return
    country = session.exec(select(Practice.country)).first() or ""
    reading = inputs.Reading()
    name = reading.read(inputs.name, "name", form.get("name", ""), "")
    phone = reading.read(partial(inputs.phone, country=country), "phone", form.get("phone", ""), "")
    version = form.get("privacy_version", "")
    if version != guests.current_privacy(session):
        reading.wrong["privacy_version"] = N_("Please read the privacy text and agree to it.")
    reading.finish()
    _write(session, actor, account_id, name=name, phone=phone, version=version)


def _write(
    session: Session, actor: Actor, account_id: UUID, *, name: str, phone: str, version: str
) -> None:
    row = new_id()
    client = Client(
        id=row,
        account_id=account_id,
        name=sealed.seal(Client, "name", row, name),
        phone=sealed.seal(Client, "phone", row, phone),
        phone_index=vault.ring().index("phone", phone),
    )
    session.add(client)
    session.flush()
    session.add(Consent(client_id=row, version=version))
    attach.seat(session, account_id, client)
    audit.note(session, actor, "introduced", client)


def _require_system(actor: Actor) -> None:
    if actor.role is not Role.SYSTEM:
        raise NotFound
