"""Guests: what they wrote, made clean; how often they may; and the provisional client they make."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from math import ceil
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from practice import clock, settings, vault
from practice.clock import new_id
from practice.db import acting_as
from practice.domain import inputs
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.booking.refusals import ProofNeeded
from practice.domain.booking.status import OPEN
from practice.domain.errors import N_, TooMany
from practice.environment import Rate
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import Booking, BookingEvent
from practice.models.clients import Client, Consent
from practice.models.content import Practice, PrivacyText
from practice.services.clients import allowance
from practice.services.inserts import New, new
from practice.services.links import sign_in as links_sign_in


@dataclass(frozen=True)
class Guest:
    """Who books without an account, already clean; nothing of it is proven."""

    name: str
    email: str
    phone: str
    privacy_version: str
    # The network it comes from and the wider ones around it, as HMACs.
    origin: bytes | None = None
    origin_site: bytes | None = None
    origin_region: bytes | None = None
    # What the browser calls itself, for whoever opens the letter's link.
    device: str = ""

    @property
    def contact(self) -> str:
        """As it is frozen into the booking: what its link shows is what was typed for it."""
        return json.dumps([self.email, self.phone], ensure_ascii=False)


@dataclass(frozen=True)
class Party:
    """Whose booking it is; a guest's rows are still to be written."""

    client_id: UUID
    account_id: UUID
    rows: Sequence[New] = ()
    # That opens the account, for the letter: whoever reads it has proven the e-mail.
    link: str = ""
    # Known before the booking is written, because that link names it.
    booking_id: UUID = field(default_factory=new_id)


def read(
    session: Session,
    _actor: Actor,
    *,
    form: Mapping[str, str],
    origins: Sequence[bytes | None] = (None, None, None),
    device: str = "",
) -> Guest:
    """What a guest wrote, made clean before anybody waits at the gate for it."""
    country = session.exec(select(Practice.country)).first() or ""
    reading = inputs.Reading()
    found = Guest(
        name=reading.read(inputs.name, "name", form["name"], ""),
        email=reading.read(inputs.email, "email", form["email"], ""),
        phone=reading.read(partial(inputs.phone, country=country), "phone", form["phone"], ""),
        privacy_version=form["privacy_version"],
        origin=origins[0],
        origin_site=origins[1],
        origin_region=origins[2],
        device=device,
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


def welcome(session: Session, guest: Guest, *, language: str, zone: str) -> Party:
    """Never attached to somebody known: what a guest writes is proven by nothing yet."""
    _require_within_limits(session, guest)
    return _party(guest, language, zone)


def _party(guest: Guest, language: str, zone: str) -> Party:
    ring = vault.ring()
    account_id, client_id = new_id(), new_id()
    account = new_account(account_id, guest.email, language, zone)
    client = new(
        Client,
        id=client_id,
        account_id=account_id,
        provisional=True,
        name=sealed.seal(Client, "name", client_id, guest.name),
        phone=sealed.seal(Client, "phone", client_id, guest.phone),
        phone_index=ring.index("phone", guest.phone),
    )
    consent = new(Consent, client_id=client_id, version=guest.privacy_version)
    booking_id = new_id()
    link, token = links_sign_in.new_link(account_id, device=guest.device, booking_id=booking_id)
    rows = [account, client, consent, link]
    return Party(client_id, account_id, rows, links_sign_in.url(token), booking_id)


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
        letters = allowance.list_letters(session, guest.email)
        of_network = guest.origin and _too_many(session, from_there, limits.calls_per_address)
    if of_email or len(letters) >= limits.letters_per_unproven.count:
        # The whole wait, always: the exact one would tell a stranger when somebody booked.
        raise TooMany(ceil(limits.calls_per_email.within.total_seconds()))
    if of_network:
        wait = of_network[-1] + limits.calls_per_address.within - clock.now()
        raise TooMany(max(1, ceil(wait.total_seconds())))
    _require_wider_networks(session, guest)


def _require_wider_networks(session: Session, guest: Guest) -> None:
    """Whoever has a hundred networks is one household all the same, but the neighbours behind one
    provider are not: they are asked for the proof of the e-mail and not shut out. Whatever became
    of the calls counts: booking and giving back in turns would send letters without end."""
    limits = settings.current().limits
    lately = select(Booking.created_at).order_by(col(Booking.created_at).desc())
    with acting_as(session, SYSTEM):
        for column, origin, rate in (
            (Booking.origin_site, guest.origin_site, limits.calls_per_site),
            (Booking.origin_region, guest.origin_region, limits.calls_per_region),
        ):
            if origin and _too_many(session, lately.where(column == origin), rate):
                raise ProofNeeded


def _too_many(session: Session, lately: SelectOfScalar[datetime], rate: Rate) -> Sequence[datetime]:
    """Those that count, newest first, if they are as many as may be."""
    inside = lately.where(col(Booking.created_at) > clock.now() - rate.within).limit(rate.count)
    found = session.exec(inside).all()
    return found if len(found) == rate.count else ()


def new_account(account_id: UUID, email: str, language: str, zone: str) -> New:
    """Not written yet, and proven by nothing."""
    return new(
        Account,
        id=account_id,
        email=sealed.seal(Account, "email", account_id, email),
        email_index=vault.ring().index("email", email),
        language=language,
        zone=zone,
    )
