"""Does what was promised outside: claims, acts, settles. No transaction is open while it acts."""

from collections.abc import Callable

import structlog

from practice import db, metrics
from practice.domain.actors import Actor
from practice.domain.booking.consequences import Effect
from practice.providers import Providers
from practice.providers.ports import ProviderError
from practice.services.letters import send
from practice.services.outbox import queue, turns
from practice.services.outbox.queue import Claimed

logger = structlog.get_logger(__name__)

# Done at once, while no calendar is connected.
INSTANT = (Effect.CALENDAR_EVENT,)
NO_CALENDAR = "no_calendar"


def work_once(
    providers: Providers,
    actor: Actor,
    *,
    more: Callable[[], object] = lambda: None,
    refused: Callable[[], object] = lambda: None,
) -> int:
    """How much was found to do. Where there was something there may be more: that is said before
    this is done, which can take its time. And it is said where somebody outside did not do it."""
    found = turns.think(queue.claim, actor, instant=INSTANT)
    if not found:
        return 0
    more()
    at_once = [one.id for one in found if one.effect in INSTANT]
    if at_once:
        turns.think(queue.done, actor, ids=at_once, outcome=NO_CALENDAR)
    for one in found:
        if one.effect not in INSTANT:
            _do(providers, actor, one, refused)
        metrics.effects.labels(one.effect).inc()
    return len(found)


def _do(
    providers: Providers, actor: Actor, claimed: Claimed, refused: Callable[[], object]
) -> None:
    try:
        act = send.say if claimed.effect == Effect.CHAT_TO_THERAPIST else send.send
        if not act(providers, actor, claimed):
            refused()
    except db.FAILED:
        # It stays claimed until the lease ends; then anybody takes it up.
        raise
    except Exception as error:
        # A defect of ours must not stop everything behind it, nor be forgotten.
        logger.error("effect_failed", effect=claimed.effect, fact=claimed.fact, exc_info=error)
        metrics.errors.labels("effect").inc()
        turns.think(queue.fail, actor, claimed=claimed, failure=ProviderError("defect"))
