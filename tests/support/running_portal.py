"""A running portal whose database the test shares: people are made here and knock there."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from pyotp.totp import TOTP

from practice import clock, db
from practice.domain.actors import SYSTEM, Actor
from practice.models.accounts import BrowserSession
from practice.postgres import Cluster
from practice.services.accounts import second_factor, sessions, sign_in, therapist
from tests import builders
from tests.conftest import DATA, KEY
from tests.support.database import create
from tests.support.portal_process import Server, running


@contextmanager
def shared(postgres: Cluster, log: Path, **env: str) -> Generator[Server]:
    name = f"shared_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    create(postgres, name)
    url = postgres.url(database=name)
    known = {"DATABASE_URL": url, "PRACTICE_SECRET_KEYS": KEY}
    with running(DATA / name, log, **known, **env) as portal:
        db.connect(url)
        try:
            yield portal
        finally:
            db.disconnect()


def a_client() -> tuple[str, Actor]:
    """Signed in: the cookie's value, and who it is."""
    return another_browser(builders.a_client())


def another_browser(actor: Actor) -> tuple[str, Actor]:
    account = cast("UUID", actor.account_id)
    opened = db.transact(sessions.open_for, SYSTEM, account_id=account, device="Firefox, Linux")
    return opened.cookie, db.query(sessions.find, SYSTEM, cookie=opened.cookie).actor


def the_therapist() -> tuple[str, str]:
    """Signed in with her second factor: the cookie's value, and her authenticator's secret."""
    link = db.transact(therapist.appoint, SYSTEM, email="elena@example.org", new_factor=True)
    token = link.rpartition("/")[2]
    opened = db.transact(sign_in.redeem, SYSTEM, token=token, nonce="", it_was_me=False, device="")
    found = db.query(sessions.find, SYSTEM, cookie=opened.cookie)
    account, session = cast("UUID", found.account_id), cast("UUID", found.session_id)
    secret = db.transact(second_factor.enrol, SYSTEM, account_id=account).secret
    db.transact(second_factor.confirm, SYSTEM, session_id=session, code=code_of(secret, steps=-1))
    return opened.cookie, secret


def code_of(secret: str, *, steps: int = 0) -> str:
    """No code is taken twice, so whoever needs several asks for the one before first."""
    totp: Any = TOTP(secret)
    return totp.at(int(clock.now().timestamp()) + 30 * steps)


def session_of(cookie: str) -> UUID:
    return cast("UUID", db.query(sessions.find, SYSTEM, cookie=cookie).session_id)


def pass_time(cookie: str, idle: timedelta, since: timedelta | None = None) -> None:
    """As if nobody had moved for so long. For the server it is the same whether its clock goes
    forwards or the session's times go back."""
    now, age = clock.now(), since or idle
    builders.change_row(
        BrowserSession,
        BrowserSession.id == session_of(cookie),
        created_at=now - age,
        last_used_at=now - idle,
    )
