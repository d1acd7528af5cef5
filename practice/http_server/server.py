"""The server process: listens, looks at deadlines once a second, and ends on the first signal."""

import faulthandler
import functools
import resource
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn

from practice.http_server.admission import RESERVED, Doorman
from practice.http_server.http import Connection
from practice.http_server.websocket import Socket
from practice.settings import Settings

# As many wait to be accepted, and as many are accepted before anything else is done. More would let
# whoever only connects stop the others for longer.
BACKLOG = 512
# Seconds for answers that are being written; the worker's hands need theirs afterwards.
DRAIN = 4
# A browser answers a ping by itself; a program that does not read never does.
PING_EVERY, PONG_WITHIN = 25, 20


class Server(uvicorn.Server):
    """uvicorn's, with deadlines and without its own ideas about signals."""

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self.look()
        return await super().on_tick(counter)

    def look(self) -> None:
        connections: list[Any] = list(self.server_state.connections)
        if connections:
            now = connections[0].loop.time()
            for connection in connections:
                connection.look(now)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.handle_exit)
        yield

    def handle_exit(self, _number: int, _frame: FrameType | None) -> None:  # type: ignore[override]
        """The second signal of somebody impatient cuts nothing short."""
        self.should_exit = True


def make(app: str | Callable[[], Any], settings: Settings) -> Server:
    """`app` makes the application, or is the name of what does."""
    doorman = Doorman(settings, _descriptors(settings))
    config = uvicorn.Config(
        app,
        factory=True,
        loop="uvloop",
        http=functools.partial(Connection, doorman, settings),  # type: ignore[arg-type]
        ws=functools.partial(Socket, doorman, settings),  # type: ignore[arg-type]
        ws_max_size=settings.limits.frame_bytes,
        ws_ping_interval=PING_EVERY,
        ws_ping_timeout=PONG_WITHIN,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        # practice.client_address finds out who asks; it trusts as many proxies as it is told to.
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=int(settings.keep_alive.total_seconds()),
        timeout_graceful_shutdown=DRAIN,
    )
    return Server(config)


def run(app: str, settings: Settings, listener: socket.socket) -> None:
    """In a process of its own, until it is asked to end."""
    faulthandler.enable()
    make(app, settings).run([listener])


def _descriptors(settings: Settings) -> int:
    """How many this process may have open, after asking for as many as the limit needs."""
    wanted = settings.limits.connections + RESERVED
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
