"""The open tabs of this process: whose each is, and the one place that reaches into Reflex."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from uuid import UUID

import reflex as rx
from reflex.state import BaseState
from reflex_base.event.context import EventContext

from practice.domain.actors import Actor
from practice.domain.signin import Standing
from practice.services.sessions import Found

# What can still change by itself. Whoever is out already stays as they are.
ALIVE = frozenset({Standing.OPEN, Standing.LOCKED})


class Bound(NamedTuple):
    session_id: UUID
    standing: Standing
    actor: Actor


_bound: dict[str, Bound] = {}


def bind(token: str, found: Found) -> None:
    """From now on this tab is watched for this session, or for none."""
    if found.session_id and found.standing in ALIVE:
        _bound[token] = Bound(found.session_id, found.standing, found.actor)
    else:
        _bound.pop(token, None)


def rebind(token: str, standing: Standing) -> None:
    own = _bound.pop(token, None)
    if own and standing in ALIVE:
        _bound[token] = own._replace(standing=standing)


def list_bound(app: rx.App) -> dict[str, Bound]:
    """Those with an open socket; the others are forgotten, and asked again when they return."""
    connected = _namespace(app)._token_manager.token_to_socket
    for token in _bound.keys() - connected.keys():
        del _bound[token]
    return dict(_bound)


def whose(token: str) -> Actor | None:
    """Who looks at it now; nobody where it is locked or was forgotten."""
    own = _bound.get(token)
    return own.actor if own and own.standing is Standing.OPEN else None


def token_of(state: BaseState) -> str:
    return str(state.router_data.get("token") or "")


def socket_of(state: BaseState) -> str:
    return str(state.router_data.get("sid") or "")


def is_own_wish() -> bool:
    """Whether the event came from the page itself, and not from another event."""
    return not EventContext.get().parent_txid


@asynccontextmanager
async def opened(app: rx.App, token: str) -> AsyncGenerator[BaseState]:
    """The root of a tab's state, under its lock; what changed is sent to the page."""
    async with app.modify_state(rx.BaseStateToken(ident=token, cls=rx.State)) as state:
        yield state._get_root_state()


async def hang_up(app: rx.App, token: str) -> None:
    """After everything that was sent before. The page does not come back by itself."""
    namespace = _namespace(app)
    record = namespace._token_manager.token_to_socket.get(token)
    server: Any = app.sio
    if record is None or server is None:
        return
    transport = server.manager.eio_sid_from_sid(record.sid, namespace.namespace)
    await server.disconnect(record.sid, namespace=namespace.namespace)
    if transport:
        await server.eio.disconnect(transport)


def _namespace(app: rx.App) -> Any:
    return app.event_namespace
