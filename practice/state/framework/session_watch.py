"""The watch over open tabs: a session that ended or locked, wherever and why ever, shuts them."""

import asyncio
from uuid import UUID

import reflex as rx
import structlog

from practice import runtime
from practice.domain.accounts.sessions import Standing
from practice.domain.actors import SYSTEM
from practice.services.accounts import sessions
from practice.state.framework import session, tabs

logger = structlog.get_logger(__name__)
# With the time that emptying takes, every tab is shut within five seconds.
EVERY = 2.0
# A handler that is at work holds its tab for so long at most before the socket goes all the same.
PATIENCE = 2.0


async def watch(app: rx.App) -> None:
    """For as long as the server lives. While the database cannot be had nobody is thrown out:
    handlers and pages ask it themselves and are refused."""
    is_blind = False
    while True:
        await asyncio.sleep(EVERY)
        try:
            await look(app)
        except Exception as error:
            if not is_blind:
                logger.error("sessions_unwatched", exc_info=error)
            is_blind = True
        else:
            is_blind = False


async def look(app: rx.App) -> None:
    """One question for all tabs. It asks for how things stand and not for what happened, so that
    time alone, another process and a message that was lost are the same to it."""
    bound = tabs.list_bound(app)
    if not bound:
        return
    ids = {token: tab.session_id for token, tab in bound.items() if tab.session_id}
    standings: dict[UUID, Standing] = await runtime.query(
        sessions.find_standings, SYSTEM, session_ids=set(ids.values())
    )
    changed = {
        token: standing
        for token, session_id in ids.items()
        if (standing := standings.get(session_id, Standing.ENDED)) is not bound[token].standing
    }
    done = await asyncio.gather(
        *(_settle(app, bound[token], standing) for token, standing in changed.items()),
        return_exceptions=True,
    )
    for failure in done:
        if isinstance(failure, BaseException):
            raise failure


async def _settle(app: rx.App, bound: tabs.Bound, standing: Standing) -> None:
    is_over = standing not in tabs.ALIVE
    try:
        async with asyncio.timeout(PATIENCE):
            await tabs.shut(app, bound, lambda state: session.empty(state, standing))
    except TimeoutError:
        # Locked: the next look tries again. Over: it is asked who it is before it is shown again.
        if not is_over:
            return
    tabs.rebind(bound.socket, standing)
    if is_over:
        await _hang_up(app, bound.socket)


async def _hang_up(app: rx.App, socket: str) -> None:
    """Whoever does not listen is left alone: the tab is empty and bound to nobody."""
    try:
        async with asyncio.timeout(PATIENCE):
            await tabs.hang_up(app, socket)
    except TimeoutError:
        logger.warning("socket_lingers")
