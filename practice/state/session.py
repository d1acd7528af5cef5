"""Which browser session a tab belongs to, and the guard that empties a tab when it changes."""

import hashlib
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from starlette.requests import cookie_parser

from practice.services import signin

# Reflex's own states hold how a page is connected, nothing of a person; all others are emptied.
NOT_OURS = "reflex___"


class SessionState(rx.State):
    # None until the first event; "" is nobody, and nobody signing in is a change, too.
    _bound_to: str | None = None


def cookie_of(state: BaseState) -> str | None:
    """From the websocket's own handshake: a payload cannot forge it."""
    headers: dict[str, str] = state.router_data.get("headers") or {}
    # The parser of our HTTP routes: the standard library's stops at a neighbour it dislikes.
    return cookie_parser(headers.get("cookie", "")).get(signin.cookie_name()) or None


class SessionGuard(Middleware):
    """Runs before every event, under the state's lock.

    A tab's state is found by a token that the browser chose, so it must never outlive the
    session it was filled for: the next person at this browser, or whoever learnt the token,
    gets an empty one.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        del app
        cookie = cookie_of(state)
        now = hashlib.sha256(cookie.encode()).hexdigest() if cookie else ""
        own = await state.get_state(SessionState)
        if own._bound_to == now:
            return None
        is_first = own._bound_to is None
        if not is_first:
            _wipe(state)
        own._bound_to = now
        return None if is_first or _is_boot(event) else await _fresh(state)


def _wipe(state: BaseState) -> None:
    root: Any = state._get_root_state()
    for name, sub in list(root.substates.items()):
        if not name.startswith(NOT_OURS):
            sub.reset()


async def _fresh(state: BaseState) -> StateUpdate:
    """The event was meant for a state that is gone: the page gets the empty one instead."""
    root: Any = state._get_root_state()
    delta = await root._get_resolved_delta()
    root._clean()
    return StateUpdate(delta=delta)


def _is_boot(event: Event) -> bool:
    return event.name.endswith((".hydrate", ".hydrate_and_load"))
