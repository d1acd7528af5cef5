"""Management links: they open one booking, for whoever holds the letter."""

import re
from datetime import datetime

from sqlmodel import Session, select

from practice import clock, settings, vault
from practice.domain import tokens
from practice.domain.actors import Actor, Role
from practice.domain.bookings import LINK
from practice.domain.errors import NotFound
from practice.models.bookings import Appointment, Booking

A_REFERENCE = re.compile(r"[A-Z]{3}-[0-9]{3}-[A-Z]{2}")


def manage_url(booking: Booking) -> str:
    key = vault.ring().newest.linking
    token = tokens.link_token(key, booking.id, booking.link_version)
    return url(booking.reference, token)


def url(reference: str, token: str) -> str:
    return f"{settings.current().public_url}/manage/{reference}/{token}"


def holder(session: Session, _actor: Actor, *, reference: str, token: str) -> Actor:
    """The visitor who holds this link; whatever is wrong with it, there is nothing here."""
    if not A_REFERENCE.fullmatch(reference) or not token.isascii():
        raise NotFound
    found = session.exec(
        select(Booking, Appointment.ends_at).join(Appointment).where(Booking.reference == reference)
    ).one_or_none()
    if found is None or not _opens(found[0], found[1], token):
        raise NotFound
    return Actor(Role.PUBLIC, client_id=found[0].client_id, booking_id=found[0].id)


def _opens(booking: Booking, ends_at: datetime, token: str) -> bool:
    if clock.now() > ends_at + LINK:
        return False
    return any(
        tokens.is_link_token(token, key.linking, booking.id, booking.link_version)
        for key in vault.ring().keys
    )
