"""Does what was promised outside: claims, acts, settles. No transaction is open while it acts."""

import threading
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import structlog
from sqlmodel import Session

from practice import db, metrics
from practice.domain.actors import Actor
from practice.domain.booking.consequences import Effect
from practice.providers import Providers
from practice.providers.ports import ProviderError
from practice.services.letters import compose, mail_log
from practice.services.outbox import queue
from practice.services.outbox.queue import Claimed

logger = structlog.get_logger(__name__)

# Done at once, while no calendar is connected.
INSTANT = (Effect.CALENDAR_EVENT,)
NO_CALENDAR = "no_calendar"
P = ParamSpec("P")
R = TypeVar("R")
_thinking = threading.Lock()


def work_once(
    providers: Providers,
    actor: Actor,
    *,
    more: Callable[[], object] = lambda: None,
    refused: Callable[[], object] = lambda: None,
) -> int:
    """How much was found to do. Where there was something there may be more: that is said before
    this is done, which can take its time. And it is said where somebody outside did not do it."""
    found = _think(queue.claim, actor, instant=INSTANT)
    if not found:
        return 0
    more()
    at_once = [one.id for one in found if one.effect in INSTANT]
    if at_once:
        _think(queue.done, actor, ids=at_once, outcome=NO_CALENDAR)
    for one in found:
        if one.effect not in INSTANT:
            _do(providers, actor, one, refused)
        metrics.effects.labels(one.effect).inc()
    return len(found)


def _think(
    work: Callable[Concatenate[Session, Actor, P], R],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """One hand at a time: the interpreter runs one thread at a time anyway, and whoever answers a
    visitor should not stand in line behind all of them."""
    with _thinking:
        return db.transact(work, actor, *args, **kwargs)


def _do(
    providers: Providers, actor: Actor, claimed: Claimed, refused: Callable[[], object]
) -> None:
    try:
        act = _say if claimed.effect == Effect.CHAT_TO_THERAPIST else _send
        if not act(providers, actor, claimed):
            refused()
    except db.FAILED:
        # It stays claimed until the lease ends; then anybody takes it up.
        raise
    except Exception as error:
        # A defect of ours must not stop everything behind it, nor be forgotten.
        logger.error("effect_failed", effect=claimed.effect, fact=claimed.fact, exc_info=error)
        metrics.errors.labels("effect").inc()
        _think(queue.fail, actor, claimed=claimed, failure=ProviderError("defect"))


def _send(providers: Providers, actor: Actor, claimed: Claimed) -> bool:
    message = _think(mail_log.prepare, actor, row=claimed.id)
    if message is None:
        return True
    try:
        receipt = providers.mail.send(message, lost_before=claimed.lost)
    except ProviderError as failure:
        _think(mail_log.failed, actor, claimed=claimed, failure=failure)
        return False
    _think(mail_log.sent, actor, claimed=claimed, receipt=receipt)
    return True


def _say(providers: Providers, actor: Actor, claimed: Claimed) -> bool:
    with _thinking:
        text = db.query(compose.find_text, actor, row=claimed.id)
    if providers.chat is None or not text:
        _think(queue.done, actor, ids=[claimed.id], outcome="not_wanted")
        return True
    try:
        providers.chat.say(text)
    except ProviderError as failure:
        _think(queue.fail, actor, claimed=claimed, failure=failure)
        return False
    _think(queue.done, actor, ids=[claimed.id], outcome="sent")
    return True
