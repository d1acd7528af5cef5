"""Who is signed in where: opened by a link, found by a cookie, ended by a word."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from practice import clock, settings
from practice.clock import new_id
from practice.db import collides_by_nature
from practice.domain.accounts.refusals import FactorNeeded
from practice.domain.accounts.sessions import SessionFacts, Standing, is_recent, standing
from practice.domain.actors import VISITOR, Actor, Role
from practice.domain.booking.refusals import NotPossibleNow
from practice.domain.errors import NotFound
from practice.environment import Lifetimes
from practice.models import sealed
from practice.models.accounts import BrowserSession, Factor, Therapist
from practice.models.clients import Client, Relationship
from practice.services import audit
from practice.services.access import require

SECRET_BYTES = 32
# A session that is used every second is written once a minute.
TOUCH = timedelta(minutes=1)


@dataclass(frozen=True)
class Opened:
    """The cookie's value, told once and kept by the browser alone."""

    cookie: str
    seconds: int
    is_therapist: bool
    # Two first calls were booked under this address: the person says which one stays.
    must_choose: bool = False
    # Somebody booked under this address: the person says whether it was them.
    must_answer: bool = False
    # Nobody is under this address yet: whoever proved it says who they are.
    must_introduce: bool = False


@dataclass(frozen=True)
class Found:
    """What a cookie stands for at this moment."""

    actor: Actor
    standing: Standing
    session_id: UUID | None = None
    account_id: UUID | None = None
    is_therapist: bool = False
    has_factor: bool = False
    last_used_at: datetime | None = None


NOBODY = Found(VISITOR, Standing.ENDED)


@dataclass(frozen=True)
class Device:
    """A browser that is signed in, for the list from which it can be signed out."""

    session_id: UUID
    name: str
    since: datetime
    last_used_at: datetime
    is_this: bool


