"""What whoever booked may still change today: moves of one booking, letters to one address."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil

from sqlmodel import Session, col, select

from practice import clock, settings, vault
from practice.db import acting_as
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.booking.consequences import Effect
from practice.domain.booking.refusals import EnoughLetters, MovedOften
from practice.environment import Rate
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import Booking, BookingEvent
from practice.models.clients import Client
from practice.models.outbox import OutboxRow
from practice.services.access import require

# The therapist's own hand, and the house.
UNBOUND = frozenset({Role.THERAPIST, Role.SYSTEM})


def require_move(session: Session, actor: Actor, booking: Booking) -> None:
    """Asked inside the transaction that moves, under the calendar gate, of what has happened: so
    no road leads past it, no two slip through together, and no refusal takes anything back."""
    own = settings.current().limits
    if actor.role in UNBOUND or not own.are_on:
        return
    moves = _moves_of(session, booking, own.moves_per_booking)
    if len(moves) >= own.moves_per_booking.count:
        raise MovedOften(_wait(moves, own.moves_per_booking))
    if actor.role is Role.PUBLIC:
        _require_letter(session, booking, own.letters_per_unproven)


def _moves_of(session: Session, booking: Booking, rate: Rate) -> list[datetime]:
    """By whoever booked; those of the therapist are nobody's but hers."""
    moves = session.exec(
        select(BookingEvent.at)
        .where(
            BookingEvent.booking_id == booking.id,
            BookingEvent.what == "moved",
            ~col(BookingEvent.actor).startswith(f"{Role.THERAPIST}:"),
            col(BookingEvent.at) > clock.now() - rate.within,
        )
        .order_by(col(BookingEvent.at).desc())
    )
    return list(moves)


def _require_letter(session: Session, booking: Booking, rate: Rate) -> None:
    """A letter that still waits about the same booking is replaced by the next one."""
    with acting_as(session, SYSTEM):
        client = require(session.get(Client, booking.client_id))
        if not client.provisional:
            return
        account = require(session.get(Account, client.account_id))
        letters = list_letters(session, sealed.read(account, "email"))
    others = [letter for letter in letters if letter.done_at or letter.booking_id != booking.id]
    if len(others) >= rate.count:
        raise EnoughLetters(_wait([letter.created_at for letter in others], rate))


def list_letters(session: Session, email: str) -> list[OutboxRow]:
    """The letters of a day about calls that guests booked under this e-mail, newest first; of
    those about one booking that still wait the newest stands for all."""
    rate = settings.current().limits.letters_per_unproven
    rows = session.exec(
        select(OutboxRow)
        .join(Booking, col(Booking.id) == OutboxRow.booking_id)
        .join(Client, col(Client.id) == Booking.client_id)
        .join(Account, col(Account.id) == Client.account_id)
        .where(
            OutboxRow.effect == Effect.LETTER_TO_CLIENT,
            Client.provisional,
            col(Account.email_index).in_(vault.ring().indexes("email", email)),
            col(OutboxRow.created_at) > clock.now() - rate.within,
            col(OutboxRow.outcome).is_(None) | ~col(OutboxRow.outcome).startswith("dropped:"),
        )
        .order_by(col(OutboxRow.created_at).desc(), col(OutboxRow.id).desc())
    )
    found: dict[object, OutboxRow] = {}
    for row in rows:
        found.setdefault(row.id if row.done_at else row.booking_id, row)
    return list(found.values())


def has_letter_left(session: Session, client: Client, account: Account, row: OutboxRow) -> bool:
    """For a letter that somebody unproven causes; asked before it is written."""
    own = settings.current().limits
    if not client.provisional or not own.are_on:
        return True
    letters = list_letters(session, sealed.read(account, "email"))
    sent = [letter for letter in letters if letter.done_at and letter.id != row.id]
    return len(sent) < own.letters_per_unproven.count


def _wait(moments: Sequence[datetime], rate: Rate) -> int:
    """Until one of them is old enough to count no more."""
    oldest = sorted(moments, reverse=True)[rate.count - 1]
    return max(1, ceil((oldest + rate.within - clock.now()).total_seconds()))
