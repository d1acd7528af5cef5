"""A browser tab without a browser: sends events through Reflex's whole pipeline."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from reflex.event import Event
from reflex_base.utils.format import format_event_handler

from practice.practice import app
from practice.state.framework.trouble import TroubleState


@asynccontextmanager
async def reflex_running() -> AsyncIterator[None]:
    async with app._setup_event_processor():
        with app.set_contexts():
            yield


class Tab:
    def __init__(self, cookie: str = "", path: str = "/styleguide", token: str = "") -> None:
        self.token = token or str(uuid.uuid4())
        self.cookie = cookie
        self.path = path
        self.seen: dict[str, dict[str, Any]] = {}
        # Each delta as it came, also what a later one has overwritten.
        self.heard: list[Any] = []

    async def send(self, handler: Any, /, **payload: Any) -> None:
        await self.send_raw(format_event_handler(handler), payload)

    async def send_raw(self, name: str, payload: dict[str, Any]) -> None:
        event = Event(name=name, payload=payload, router_data=self._router_data())
        processor: Any = app.event_processor
        async for delta in processor.enqueue_stream_delta(self.token, event):
            self.heard.append(delta)
            for state, values in delta.items():
                names = {key.removesuffix("_rx_state_"): value for key, value in values.items()}
                self.seen.setdefault(state, {}).update(names)

    def shows(self, state: Any, name: str) -> Any:
        return self.seen.get(state.get_full_name(), {}).get(name)

    @property
    def trouble(self) -> str:
        return self.shows(TroubleState, "trouble") or ""

    @property
    def reference(self) -> str:
        return self.shows(TroubleState, "reference") or ""

    def _router_data(self) -> dict[str, Any]:
        return {
            "headers": {"cookie": self.cookie},
            "pathname": urlsplit(self.path).path,
            "asPath": self.path,
            "query": dict(parse_qsl(urlsplit(self.path).query)),
            "token": self.token,
            "sid": "socket",
            "ip": "127.0.0.1",
        }
