"""A hostile or merely curious client of Reflex's websocket, speaking it raw."""

import queue
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import socketio
from reflex_base.utils.format import format_event_handler

HYDRATE = "reflex___state____state.hydrate_and_load"


class RawClient:
    def __init__(self, base: str, **headers: str) -> None:
        self.token = str(uuid.uuid4())
        self.answers: queue.Queue[Any] = queue.Queue()
        origin = headers.pop("origin", base)
        options = {"origin": origin} if origin else {"suppress_origin": True}
        self.client = socketio.Client(reconnection=False, websocket_extra_options=options)
        self.client.on("event", self.answers.put, namespace="/_event")
        self.client.connect(
            f"{base}?token={self.token}",
            headers=headers,
            transports=["websocket"],
            namespaces=["/_event"],
            socketio_path="/_event",
            auth={"event": self._event(HYDRATE, {"vars": {}, "hashes": None})},
            wait_timeout=5,
        )

    def send(self, handler: Any, payload: Any) -> None:
        self.send_named(format_event_handler(handler), payload)

    def send_named(self, name: str, payload: Any) -> None:
        self.client.emit("event", self._event(name, payload), namespace="/_event")

    def heard(self, seconds: float = 0.5) -> str:
        """Everything that came until it was quiet for a while."""
        found: list[Any] = []
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                found.append(self.answers.get(timeout=seconds))
            except queue.Empty:
                break
        return str(found)

    @staticmethod
    def _event(name: str, payload: Any) -> dict[str, Any]:
        where = {"pathname": "/styleguide", "asPath": "/styleguide"}
        return {"name": name, "payload": payload, "router_data": where}


@contextmanager
def connected(base: str, **headers: str) -> Generator[RawClient]:
    client = RawClient(base, **headers)
    try:
        yield client
    finally:
        client.client.disconnect()
