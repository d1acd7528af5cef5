"""A tab as the server knows it, and a socket that takes its token over and never speaks."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from reflex.event import Event

from practice.practice import app
from practice.state.framework import tabs
from tests.support.event_client import Tab
from tests.support.websocket_client import HYDRATE


@contextmanager
def overheard() -> Iterator[list[tuple[str, str]]]:
    """Everything that goes out to any socket, with the socket."""
    namespace: Any = app.event_namespace
    heard: list[tuple[str, str]] = []

    async def emit(_event: str, update: Any, to: str) -> None:
        heard.append((to, str(update)))

    namespace.emit = emit
    try:
        yield heard
    finally:
        del namespace.emit


class Linked(Tab):
    """Its answers go out to whoever has its token, as on a real wire."""

    def __init__(self, cookie: str, path: str = "/") -> None:
        super().__init__(cookie=cookie, path=path)
        self.socket = str(uuid.uuid4())

    async def open(self) -> None:
        links: Any = app.event_namespace._token_manager  # type: ignore[union-attr]
        await links.link_token_to_sid(self.token, self.socket)
        await self.ask(HYDRATE, {"vars": {}, "hashes": None})

    async def ask(self, name: str, payload: dict[str, Any]) -> None:
        event = Event(name=name, payload=payload, router_data=self._router_data())
        asked = await app.event_processor.enqueue(self.token, event)
        # What fails on purpose is answered like everything else.
        with suppress(Exception):
            await asked.wait_all()

    async def is_taken_over(self) -> str:
        namespace: Any = app.event_namespace
        await namespace.on_disconnect(self.socket)
        silent = str(uuid.uuid4())
        await namespace.link_token_to_sid(silent, self.token)
        assert tabs.current_socket(app, self.token) == silent
        return silent

    async def leave(self, socket: str) -> None:
        namespace: Any = app.event_namespace
        await namespace.on_disconnect(socket)

    def _router_data(self) -> dict[str, Any]:
        return {**super()._router_data(), "sid": self.socket}
