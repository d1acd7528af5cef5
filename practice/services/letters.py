"""Letters that wait to be sent, readable while developing."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from practice.domain.actors import Actor
from practice.domain.fanout import Effect
from practice.models import private
from practice.models.bookings import Booking
from practice.models.people import Account, Client
from practice.models.plumbing import OutboxRow
from practice.services.sign_in_links import SIGN_IN

SUBJECTS = {True: "Your link", False: "Your call is booked"}


@dataclass(frozen=True)
class Kept:
    to: str
    kind: str
    subject: str
    text: str
    html: str
    attachments: tuple[str, ...]
    sent_at: datetime

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "sent_at": self.sent_at.isoformat()}


def list_kept(session: Session, _actor: Actor) -> list[Kept]:
    """Letters with a link that signs in; the others come with the worker that writes them."""
    found = session.exec(
        select(OutboxRow, Account)
        .join(Booking, col(Booking.id) == OutboxRow.booking_id, isouter=True)
        .join(Client, col(Client.id) == Booking.client_id, isouter=True)
        .join(Account, col(Account.id) == Client.account_id, isouter=True)
        .where(OutboxRow.effect == Effect.LETTER_TO_CLIENT)
        .order_by(col(OutboxRow.created_at).desc())
        .limit(50)
    )
    kept = (_kept(letter, account) for letter, account in found)
    return [one for one in kept if one.text]


def _kept(letter: OutboxRow, account: Account | None) -> Kept:
    told = json.loads(private.read(letter, "payload"))
    to = private.read(account, "email") if account else told["to"]
    link = told.get("link", "")
    return Kept(to, letter.fact, SUBJECTS[letter.fact == SIGN_IN], link, "", (), letter.created_at)
