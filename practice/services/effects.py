"""Does what was promised outside: claims, acts, settles. No transaction is open while it acts."""

import structlog

from practice import db, metrics
from practice.domain.actors import Actor
from practice.domain.fanout import Effect
from practice.providers import Providers
from practice.providers.ports import ProviderError
from practice.services import claims, composing, post
from practice.services.claims import Claimed

logger = structlog.get_logger(__name__)

# Done at once, while no calendar is connected.
INSTANT = (Effect.CALENDAR_EVENT,)
NO_CALENDAR = "no_calendar"


def work_once(providers: Providers, actor: Actor) -> int:
    """How much was found to do."""
    at_once = db.transact(claims.claim, actor, instant=INSTANT, only_instant=True)
    if at_once:
        ids = [one.id for one in at_once]
        db.transact(claims.done, actor, ids=ids, outcome=NO_CALENDAR)
    outside = db.transact(claims.claim, actor, instant=INSTANT, only_instant=False)
    for one in outside:
        _do(providers, actor, one)
    for one in [*at_once, *outside]:
        metrics.effects.labels(one.effect).inc()
    return len(at_once) + len(outside)


def _do(providers: Providers, actor: Actor, claimed: Claimed) -> None:
    try:
        if claimed.effect == Effect.CHAT_TO_THERAPIST:
            _say(providers, actor, claimed)
        else:
            _send(providers, actor, claimed)
    except db.FAILED:
        # It stays claimed until the lease ends; then anybody takes it up.
        raise
    except Exception as error:
        # A defect of ours must not stop everything behind it, nor be forgotten.
        logger.error("effect_failed", effect=claimed.effect, fact=claimed.fact, exc_info=error)
        metrics.errors.labels("effect").inc()
        db.transact(claims.fail, actor, claimed=claimed, failure=ProviderError("defect"))


def _send(providers: Providers, actor: Actor, claimed: Claimed) -> None:
    message = db.transact(post.prepare, actor, row=claimed.id)
    if message is None:
        return
    try:
        receipt = providers.mail.send(message, lost_before=claimed.lost)
    except ProviderError as failure:
        db.transact(post.failed, actor, claimed=claimed, failure=failure)
    else:
        db.transact(post.sent, actor, claimed=claimed, receipt=receipt)


def _say(providers: Providers, actor: Actor, claimed: Claimed) -> None:
    text = db.query(composing.find_text, actor, row=claimed.id)
    if providers.chat is None or not text:
        db.transact(claims.done, actor, ids=[claimed.id], outcome="not_wanted")
        return
    try:
        providers.chat.say(text)
    except ProviderError as failure:
        db.transact(claims.fail, actor, claimed=claimed, failure=failure)
    else:
        db.transact(claims.done, actor, ids=[claimed.id], outcome="sent")
