"""The mail log: each letter rendered once, each attempt written down, what came back marked."""

import base64
import json
import re
from dataclasses import replace
from email.utils import formataddr
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import Session, case, col, func, select, update

from practice import clock, settings, vault
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.domain.letters import Attachment, Letter
from practice.models import sealed
from practice.models.content import Practice
from practice.models.letters import LetterAttempt, LetterState, MailedLetter
from practice.models.outbox import OutboxRow
from practice.providers import embedded_mail
from practice.providers.ports import Message, ProviderError, Receipt
from practice.services.access import require
from practice.services.inserts import new, write
from practice.services.letters import compose
from practice.services.letters.compose import Addressed
from practice.services.letters.still_true import Dropped
from practice.services.outbox import queue
from practice.services.outbox.queue import Claimed

LINK = re.compile(r"https?://[^\s\"'<>]+")
A_LINK = "[…]"
CAME_BACK = frozenset({"email.bounced", "email.complained", "email.failed"})


@collides_by_nature
def prepare(session: Session, _actor: Actor, *, row: UUID) -> Message | None:
    """The letter as it was rendered the first time; none where its reason has gone meanwhile."""
    promised = require(session.get(OutboxRow, row))
    kept = session.get(MailedLetter, row)
    try:
        if kept is None:
            kept = _keep(session, row, compose.compose(session, promised))
        else:
            compose.require_reason(session, promised)
    except Dropped as dropped:
        _drop(session, row, dropped.why)
        return None
    if kept.body is None:
        # Clean-up took it before anybody pressed the button.
        _drop(session, row, "forgotten")
        return None
    return _message(session, kept)


def _drop(session: Session, row: UUID, why: str) -> None:
    queue.settle(session, [row], done_at=clock.now(), outcome=f"dropped:{why}")
    session.exec(
        update(MailedLetter)
        .where(col(MailedLetter.id) == row)
        .values(state=LetterState.DROPPED, trouble=why)
    )
    _forget_link(session, row)


def _keep(session: Session, row: UUID, addressed: Addressed) -> MailedLetter:
    kept = MailedLetter(
        id=row,
        kind=addressed.letter.kind,
        recipient=sealed.seal(MailedLetter, "recipient", row, addressed.to),
        recipient_index=vault.ring().index("recipient", addressed.to),
        body=sealed.seal(MailedLetter, "body", row, _packed(addressed.letter)),
    )
    session.add(kept)
    session.flush()
    return kept


def _message(session: Session, kept: MailedLetter) -> Message:
    now = settings.current()
    practice = require(session.get(Practice, 1))
    host = urlsplit(now.public_url).hostname or "localhost"
    return Message(
        key=f"mail/{kept.id}",
        message_id=f"<{kept.id}@{host}>",
        date=kept.created_at,
        sender=now.mail_from or formataddr((practice.name, practice.email)),
        to=sealed.read(kept, "recipient"),
        reply_to=now.reply_to or practice.email,
        letter=_unpacked(kept.kind, sealed.read(kept, "body")),
        headers={"Auto-Submitted": "auto-generated"},
    )


@collides_by_nature
def sent(session: Session, _actor: Actor, *, claimed: Claimed, receipt: Receipt) -> None:
    """Once sent, what is kept loses its links; while developing the mailbox page needs them."""
    queue.settle(session, [claimed.id], done_at=clock.now(), outcome="sent")
    kept = require(session.get(MailedLetter, claimed.id))
    kept.state, kept.sent_at, kept.trouble = LetterState.SENT, clock.now(), ""
    kept.road, kept.provider_id = receipt.road, receipt.provider_id
    if receipt.road != embedded_mail.ROAD and kept.body is not None:
        letter = _without_links(_unpacked(kept.kind, sealed.read(kept, "body")))
        kept.body = sealed.seal(MailedLetter, "body", kept.id, _packed(letter))
    _forget_link(session, claimed.id)
    _attempted(session, claimed.id, receipt.road, "sent", receipt.provider_id)


def _forget_link(session: Session, row: UUID) -> None:
    """What signs in is in the letter now, and nowhere else."""
    promised = require(session.get(OutboxRow, row))
    told = json.loads(sealed.read(promised, "payload"))
    if told.pop("link", None):
        promised.payload = sealed.seal(OutboxRow, "payload", row, json.dumps(told))


@collides_by_nature
def failed(session: Session, actor: Actor, *, claimed: Claimed, failure: ProviderError) -> None:
    kept = require(session.get(MailedLetter, claimed.id))
    kept.trouble = failure.code
    if queue.fail(session, actor, claimed=claimed, failure=failure):
        kept.state = LetterState.FAILED
    _attempted(session, claimed.id, failure.road, failure.code, "")


def _attempted(session: Session, row: UUID, road: str, outcome: str, provider_id: str) -> None:
    said = {"road": road, "outcome": outcome, "provider_id": provider_id}
    write(session, [new(LetterAttempt, letter_id=row, **said)])


@collides_by_nature
def came_back(session: Session, _actor: Actor, *, provider_id: str, kind: str) -> bool:
    """A bounce or a complaint, as the provider tells it later. Told again, it stays as it was told
    first, and is a success all the same."""
    first = col(MailedLetter.came_back_at).is_(None)
    found = session.exec(
        update(MailedLetter)
        .where(col(MailedLetter.provider_id) == provider_id, col(MailedLetter.provider_id) != "")
        .values(
            state=LetterState.CAME_BACK,
            came_back_at=func.coalesce(MailedLetter.came_back_at, clock.now()),
            trouble=case((first, kind), else_=col(MailedLetter.trouble)),
        )
        .returning(col(MailedLetter.id))
    ).first()
    return found is not None


def read(kept: MailedLetter) -> Letter | None:
    """None once its time is over."""
    body = sealed.read(kept, "body")
    return _unpacked(kept.kind, body) if body else None


def list_newest(session: Session, _actor: Actor, *, most: int) -> list[MailedLetter]:
    newest = select(MailedLetter).order_by(
        col(MailedLetter.created_at).desc(), col(MailedLetter.id).desc()
    )
    return list(session.exec(newest.limit(most)))


def _packed(letter: Letter) -> str:
    attached = [
        [one.name, one.content_type, base64.b64encode(one.body).decode()]
        for one in letter.attachments
    ]
    return json.dumps([letter.subject, letter.html, letter.text, attached], ensure_ascii=False)


def _unpacked(kind: str, body: str) -> Letter:
    subject, html, text, attached = json.loads(body)
    attachments = tuple(
        Attachment(name, content_type, base64.b64decode(inside))
        for name, content_type, inside in attached
    )
    return Letter(kind, subject, html, text, attachments)


def _without_links(letter: Letter) -> Letter:
    return replace(
        letter,
        html=LINK.sub(A_LINK, letter.html),
        text=LINK.sub(A_LINK, letter.text),
        attachments=(),
    )
