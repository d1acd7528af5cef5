"""Management links: they open one booking, for whoever holds the letter."""

import json
import re

from sqlmodel import Session, select

from practice import clock, settings, vault
from practice.clock import new_id
from practice.domain import links
from practice.domain.actors import Actor, Role
from practice.domain.booking.consequences import Effect, Fact
from practice.domain.booking.refusals import LinkReplaced
from practice.domain.booking.status import Status
from practice.domain.errors import NotFound
from practice.domain.links import LINK
from practice.models import sealed
from practice.models.booking import Appointment, Booking
from practice.models.clients import Client
from practice.models.outbox import OutboxRow
from practice.services import audit
from practice.services.inserts import new, write

# Of the link that a booking is made with.
FIRST = 1
# What a letter with a new link says, for what still stands.
RENEWED = {Status.CONFIRMED: Fact.CONFIRMED, Status.REQUESTED: Fact.REQUESTED}
A_REFERENCE = re.compile(r"[A-Z]{3}-[0-9]{3}-[A-Z]{2}")


def manage_url(booking: Booking) -> str:
    return _url_of(booking, booking.link_version)


def first_url(booking: Booking) -> str:
    """As its writer got it; where the booking has changed hands since, it opens nothing more."""
    return _url_of(booking, FIRST)


def _url_of(booking: Booking, version: int) -> str:
    key = vault.ring().newest.linking
    return url(booking.reference, links.link_token(key, booking.id, version))


def url(reference: str, token: str) -> str:
    return f"{settings.current().public_url}/manage/{reference}/{token}"


def holder(session: Session, _actor: Actor, *, reference: str, token: str) -> Actor:
    """The visitor who holds this link; whatever is wrong with it, there is nothing here. Of one
    that was good once it is told, so that the page behind it can send a fresh one."""
    booking = find(session, reference=reference, token=token)
    if not _opens(booking, token, range(booking.link_version, booking.link_version + 1)):
        raise LinkReplaced
    return Actor(Role.PUBLIC, client_id=booking.client_id, booking_id=booking.id)


def find(session: Session, *, reference: str, token: str) -> Booking:
    """The booking that this link opens, or once did."""
    if not A_REFERENCE.fullmatch(reference) or not token.isascii():
        raise NotFound
    found = session.exec(
        select(Booking, Appointment.ends_at).join(Appointment).where(Booking.reference == reference)
    ).one_or_none()
    if found is None or clock.now() > found[1] + LINK:
        raise NotFound
    booking = found[0]
    if not _opens(booking, token, range(FIRST, booking.link_version + 1)):
        raise NotFound
    return booking


def check_replaced(session: Session, _actor: Actor, *, reference: str, token: str) -> Booking:
    """The booking that this link opened once, and opens no more."""
    booking = find(session, reference=reference, token=token)
    if _opens(booking, token, range(booking.link_version, booking.link_version + 1)):
        raise NotFound
    return booking


def renew(session: Session, actor: Actor, *, reference: str, token: str) -> None:
    """For whoever holds a link that was replaced: a letter with the new one goes to the mailbox,
    if the appointment still stands. Who asks is told nothing."""
    booking = check_replaced(session, actor, reference=reference, token=token)
    client = session.get(Client, booking.client_id)
    fact = RENEWED.get(Status(booking.status))
    if fact is None or client is None or client.claimed is False:
        return
    row = new_id()
    letter = new(
        OutboxRow,
        id=row,
        effect=Effect.LETTER_TO_CLIENT,
        fact=fact,
        booking_id=booking.id,
        dedupe_key=f"link_renewed/{row}",
        payload=sealed.seal(OutboxRow, "payload", row, json.dumps({"booking": str(booking.id)})),
    )
    write(session, [letter, audit.entry(actor, "link_renewed", booking)])


def _opens(booking: Booking, token: str, versions: range) -> bool:
    return any(
        links.is_link_token(token, key.linking, booking.id, version)
        for key in vault.ring().keys
        for version in versions
    )
