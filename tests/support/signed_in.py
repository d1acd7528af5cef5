"""Signed-in people at tabs without a browser."""

from uuid import UUID

from practice import db
from practice.domain.actors import SYSTEM, Actor
from practice.models.accounts import Therapist
from practice.services.accounts import sessions, therapist
from tests.builders import rows_of
from tests.support.event_client import Tab

FIREFOX = "Firefox, Linux"


def cookie_for(account_id: UUID, device: str = FIREFOX) -> str:
    opened = db.transact(sessions.open_for, SYSTEM, account_id=account_id, device=device)
    return f"practice_session={opened.cookie}"


def seat_of(client: Actor, path: str = "/me") -> Tab:
    assert client.account_id
    return Tab(cookie=cookie_for(client.account_id), path=path)


def her_seat(path: str = "/portal") -> Tab:
    """The therapist's, with an account of her own."""
    db.transact(therapist.appoint, SYSTEM, email="elena@example.org")
    (owner,) = rows_of(Therapist)
    return Tab(cookie=cookie_for(owner.account_id), path=path)
