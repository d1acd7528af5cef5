"""One websocket: uvicorn's, which nobody fills from outside, neither by what is sent nor by what is
not read."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from practice import metrics
from practice.http_server.admission import Doorman
from practice.http_server.http import address_of
from practice.http_server.write_deadline import Reader
from practice.settings import Settings

# Of one message. Browsers send ours whole.
MOST_FRAGMENTS = 64
# Pings and pongs of one peer within ten seconds. Browsers send no ping, and one pong for each ping
# of ours.
MOST_CONTROLS = 20
CONTROL_SECONDS = 10
# So much is taken apart at once, so that what waits is bytes and not thousands of messages.
PORTION = 4096
# After our farewell; a program that never answers it is cut off.
FAREWELL_SECONDS = 1.0
POLICY = 1008
TOO_LARGE = 1009


class Socket(WebSocketsSansIOProtocol):
    def __init__(self, doorman: Doorman, settings: Settings, **known: Any) -> None:
        super().__init__(**known)
        self.close_timeout = FAREWELL_SECONDS
        self.doorman = doorman
        self.deadline = settings.deadline.total_seconds()
        self.unread = b""
        self.controls = 0
        self.controls_since = 0.0

    def connection_made(self, transport: Any) -> None:
        """It was counted as an HTTP connection, whose place it takes."""
        super().connection_made(transport)
        self.peer = address_of(transport)
        self.reader = Reader(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.doorman.release(self.peer)
        self.unread = b""
        super().connection_lost(exc)

    def look(self, now: float) -> None:
        if self.reader.is_stuck(now, self.deadline):
            metrics.socket_limits.labels("unread").inc()
            self.transport.abort()

    # What comes in

    def data_received(self, data: bytes) -> None:
        self.unread += data
        self._take_apart()

    def _take_apart(self) -> None:
        """Stops at the first message that somebody has to read; `receive` goes on from there."""
        while self.unread and not self.read_paused and not self.transport.is_closing():
            portion, self.unread = self.unread[:PORTION], self.unread[PORTION:]
            super().data_received(portion)

    async def receive(self) -> Any:
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            self._take_apart()
            if not self.read_paused:
                self._listen_again()
        return message

    def _listen_again(self) -> None:
        if not self.transport.is_closing() and self.writable.is_set():
            self.transport.resume_reading()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= MOST_FRAGMENTS:
            self._cut(TOO_LARGE)
        else:
            super().handle_cont(event)

    def handle_ping(self) -> None:
        super().handle_ping()
        self._count_control()

    def handle_pong(self, event: Frame) -> None:
        super().handle_pong(event)
        self._count_control()

    def _count_control(self) -> None:
        now = self.loop.time()
        if now - self.controls_since > CONTROL_SECONDS:
            self.controls, self.controls_since = 0, now
        self.controls += 1
        if self.controls > MOST_CONTROLS:
            self._cut(POLICY)

    def _cut(self, code: int) -> None:
        if not self.transport.is_closing():
            self.conn.fail(code)
            self.handle_parser_exception()

    # What goes out

    def pause_writing(self) -> None:
        """Whoever does not read the answers may not go on asking: a ping is answered at once."""
        super().pause_writing()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.read_paused:
            self._listen_again()
