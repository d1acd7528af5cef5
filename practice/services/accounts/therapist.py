"""The owner's account: made or repaired from the command line, and nowhere else."""

from sqlmodel import Session, col, delete, select

from practice import clock, vault
from practice.clock import new_id
from practice.domain import inputs
from practice.domain.actors import Actor
from practice.models import sealed
from practice.models.accounts import Account, Factor, RecoveryCode, Therapist
from practice.models.content import Practice
from practice.services import audit
from practice.services.access import require
from practice.services.accounts import sign_in
from practice.services.links import sign_in as links_sign_in


def appoint(session: Session, actor: Actor, *, email: str, new_factor: bool = False) -> str:
    """The link that signs her in. Whoever runs this has the server anyway, so the address counts
    as proven. A lost authenticator is forgotten where that is wished."""
    address = inputs.email("email", email)
    account = _account(session, address)
    owner = session.get(Therapist, 1) or Therapist(account_id=account.id)
    owner.account_id = account.id
    session.add(owner)
    if new_factor:
        session.exec(delete(Factor).where(col(Factor.account_id) == account.id))
        session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    session.flush()
    audit.note(session, actor, "therapist_appointed", account, new_factor=new_factor)
    return links_sign_in.url(sign_in.issue(session, account, None))


def open_door(session: Session, actor: Actor) -> str:
    """For the start-up message while developing: the practice's own address, if nobody was
    appointed yet."""
    owner = session.get(Therapist, 1)
    if owner is None:
        return appoint(session, actor, email=require(session.get(Practice, 1)).email)
    account = require(session.get(Account, owner.account_id))
    return links_sign_in.url(sign_in.issue(session, account, None))


def _account(session: Session, address: str) -> Account:
    indexes = vault.ring().indexes("email", address)
    found = session.exec(
        select(Account).where(
            col(Account.email_index).in_(indexes), col(Account.email_proven_at).is_not(None)
        )
    ).first()
    if found:
        return found
    practice = session.get(Practice, 1)
    row = new_id()
    made = Account(
        id=row,
        email=sealed.seal(Account, "email", row, address),
        email_index=vault.ring().index("email", address),
        email_proven_at=clock.now(),
        language=practice.default_language if practice else "en",
        zone=practice.zone if practice else "UTC",
    )
    session.add(made)
    session.flush()
    return made
