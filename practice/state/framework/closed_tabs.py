"""What a tab leaves behind when its socket closes, and for how long it is kept."""

import asyncio
import ctypes
from time import monotonic
from typing import Any

import reflex as rx
import structlog

from practice.state.framework import tabs

logger = structlog.get_logger(__name__)
EVERY = 1.0
# For a page that lost its line. A tab in which nobody did anything has nothing to come back to: it
# is filled anew like any other.
GRACE = 600.0
# States without a socket, of all tabs together; beyond that the oldest go first.
MOST = 500
# So many states that went are worth a look through the heap.
MANY = 200
_closed: dict[str, float] = {}


async def sweep(app: rx.App) -> None:
    """For as long as the server lives."""
    gone = 0
    while True:
        await asyncio.sleep(EVERY)
        try:
            gone += clear(app, monotonic())
            if gone >= MANY:
                _give_back()
                gone = 0
        except Exception as error:
            logger.error("tabs_not_cleared", exc_info=error)


def clear(app: rx.App, now: float) -> int:
    """Tells how many went. It looks at what is there and not at what happened, so that a state
    which a late event made again goes like the others."""
    manager: Any = app.state_manager
    namespace: Any = app.event_namespace
    left = manager.states.keys() - namespace._token_manager.token_to_socket.keys()
    for token in _closed.keys() - left:
        del _closed[token]
    for token in left:
        _closed.setdefault(token, now)
    crowded = set(sorted(_closed, key=_closed.__getitem__)[: max(0, len(_closed) - MOST)])
    before = len(_closed)
    for token, since in list(_closed.items()):
        grace = GRACE if tabs.is_used(token) and token not in crowded else 0
        if now >= since + grace and not _is_busy(app, token):
            manager._purge_token(rx.BaseStateToken(ident=token, cls=rx.State))
            del _closed[token]
    tabs.release_all_but(set(namespace._token_manager.sid_to_token))
    tabs.forget_all_but({*manager.states, *namespace._token_manager.token_to_socket})
    return before - len(_closed)


def _give_back() -> None:
    """The C library keeps what was freed; where it can be asked, it gives whole pages back."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def _is_busy(app: rx.App, token: str) -> bool:
    """A handler is still at work in it: it is looked at again with the next sweep."""
    processor, manager = app._event_processor, app.state_manager
    lock = getattr(manager, "_states_locks", {}).get(token)
    waiting = getattr(processor, "_token_queues", {})
    return token in waiting or bool(lock and lock.locked())
