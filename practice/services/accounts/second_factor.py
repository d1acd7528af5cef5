"""The therapist's second factor: an authenticator's code, or one of the codes kept on paper."""

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pyotp import random_base32
from pyotp.totp import TOTP
from sqlmodel import Session, col, delete, select, update

from practice import clock, vault
from practice.clock import new_id
from practice.domain.accounts.refusals import CodeWrong
from practice.domain.actors import Actor
from practice.domain.booking.refusals import NotPossibleNow
from practice.domain.errors import NotFound
from practice.models import sealed
from practice.models.accounts import Account, BrowserSession, Factor, RecoveryCode
from practice.models.content import Practice
from practice.services import audit
from practice.services.access import require
from practice.services.accounts import sessions

STEP = 30
# A clock may be half a minute off to either side.
STEPS_AROUND = (-1, 0, 1)
RECOVERY_CODES = 10
# Nothing that looks like another when it is copied by hand.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Enrolment:
    """What the authenticator needs: a picture of this address, or the letters by hand."""

    secret: str
    uri: str


def enrol(session: Session, actor: Actor, *, account_id: UUID) -> Enrolment:
    """The same until it is confirmed, so that a page can be loaded twice."""
    found = session.exec(select(Factor).where(Factor.account_id == account_id)).first()
    if found and found.confirmed_at:
        raise NotPossibleNow
    if found is None:
        row = new_id()
        secret = random_base32()
        found = Factor(
            id=row, account_id=account_id, secret=sealed.seal(Factor, "secret", row, secret)
        )
        session.add(found)
        session.flush()
        audit.note(session, actor, "factor_begun", found)
    secret = sealed.read(found, "secret")
    account = require(session.get(Account, account_id))
    practice = session.get(Practice, 1)
    name = practice.name if practice else "Practice"
    totp: Any = TOTP(secret)
    return Enrolment(
        secret, totp.provisioning_uri(name=sealed.read(account, "email"), issuer_name=name)
    )


def confirm(session: Session, actor: Actor, *, session_id: UUID, code: str) -> list[str]:
    """The first right code makes it count; the recovery codes are told now and never again."""
    own = _session(session, session_id)
    factor = _factor(session, own.account_id)
    if factor.confirmed_at:
        raise NotPossibleNow
    _take_code(factor, code)
    factor.confirmed_at = own.factor_at = clock.now()
    audit.note(session, actor, "factor_confirmed", factor)
    return _new_recovery_codes(session, own.account_id)


def show(session: Session, actor: Actor, *, session_id: UUID, code: str) -> None:
    """At signing in, at unlocking, and where something asks for it once more."""
    own = _session(session, session_id)
    factor = _factor(session, own.account_id)
    if not factor.confirmed_at:
        raise NotPossibleNow
    if not _is_recovery_code(session, own.account_id, code):
        _take_code(factor, code)
    own.factor_at = own.last_used_at = clock.now()
    own.locked_at = None
    audit.note(session, actor, "factor_shown", own)


def _session(session: Session, session_id: UUID) -> BrowserSession:
    """A code opens what is locked, never what has ended."""
    found = require(session.get(BrowserSession, session_id))
    if (
        found.ended_at
        or clock.now() >= found.created_at + sessions.lifetimes(of_therapist=True).absolute
    ):
        raise NotFound
    return found


def _factor(session: Session, account_id: UUID) -> Factor:
    """Locked, so that one code is not taken by two at once."""
    return require(
        session.exec(
            select(Factor).where(Factor.account_id == account_id).with_for_update()
        ).first()
    )


def _take_code(factor: Factor, code: str) -> None:
    """Right, and later than the last that was taken."""
    given = code.replace(" ", "")
    totp = TOTP(sealed.read(factor, "secret"))
    now = int(clock.now().timestamp()) // STEP
    fitting = [
        now + around
        for around in STEPS_AROUND
        if now + around > factor.last_step
        and secrets.compare_digest(totp.generate_otp(now + around).encode(), given.encode())
    ]
    if not fitting:
        raise CodeWrong
    factor.last_step = fitting[-1]


def _new_recovery_codes(session: Session, account_id: UUID) -> list[str]:
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    codes = [_drawn() for _ in range(RECOVERY_CODES)]
    session.add_all(_kept(account_id, code) for code in codes)
    return codes


def _kept(account_id: UUID, code: str) -> RecoveryCode:
    found = RecoveryCode(id=new_id(), account_id=account_id)
    _seal(found, _digest(code))
    return found


def _seal(code: RecoveryCode, digest: str) -> None:
    """Found by an HMAC with the vault's key: whoever has the database alone can try all codes
    against nothing. Rotation of keys seals and indexes it anew like every sealed text."""
    code.code = sealed.seal(RecoveryCode, "code", code.id, digest)
    code.code_index = vault.ring().index("code", digest)
    code.code_hash = None


def seal_bare_codes(session: Session, actor: Actor) -> int:
    """Codes from before, whose bare hashes a fast machine goes through in an hour, are taken over
    as they are: what is kept on paper goes on opening."""
    bare = session.exec(
        select(RecoveryCode).where(col(RecoveryCode.code_hash).is_not(None)).with_for_update()
    ).all()
    for code in bare:
        _seal(code, bytes(code.code_hash or b"").hex())
        audit.note(session, actor, "recovery_code_sealed", code)
    return len(bare)


def _drawn() -> str:
    """Ten letters, fifty bits: with five tries in a quarter of an hour nobody guesses one."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _digest(code: str) -> str:
    plain = code.upper().replace("-", "").replace(" ", "")
    return sessions.hashed(plain).hex()


def _is_recovery_code(session: Session, account_id: UUID, code: str) -> bool:
    used = session.exec(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.account_id) == account_id,
            col(RecoveryCode.code_index).in_(vault.ring().indexes("code", _digest(code))),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=clock.now())
        .returning(col(RecoveryCode.id))
    )
    return used.first() is not None
