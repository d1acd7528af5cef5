"""The letters that stayed in the house, as the development mailbox shows them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from practice.domain.actors import Actor
from practice.domain.letters import Attachment
from practice.models import sealed
from practice.services.letters import mail_log

SHOWN = 100


@dataclass(frozen=True)
class Kept:
    id: str
    to: str
    kind: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    state: str
    sent_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "attachments": [
                {"name": one.name, "content_type": one.content_type, "text": one.body.decode()}
                for one in self.attachments
            ],
            "sent_at": self.sent_at.isoformat() if self.sent_at else None,
        }


def list_kept(session: Session, actor: Actor) -> list[Kept]:
    """Newest first; those without a body are past their ninety days."""
    found: list[Kept] = []
    for one in mail_log.list_newest(session, actor, most=SHOWN):
        letter = mail_log.read(one)
        if letter:
            to = sealed.read(one, "recipient")
            found.append(
                Kept(
                    str(one.id),
                    to,
                    letter.kind,
                    letter.subject,
                    letter.text,
                    letter.html,
                    letter.attachments,
                    one.state,
                    one.sent_at,
                )
            )
    return found
