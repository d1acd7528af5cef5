"""A hostile or merely curious client of Reflex's websocket, speaking it raw."""

import json
import queue
import threading
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

import socketio
from reflex_base.utils.format import format_event_handler
from socketio.exceptions import ConnectionError as NotConnected

# Half a character is sent as it is written in JSON: no page does, an attacker may.
ESCAPED = SimpleNamespace(dumps=partial(json.dumps, ensure_ascii=True), loads=json.loads)
HYDRATE = "reflex___state____state.hydrate_and_load"
SPACE = "/_event"


class RawClient:
    def __init__(
        self,
        base: str,
        *,
        token: str = "",
        boot: str = HYDRATE,
        path: str = "/styleguide",
        **headers: str,
    ) -> None:
        self.path = path
        self.token = token or str(uuid.uuid4())
        self.new_token = ""
        self.answers: queue.Queue[Any] = queue.Queue()
        self.closed = threading.Event()
        origin = headers.pop("origin", base)
        options = {"origin": origin} if origin else {"suppress_origin": True}
        self.client = socketio.Client(
            reconnection=False, websocket_extra_options=options, json=ESCAPED
        )
        self.client.on("event", self.answers.put, namespace=SPACE)
        self.client.on("new_token", self._renamed, namespace=SPACE)
        self.client.on("disconnect", self._ended, namespace=SPACE)
        try:
            self.client.connect(
                f"{base}?token={self.token}",
                headers=headers,
                transports=["websocket"],
                namespaces=[SPACE],
                socketio_path=SPACE,
                auth={"event": self._event(boot, {"vars": {}, "hashes": None})} if boot else None,
                wait_timeout=5,
            )
        except NotConnected:
            self.leave()
            raise

    def leave(self) -> None:
        """To the last: where the far end hung up, the client leaves its own socket lying about."""
        self.client.disconnect()
        transport: Any = self.client.eio
        transport.queue.put(None)
        for task in (transport.read_loop_task, transport.write_loop_task):
            if task:
                task.join(5)
        if transport.ws:
            transport.ws.shutdown()

    def send(self, handler: Any, payload: Any) -> None:
        self.send_named(format_event_handler(handler), payload)

    def send_named(self, name: str, payload: Any) -> None:
        self.client.emit("event", self._event(name, payload), namespace=SPACE)

    def next(self, seconds: float = 10) -> Any:
        return self.answers.get(timeout=seconds)

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

    def heard_until(self, words: str, seconds: float = 60) -> str:
        """Everything up to the answer that says this; answers come in the order of the events."""
        found: list[str] = []
        until = time.monotonic() + seconds
        while not found or words not in found[-1]:
            found.append(str(self.answers.get(timeout=max(0.01, until - time.monotonic()))))
        return "".join(found)

    def _renamed(self, token: str) -> None:
        self.new_token = token

    def _ended(self, *_reason: object) -> None:
        self.closed.set()

    def _event(self, name: str, payload: Any) -> dict[str, Any]:
        where = {"pathname": self.path, "asPath": self.path}
        return {"name": name, "payload": payload, "router_data": where}


@contextmanager
def connected(base: str, **options: str) -> Generator[RawClient]:
    client = RawClient(base, **options)
    try:
        yield client
    finally:
        client.leave()


@contextmanager
def silent_with(base: str, token: str) -> Generator[RawClient]:
    """Connects with the token of a page that left, and says nothing. Until the server has noticed
    that it left, a newcomer is given another token, so it tries again."""
    client = RawClient(base, token=token, boot="")
    time.sleep(0.05)
    for _try in range(100):
        if not client.new_token:
            break
        client.leave()
        client = RawClient(base, token=token, boot="")
        time.sleep(0.05)
    try:
        yield client
    finally:
        client.leave()
