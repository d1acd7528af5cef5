"""What somebody is writing, kept from one pause to the next, sealed, and not for ever."""

from datetime import timedelta
from uuid import UUID, uuid5

from sqlalchemy import desc
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, select

from practice import clock
from practice.db import collides_by_nature
from practice.domain.actors import Actor
from practice.domain.drafts import is_kept
from practice.domain.errors import BadRequest
from practice.models import sealed
from practice.models.drafts import Draft
from practice.services.access import require

KEPT = timedelta(days=30)
# Of one account; whoever begins one more loses the oldest.
MOST = 200


@collides_by_nature
def keep(session: Session, actor: Actor, *, name: str, text: str) -> None:
    """In two windows the last word stays. What was emptied needs no keeping."""
    account, row = require(actor.account_id), _row(actor, name, text)
    if not text.strip():
        drop(session, actor, name=name)
        return
    said = {"text": sealed.seal(Draft, "text", row, text), "kept_at": clock.now()}
    session.exec(
        insert(Draft)
        .values(id=row, account_id=account, **said)
        .on_conflict_do_update(index_elements=["id"], set_=said)
    )
    newest = (
        select(Draft.id).where(Draft.account_id == account).order_by(desc("kept_at")).limit(MOST)
    )
    session.exec(
        delete(Draft).where(col(Draft.account_id) == account, col(Draft.id).not_in(newest))
    )


def find(session: Session, actor: Actor, *, name: str) -> str:
    """Empty where nothing was kept."""
    found = session.exec(
        select(Draft).where(Draft.id == _row(actor, name), col(Draft.kept_at) > clock.now() - KEPT)
    ).first()
    return sealed.read(found, "text") if found else ""


@collides_by_nature
def drop(session: Session, actor: Actor, *, name: str) -> None:
    """Sent, or thought better of."""
    session.exec(delete(Draft).where(col(Draft.id) == _row(actor, name)))


def forget(session: Session, _actor: Actor) -> int:
    """What nobody came back to; how much it was."""
    old = col(Draft.kept_at) <= clock.now() - KEPT
    return len(session.exec(delete(Draft).where(old).returning(col(Draft.id))).all())


def _row(actor: Actor, name: str, text: str = "") -> UUID:
    if not is_kept(name, text):
        raise BadRequest
    return uuid5(require(actor.account_id), name)
