"""The bell: when the database says that somebody has a notice, their open tabs show it at once."""

import asyncio
from collections.abc import Coroutine

import psycopg
import reflex as rx
import structlog
from reflex.state import BaseState

from practice import db, i18n
from practice.domain.actors import Actor, Role
from practice.domain.errors import Refusal
from practice.runtime import query
from practice.services.messages import notices
from practice.state.dashboard.frame import ClientState
from practice.state.framework import tabs
from practice.state.messages.notices import MyNoticesState, PortalNoticesState
from practice.state.portal.frame import PortalState

logger = structlog.get_logger(__name__)
CHANNEL = "notices"
# After the line to the database broke.
PAUSE = 1.0
# A handler that is at work holds its tab; its page is told when it is done, or with the next.
PATIENCE = 30.0
HERS = (PortalState, PortalNoticesState)
THEIRS = (ClientState, MyNoticesState)
# How the address of either list ends.
LIST = "/notices"
_ringing: set[asyncio.Task[None]] = set()


async def listen(app: rx.App, url: str) -> None:
    """For as long as the server lives. What was said while nobody listened is made up for."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as line:
                await line.execute(f"LISTEN {CHANNEL}".encode())
                _ring(app)
                async for said in line.notifies():
                    _ring(app, said.payload)
        except psycopg.Error:
            logger.warning("bell_silent")
        await asyncio.sleep(PAUSE)


def _ring(app: rx.App, word: str = "") -> None:
    """Each tab by itself, so that a busy one keeps no other waiting; without a word, all."""
    for token, bound in tabs.list_bound(app).items():
        if not word or notices.word_for(bound.actor) == word:
            _start(_tell(app, token, bound.actor))


def _start(work: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(work)
    _ringing.add(task)
    task.add_done_callback(_ringing.discard)


async def _show(state: BaseState, actor: Actor) -> None:
    """The number in the frame; where the list is what is looked at, the list, too."""
    frame, page = HERS if actor.role is Role.THERAPIST else THEIRS
    (await state.get_state(frame)).unread = await query(notices.count_unread, actor)
    path = str(state.router_data.get("pathname") or "")
    if path.endswith(LIST):
        with i18n.speaking(i18n.language_of(path)):
            await (await state.get_state(page))._hear(actor)


async def _tell(app: rx.App, token: str, actor: Actor) -> None:
    """Counted while the tab is held, so that of two the later one has the last word. Locked, or
    somebody else's by now: what is counted there is told by their own page."""
    try:
        async with asyncio.timeout(PATIENCE):
            await tabs.tell(app, token, actor, lambda state: _show(state, actor))
    except (TimeoutError, Refusal, *db.FAILED):
        logger.warning("bell_not_heard")
    except Exception as error:
        logger.error("bell_failed", exc_info=error)
