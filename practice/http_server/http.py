"""One HTTP connection: uvicorn's, with limits to everything that a stranger can make long."""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from practice.http_server.admission import Doorman
from practice.http_server.write_deadline import Counted, Reader
from practice.settings import Settings

LARGEST_HEAD = 32 * 1024
MOST_HEADERS = 100
# Of a request with all that belongs to it. What the portal accepts is smaller: the routes refuse
# with a sentence, this only bounds what they do not read.
LARGEST_REQUEST = 1024 * 1024
# What is still taken and thrown away after an early answer, so that a browser that goes on sending
# reads the answer instead of a broken connection.
LARGEST_REST = 16 * 1024 * 1024
# Requests sent ahead on one connection. Browsers and proxies send none, and a hundred connections
# with a few each would be answered in one turn of the event loop.
MOST_AHEAD = 1


class Refused(Exception):
    """The request is cut here, with this status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class Connection(HttpToolsProtocol):
    def __init__(self, doorman: Doorman, settings: Settings, **known: Any) -> None:
        super().__init__(**known)
        self.doorman = doorman
        self.deadline = settings.deadline.total_seconds()
        self.is_admitted = False
        # Of the newest request: its head has begun and is not complete; it is complete; so is all
        # that belongs to it.
        self.is_in_head = False
        self.has_head = False
        self.is_whole = True
        # When the head or the body that is awaited must be complete.
        self.due_at: float | None = None
        self.head_bytes = 0
        self.request_bytes = 0
        self.refusal = HTTPStatus.BAD_REQUEST

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.peer = address_of(transport)
        self.is_admitted = self.doorman.admit(self.peer)
        if not self.is_admitted:
            transport.abort()
            return
        counted = Counted(transport)
        super().connection_made(counted)  # type: ignore[arg-type]
        self.reader = Reader(counted)
        self.due_at = self.loop.time() + self.deadline

    def connection_lost(self, exc: Exception | None) -> None:
        if self.is_admitted:
            self.doorman.release(self.peer)
            super().connection_lost(exc)

    def look(self, now: float) -> None:
        """Called now and then: who has used up the time for a step is cut off."""
        is_late = self.due_at is not None and now > self.due_at
        if is_late or self.reader.is_stuck(now, self.deadline):
            self.transport.abort()

    # The request

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self.request_bytes += len(data)
        if self.request_bytes > LARGEST_REQUEST and not self.is_whole:
            self._take_no_more()
            return
        # Set back by the parser where a head begins or ends within this piece.
        self.head_bytes += len(data)
        super().data_received(data)
        if self.parser is None or self.transport.is_closing() or not self._awaits_head():
            return
        self.due_at = self.due_at or self.loop.time() + self.deadline
        if self.head_bytes > LARGEST_HEAD:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _awaits_head(self) -> bool:
        """While an answer is made or written nothing is awaited, however long that takes."""
        is_answered = self.cycle is None or self.cycle.response_complete
        return self.is_in_head or (self.is_whole and is_answered)

    def _take_no_more(self) -> None:
        is_answered = self.has_head and self.cycle.response_complete
        if not is_answered or self.request_bytes > LARGEST_REST:
            self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.is_in_head, self.has_head, self.is_whole = True, False, False
        self.head_bytes = 0
        self.due_at = self.loop.time() + self.deadline
        if len(self.pipeline) >= MOST_AHEAD:
            self._stop(HTTPStatus.TOO_MANY_REQUESTS)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A trailer, which comes after the body, is nothing that anybody here reads."""
        if self.has_head:
            return
        if len(self.headers) >= MOST_HEADERS:
            self._stop(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > LARGEST_HEAD:
            self._stop(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        self.is_in_head, self.has_head = False, True
        self.head_bytes = 0
        # The body has a time of its own.
        self.due_at = self.loop.time() + self.deadline
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.is_whole = True
        self.has_head = False
        self.due_at = None
        self.request_bytes, self.head_bytes = 0, 0
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """From here on the socket counts as this connection and has deadlines of its own."""
        self.due_at = None
        super().handle_websocket_upgrade()

    def _stop(self, status: HTTPStatus) -> None:
        """Out of the parser's callbacks; it ends in `send_400_response`."""
        self.refusal = status
        raise Refused(status)

    def _refuse(self, status: HTTPStatus) -> None:
        self.refusal = status
        self.send_400_response(status.phrase)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn calls it
        """No answer of ours is interpreted or kept, nor is this one. It says nothing where another
        is being written."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()
            return
        words = f"{self.refusal.phrase}\n".encode()
        self.transport.write(
            b"".join(
                [
                    STATUS_LINE[self.refusal],
                    b"content-type: text/plain; charset=utf-8\r\n",
                    b"x-content-type-options: nosniff\r\n",
                    b"cache-control: no-store\r\n",
                    b"content-length: %d\r\nconnection: close\r\n\r\n" % len(words),
                    words,
                ]
            )
        )
        self.transport.close()


def address_of(transport: asyncio.BaseTransport) -> str:
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if peer else ""
