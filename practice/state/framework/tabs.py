"""The open tabs of this process: whose each is, which socket may hear it, and how it is told."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import reflex as rx
from reflex.state import BaseState
from reflex_base.event.context import EventContext

from practice.domain.accounts.sessions import Standing
from practice.domain.actors import Actor
from practice.services.accounts.sessions import Found

# What can still change by itself. Whoever is out already stays as they are.
ALIVE = frozenset({Standing.OPEN, Standing.LOCKED})
# What a cookie stood for when it was asked; None while nobody can say.
Truth = tuple[str, str] | None


class Bound(NamedTuple):
    """A socket that passed the guard, with what its own cookie stood for."""

    token: str
    socket: str
    truth: Truth
    session_id: UUID | None
    standing: Standing
    actor: Actor


@dataclass
class Content:
    """For whom a tab's state was filled, and whether a person did something in it."""

    truth: Truth
    is_used: bool = False


# By socket, and by token: the browser chooses the token and anybody may connect with it, so that
# a token alone never says who listens.
_passed: dict[str, Bound] = {}
_contents: dict[str, Content] = {}


def bind(app: rx.App, state: BaseState, found: Found, truth: Truth) -> None:
    """The guard asked who this socket is, and the tab's state is theirs from now on."""
    token, socket = token_of(state), socket_of(state)
    _content(token).truth = truth
    if current_socket(app, token) == socket:
        _passed[socket] = Bound(token, socket, truth, found.session_id, found.standing, found.actor)


def rebind(socket: str, standing: Standing) -> None:
    """The session stands differently from now on; one that is over must be asked anew."""
    bound = _passed.pop(socket, None)
    if bound and standing in ALIVE:
        _passed[socket] = bound._replace(standing=standing)


def release(socket: str) -> None:
    """The socket is gone, and nothing is remembered of it."""
    _passed.pop(socket, None)


def list_bound(app: rx.App) -> dict[str, Bound]:
    """The tabs of a session, by their tokens: only those whose very socket passed the guard."""
    return {
        bound.token: bound
        for bound in _passed.values()
        if bound.session_id and bound.standing in ALIVE and is_current(app, bound)
    }


def has_passed(app: rx.App, state: BaseState) -> bool:
    """A socket that is gone cannot be bound; what it still sent was asked for by itself."""
    socket = socket_of(state)
    return socket in _passed or current_socket(app, token_of(state)) != socket


def is_current(app: rx.App, bound: Bound) -> bool:
    return current_socket(app, bound.token) == bound.socket


def listener(app: rx.App, token: str) -> str | None:
    """The socket that may hear what this tab's state holds: it passed the guard, and the state was
    filled for the very person whom its cookie stood for. To anybody else nothing is sent."""
    bound = _passed.get(current_socket(app, token) or "")
    content = _contents.get(token)
    if bound is None or content is None or bound.token != token:
        return None
    return bound.socket if bound.truth == content.truth else None


def mark_used(token: str) -> None:
    _content(token).is_used = True


def is_used(token: str) -> bool:
    return token in _contents and _contents[token].is_used


def release_all_but(sockets: set[str]) -> None:
    """A socket may have passed the guard while it closed, after it was released."""
    for socket in _passed.keys() - sockets:
        release(socket)


def forget_all_but(tokens: set[str]) -> None:
    """Of a tab whose state is gone nothing is remembered either."""
    for token in _contents.keys() - tokens:
        del _contents[token]


def token_of(state: BaseState) -> str:
    return str(state.router_data.get("token") or "")


def socket_of(state: BaseState) -> str:
    return str(state.router_data.get("sid") or "")


def is_own_wish() -> bool:
    """Whether the event came from the page itself, and not from another event."""
    return not EventContext.get().parent_txid


async def tell(
    app: rx.App, token: str, actor: Actor, say: Callable[[BaseState], Awaitable[None]]
) -> None:
    """The only way to say something to a tab by itself: while its state is held, and only if the
    socket that has it now passed the guard as this person. Locked, left, taken over: nothing."""
    async with opened(app, token) as state:
        bound = _passed.get(listener(app, token) or "")
        if bound and bound.standing is Standing.OPEN and bound.actor == actor:
            await say(state)


async def shut(app: rx.App, bound: Bound, empty: Callable[[BaseState], Awaitable[None]]) -> None:
    """Empties a tab and tells its page why, unless another socket has it by now: that one is asked
    who it is before it hears anything. What is empty is fit for everybody to hear."""
    async with opened(app, bound.token) as state:
        if is_current(app, bound):
            await empty(state)
            _content(bound.token).truth = bound.truth


@asynccontextmanager
async def opened(app: rx.App, token: str) -> AsyncGenerator[BaseState]:
    """The root of a tab's state, under its lock; what changed is sent to its listener."""
    async with app.modify_state(rx.BaseStateToken(ident=token, cls=rx.State)) as state:
        yield state._get_root_state()


async def hang_up(app: rx.App, socket: str) -> None:
    """After everything that was sent before. The page does not come back by itself."""
    namespace: Any = app.event_namespace
    server: Any = app.sio
    if server is None or socket not in namespace.sid_to_token:
        return
    transport = server.manager.eio_sid_from_sid(socket, namespace.namespace)
    await server.disconnect(socket, namespace=namespace.namespace)
    if transport:
        await server.eio.disconnect(transport)


def current_socket(app: rx.App, token: str) -> str | None:
    """The socket that has the token now, whoever it is."""
    namespace: Any = app.event_namespace
    record = namespace._token_manager.token_to_socket.get(token)
    return record.sid if record else None


def _content(token: str) -> Content:
    return _contents.setdefault(token, Content(None))
