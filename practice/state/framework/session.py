"""Which browser session a tab belongs to, and the guard that empties a tab when it changes."""

import hashlib
from typing import Any

import reflex as rx
import structlog
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from starlette.requests import cookie_parser

from practice import authentication, db
from practice.domain.accounts.sessions import Standing
from practice.domain.actors import Actor
from practice.services.accounts import cookies
from practice.services.accounts.sessions import NOBODY, Found
from practice.state.framework import tabs
from practice.state.framework.allowed_events import NEEDED

logger = structlog.get_logger(__name__)
# Reflex's own states hold how a page is connected, nothing of a person; all others are emptied.
NOT_OURS = "reflex___"
# Whoever still needs a factor is shown the way by the door, as one whose session has ended.
WORDS = {Standing.OPEN: "open", Standing.LOCKED: "locked"}


class SessionState(rx.State):
    # For the page: "open", "locked" or "ended"; empty as long as it is not known.
    standing: str = ""
    # The cookie and what it stood for; None until the first event, and nobody is somebody, too.
    _bound_to: tuple[str, str] | None = None
    # The socket and cookie for which that was asked.
    _asked_for: tuple[str, str] | None = None
    # Whether a person did something since the page was connected.
    _is_in_use: bool = False

    def _stand(self, standing: Standing) -> None:
        word = WORDS.get(standing, "ended")
        if self.standing != word:
            self.standing = word


def cookie_of(state: BaseState) -> str | None:
    """From the websocket's own handshake: a payload cannot forge it."""
    headers: dict[str, str] = state.router_data.get("headers") or {}
    # The parser of our HTTP routes: the standard library's stops at a neighbour it dislikes.
    return cookie_parser(headers.get("cookie", "")).get(cookies.cookie_name()) or None


async def actor_of(state: BaseState) -> Actor:
    """A page that connects again loads its data again; nobody is there because of that."""
    own = await state.get_state(SessionState)
    who = authentication.find if own._is_in_use else authentication.look
    return (await who(cookie_of(state))).actor


async def empty(state: BaseState, standing: Standing) -> None:
    """Nothing of a person stays in the tab; the page is told why."""
    _wipe(state)
    (await state.get_state(SessionState))._stand(standing)


class SessionGuard(Middleware):
    """Runs before every event, under the state's lock.

    A tab's state is found by a token that the browser chose, so it must never outlive the
    session it was filled for: the next person at this browser, or whoever learnt the token,
    gets an empty one. What a cookie stands for is asked when a socket first speaks and whenever
    the whole state is wanted; in between the watch looks after it.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        own = await state.get_state(SessionState)
        is_boot = event.name.endswith((".hydrate", ".hydrate_and_load"))
        if tabs.is_own_wish():
            own._is_in_use = not is_boot
            if event.name not in NEEDED:
                tabs.mark_used(tabs.token_of(state))
        asked_for = (tabs.socket_of(state), _digest(cookie_of(state)))
        is_known = own._asked_for == asked_for and tabs.has_passed(app, state)
        if is_known and not is_boot:
            return None
        is_another = await _bind(app, state, own, asked_for)
        return await _fresh(state) if is_another and not is_boot else None


async def _bind(
    app: rx.App, state: BaseState, own: SessionState, asked_for: tuple[str, str]
) -> bool:
    """Whether it belonged to somebody else before, or to the same one in better standing."""
    found = await _find(cookie_of(state))
    truth = (asked_for[1], f"{found.session_id} {found.standing} {found.actor}") if found else None
    is_another = own._bound_to is not None and own._bound_to != truth
    if is_another or found is None:
        in_use = own._is_in_use
        _wipe(state)
        own._is_in_use = in_use
    if found:
        own._stand(found.standing)
        own._asked_for = asked_for
    own._bound_to = truth
    tabs.bind(app, state, found or NOBODY, truth)
    return is_another


async def _find(cookie: str | None) -> Found | None:
    """None while nobody can say: then the tab is empty, and the next event asks again."""
    try:
        return await authentication.look(cookie)
    except db.UNAVAILABLE as error:
        logger.error("session_unknown", exc_info=error)
        return None


def _digest(cookie: str | None) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest() if cookie else ""


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
