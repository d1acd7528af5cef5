"""The wire to the pages: who may connect, what may come in, and to whom anything goes out."""

import asyncio
import re
from typing import Any
from urllib.parse import parse_qs

import reflex as rx
from reflex.app import EventNamespace
from reflex.state import StateUpdate
from socketio.exceptions import ConnectionRefusedError as Refused

from practice import metrics
from practice.state.framework import tabs

# As pages make them. A token is a name that the browser chose, and a long one only fills memory.
TOKEN = re.compile(r"[0-9a-fA-F-]{36}")
# Events of one tab that wait for each other; whoever has sent more is not read for a while.
MOST_EVENTS = 40
A_MOMENT = 0.02
# Answers that wait to be read; whoever reads none of so many is not there.
MOST_ANSWERS = 100
MOST_ANSWERED = 4 * 1024 * 1024


class Wire(EventNamespace):
    """Reflex finds the socket of a tab by the token at the moment of sending, and whoever has the
    token then would hear what was meant for another. So the last step asks once more."""

    async def emit_update(self, update: StateUpdate, token: str) -> None:
        """Looks up the listener and hands over to that very socket without a pause in between."""
        socket = tabs.listener(self.app, token)
        if socket is None:
            metrics.socket_limits.labels("unheard").inc()
            return
        connection = self._connection(socket)
        if connection and _is_behind(connection):
            metrics.socket_limits.labels("unread").inc()
            # Without a word: whoever reads nothing cannot be told, and is not waited for.
            await connection.close(wait=False, abort=True)
            # The writer's sign that nothing more comes: it shuts the socket.
            await connection.queue.put(None)
            return
        await self.emit("event", update, to=socket)
        # As Reflex does: a handler that goes on must not keep the writer from writing.
        await asyncio.sleep(0)

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        if not TOKEN.fullmatch(_token_in(environ)):
            raise Refused("no token")
        if isinstance(auth, dict) and not is_event(auth.get("event")):
            auth = {name: value for name, value in auth.items() if name != "event"}
        await super().on_connect(sid, environ, auth)

    def on_disconnect(self, sid: str) -> asyncio.Task[None] | None:
        tabs.release(sid)
        return super().on_disconnect(sid)

    async def link_token_to_sid(self, sid: str, token: str, *, update_state: bool = True) -> None:
        """Makes no state for a socket that has not spoken: its first event will."""
        del update_state
        await super().link_token_to_sid(sid, token, update_state=False)

    async def on_event(self, sid: str, data: Any) -> None:
        """What no page sends is dropped here: inside Reflex it would fail, and write it down."""
        if not is_event(data):
            metrics.events.labels("malformed", "refused").inc()
            return
        await self._hold_back(self.sid_to_token.get(sid, ""))
        await super().on_event(sid, data)

    async def _hold_back(self, token: str) -> None:
        """Until the tab's events are fewer; the socket itself is not read meanwhile."""
        processor: Any = self.app.event_processor
        while len(processor._token_queues.get(token, ())) >= MOST_EVENTS:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(A_MOMENT)

    def _connection(self, socket: str) -> Any:
        """Engine.IO's own, with the answers that wait in it."""
        server: Any = self.app.sio
        transport = server.manager.eio_sid_from_sid(socket, self.namespace)
        return server.eio.sockets.get(transport) if transport else None


def lay(app: rx.App) -> None:
    """Takes the place of Reflex's own, before anybody connects."""
    own = app.event_namespace
    if own is None or app.sio is None:
        raise RuntimeError("Reflex has no socket to stand at")
    app._event_namespace = Wire(own.namespace, app)
    app.sio.register_namespace(app._event_namespace)


def is_event(data: Any) -> bool:
    """By its shape only: what its handler wants of it the guard knows."""
    if not isinstance(data, dict):
        return False
    where = data.get("router_data", {})
    return (
        isinstance(data.get("name"), str)
        and isinstance(data.get("payload", {}), dict)
        and isinstance(where, dict)
        and all(isinstance(where.get(name, ""), str) for name in ("pathname", "asPath"))
        and isinstance(where.get("query", {}), dict)
    )


def _is_behind(connection: Any) -> bool:
    packets = [packet for packet in connection.queue._queue if packet]
    return (
        len(packets) >= MOST_ANSWERS
        or sum(len(packet.data or "") for packet in packets) >= MOST_ANSWERED
    )


def _token_in(environ: dict[str, Any]) -> str:
    """Read as Reflex reads it, or what is looked at here would not be what is used there."""
    return parse_qs(environ.get("QUERY_STRING", "")).get("token", [""])[0]