def hashed(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def open_for(session: Session, actor: Actor, *, account_id: UUID, device: str) -> Opened:
    """Always with a new secret: what a browser held before opens nothing new."""
    cookie = secrets.token_urlsafe(SECRET_BYTES)
    row = new_id()
    opened = BrowserSession(
        id=row,
        secret_hash=hashed(cookie),
        account_id=account_id,
        client_id=_first_client(session, account_id),
        device=sealed.seal_if(BrowserSession, "device", row, device),
    )
    session.add(opened)
    session.flush()
    audit.note(session, actor, "signed_in", opened)
    of_therapist = is_therapist(session, account_id)
    seconds = int(lifetimes(of_therapist=of_therapist).absolute.total_seconds())
    return Opened(cookie, seconds, of_therapist)


def is_therapist(session: Session, account_id: UUID) -> bool:
    found = select(Therapist.id).where(Therapist.account_id == account_id)
    return session.exec(found).first() is not None


def _first_client(session: Session, account_id: UUID) -> UUID | None:
    own = (
        select(Client.id)
        .where(Client.account_id == account_id, ~col(Client.provisional))
        .order_by(col(Client.relationship) != Relationship.SELF, col(Client.created_at))
    )
    return session.exec(own).first()


def find(session: Session, _actor: Actor, *, cookie: str) -> Found:
    row = session.exec(_rows().where(BrowserSession.secret_hash == hashed(cookie))).first()
    if row is None:
        return NOBODY
    own, therapist, confirmed_at = row
    state = _standing(own, confirmed_at, of_therapist=bool(therapist))
    return Found(
        actor=_actor_of(own, bool(therapist)) if state is Standing.OPEN else VISITOR,
        standing=state,
        session_id=own.id,
        account_id=own.account_id,
        is_therapist=bool(therapist),
        has_factor=confirmed_at is not None,
        last_used_at=own.last_used_at,
    )


def find_standings(
    session: Session, _actor: Actor, *, session_ids: Collection[UUID]
) -> dict[UUID, Standing]:
    """Of many at once, and without a trace: being looked at is not being used."""
    found = session.exec(_rows().where(col(BrowserSession.id).in_(session_ids)))
    return {
        own.id: _standing(own, confirmed_at, of_therapist=bool(therapist))
        for own, therapist, confirmed_at in found
    }


def _rows() -> SelectOfScalar[Any]:
    """Each with whether it is the therapist's, and since when there is a second factor."""
    rows: Any = (
        select(BrowserSession, Therapist.id, Factor.confirmed_at)
        .join(Therapist, col(Therapist.account_id) == BrowserSession.account_id, isouter=True)
        .join(Factor, col(Factor.account_id) == BrowserSession.account_id, isouter=True)
    )
    return rows


def _standing(
    own: BrowserSession, confirmed_at: datetime | None, *, of_therapist: bool
) -> Standing:
    needs_factor = of_therapist and (confirmed_at is not None or settings.current().is_production)
    facts = SessionFacts(
        own.created_at, own.last_used_at, own.factor_at, own.locked_at, own.ended_at
    )
    terms = lifetimes(of_therapist=of_therapist)
    return standing(facts, clock.now(), terms, needs_factor=needs_factor)


def lifetimes(*, of_therapist: bool) -> Lifetimes:
    now = settings.current()
    return now.therapist_session if of_therapist else now.client_session


def _actor_of(own: BrowserSession, of_therapist: bool) -> Actor:
    """A mailbox under which nobody is yet opens nothing but the question who booked."""
    if own.client_id is None and not of_therapist:
        return VISITOR
    role = Role.THERAPIST if of_therapist else Role.CLIENT
    client = None if of_therapist else own.client_id
    return Actor(role, own.account_id, client, session_id=own.id)


@collides_by_nature
def touch(session: Session, _actor: Actor, *, session_id: UUID) -> None:
    """Only what is open can be used, and only forwards."""
    now = clock.now()
    session.exec(
        update(BrowserSession)
        .where(
            col(BrowserSession.id) == session_id,
            col(BrowserSession.ended_at).is_(None),
            col(BrowserSession.locked_at).is_(None),
            col(BrowserSession.last_used_at) < now,
        )
        .values(last_used_at=now)
    )


def lock(session: Session, actor: Actor) -> None:
    """At once, what an idle hour does by itself; only where a code can open it again."""
    if not has_shown_factor(session, actor):
        raise NotPossibleNow
    own = require(session.get(BrowserSession, require(actor.session_id)))
    own.locked_at = clock.now()
    audit.note(session, actor, "locked", own)


def has_shown_factor(session: Session, actor: Actor) -> bool:
    own = session.get(BrowserSession, actor.session_id) if actor.session_id else None
    return own is not None and own.factor_at is not None


def list_devices(session: Session, actor: Actor) -> list[Device]:
    found = session.exec(
        select(BrowserSession)
        .where(
            BrowserSession.account_id == actor.account_id,
            col(BrowserSession.ended_at).is_(None),
        )
        .order_by(col(BrowserSession.last_used_at).desc())
    )
    now, most = clock.now(), lifetimes(of_therapist=actor.role is Role.THERAPIST).absolute
    return [
        Device(
            one.id,
            sealed.read(one, "device"),
            one.created_at,
            one.last_used_at,
            one.id == actor.session_id,
        )
        for one in found
        if now < one.created_at + most
    ]


def end_this(session: Session, actor: Actor, *, session_id: UUID) -> None:
    """Signing out: whoever holds the cookie may, locked or not."""
    own = session.get(BrowserSession, session_id)
    if own and own.ended_at is None:
        own.ended_at = clock.now()
        audit.note(session, actor, "signed_out", own)


def end(session: Session, actor: Actor, *, session_id: UUID) -> None:
    """One of the asker's own; another's looks like none."""
    found = session.get(BrowserSession, session_id)
    if found is None or actor.account_id is None or found.account_id != actor.account_id:
        raise NotFound
    if found.ended_at is None:
        found.ended_at = clock.now()
        audit.note(session, actor, "signed_out", found)


def end_all(session: Session, actor: Actor) -> int:
    open_ones = session.exec(
        select(BrowserSession).where(
            BrowserSession.account_id == require(actor.account_id),
            col(BrowserSession.ended_at).is_(None),
        )
    ).all()
    for one in open_ones:
        end(session, actor, session_id=one.id)
    return len(open_ones)


def switch_client(session: Session, actor: Actor, *, client_id: UUID) -> None:
    """Several clients under one account: this browser looks at another of them from now on."""
    own = require(session.get(BrowserSession, require(actor.session_id)))
    wanted = select(Client.id).where(
        Client.id == client_id, Client.account_id == require(actor.account_id)
    )
    own.client_id = require(session.exec(wanted).first())


def require_recent_factor(session: Session, actor: Actor) -> None:
    """For export, erasure, refunds, connecting calendars and changing the address."""
    own = session.get(BrowserSession, actor.session_id) if actor.session_id else None
    if own is None or not is_recent(own.factor_at, clock.now()):
        raise FactorNeeded
