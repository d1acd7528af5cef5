"""Letters that wait to be sent, readable while developing."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from practice.domain.actors import Actor
from practice.models import private
from practice.models.plumbing import OutboxRow
from practice.services.sign_in_links import SIGN_IN


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
    """Sign-in letters; the others come with the worker that writes them."""
    found = session.exec(
        select(OutboxRow)
        .where(OutboxRow.fact == SIGN_IN)
        .order_by(col(OutboxRow.created_at).desc())
        .limit(50)
    )
    return [_kept(row) for row in found]


def _kept(row: OutboxRow) -> Kept:
    told = json.loads(private.read(row, "payload"))
    return Kept(told["to"], SIGN_IN, "Your link", told["link"], "", (), row.created_at)
