"""Who is calling: the one place where a cookie becomes an actor."""

from practice import clock, runtime, settings, vault
from practice.domain.accounts.sessions import Standing
from practice.domain.actors import SYSTEM, VISITOR, Actor
from practice.domain.errors import TooMany
from practice.services import rate_limits
from practice.services.access import require
from practice.services.accounts import second_factor, sessions
from practice.services.accounts.sessions import NOBODY, TOUCH, Found


async def find(cookie: str | None) -> Found:
    """Asked of the database each time, so that a session that was ended is over everywhere at
    once. Being used keeps it open; that is written down once a minute."""
    found = await look(cookie)
    is_stale = found.last_used_at is None or clock.now() >= found.last_used_at + TOUCH
    if found.standing is Standing.OPEN and found.session_id and is_stale:
        await runtime.transact(sessions.touch, SYSTEM, session_id=found.session_id)
    return found


def way(found: Found) -> str:
    """Where somebody with this session goes; from a list of ours, never from the request."""
    if found.standing in {Standing.NEEDS_FACTOR, Standing.LOCKED}:
        return "/sign-in/code"
    if found.standing is Standing.ENDED:
        return "/sign-in"
    if found.is_therapist:
        return "/portal"
    return "/me" if found.actor.client_id else "/sign-in/was-it-you"


async def look(cookie: str | None) -> Found:
    """The same without being a use: a page that only sits there must not keep itself open."""
    return await runtime.query(sessions.find, SYSTEM, cookie=cookie) if cookie else NOBODY


async def unlock(cookie: str | None, code: str) -> Found:
    """A code opens what is locked, after its try was counted. Whoever stands otherwise stays so."""
    found = await look(cookie)
    if found.standing is not Standing.LOCKED:
        return found
    if wait := await count_code(found):
        raise TooMany(wait)
    session_id = require(found.session_id)
    await runtime.transact(second_factor.show, SYSTEM, session_id=session_id, code=code)
    return await look(cookie)


async def count_code(found: Found) -> int | None:
    """Codes are short: the seconds to wait, once too many were tried on this account."""
    subject = vault.ring().index("codes", str(found.account_id))
    tries = [("codes", subject, settings.current().limits.codes)]
    return await runtime.transact(rate_limits.count, VISITOR, tries=tries)


async def actor_for(cookie: str | None) -> Actor:
    return (await find(cookie)).actor
