"""Providers on this machine that behave as told: a Resend that knows keys, SMTP, Telegram."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

Answer = tuple[int, dict[str, str], bytes]
# What a provider can be for longer than one request. Hanging it takes nothing, however late; when
# the mood changes it hangs up.
LIGHT, HANGING, REFUSING = "ok", "hanging", "503"
# Longer than anybody waits.
SILENCE = 30.0


class Resend:
    """Takes a letter once for each key; `behave` says what comes of the next requests, `mood` of
    all others."""

    def __init__(self) -> None:
        self.mood = LIGHT
        self.taken: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.faults: list[str] = []
        self.pause = 0.0
        # How many ask at this moment, and at most did.
        self.busy = self.most = 0
        self.turn = threading.Lock()

    def behave(self, *faults: str) -> None:
        self.faults = list(faults)

    def answer(self, key: str, body: dict[str, Any]) -> Answer | None:
        """None is no answer at all."""
        self.asked.append(key)
        fault = self.faults.pop(0) if self.faults else self.mood
        if fault == HANGING:
            until = time.monotonic() + SILENCE
            while self.mood == HANGING and time.monotonic() < until:
                time.sleep(0.05)
            return None
        with self._counted():
            time.sleep(self.pause)
        refusals = {"400": 400, "401": 401, "403": 403, "422": 422, "500": 500, "503": 503}
        if fault in refusals:
            return refusals[fault], {}, b'{"statusCode": 0, "name": "x", "message": "canary"}'
        if fault.startswith("429"):
            wait = fault.partition(":")[2]
            return 429, {"retry-after": wait} if wait else {}, b'{"message": "canary"}'
        if fault == "redirect":
            return 302, {"location": "http://127.0.0.1:1/"}, b""
        if fault == "cut":
            return None
        letter_id = self._take(key, body)
        told = json.dumps({"id": letter_id}).encode()
        return {
            "lost": None,
            "409": (409, {}, b'{"name": "concurrent_idempotent_requests", "message": "x"}'),
            "html": (200, {"content-type": "text/html"}, b"<p>hello</p>"),
            "empty": (200, {}, b""),
            "truncated": (200, {}, told[:-4]),
            "list": (200, {}, b"[1, 2]"),
            "no_id": (200, {}, b'{"id": null}'),
            "500_after": (500, {}, b'{"message": "x"}'),
            "huge": (200, {}, b'{"id": "' + b"x" * 2_000_000 + b'"}'),
        }.get(fault, (200, {}, told))

    @contextmanager
    def _counted(self) -> Generator[None]:
        with self.turn:
            self.busy += 1
            self.most = max(self.most, self.busy)
        yield
        with self.turn:
            self.busy -= 1

    def _take(self, key: str, body: dict[str, Any]) -> str:
        if key not in self.taken:
            self.taken[key] = {**body, "id": f"re_{len(self.taken) + 1}"}
        return self.taken[key]["id"]


@contextmanager
def resend() -> Generator[tuple[Resend, str]]:
    peer = Resend()

    class Handler(_Quiet):
        def do_POST(self) -> None:
            self.reply(peer.answer(self.headers["Idempotency-Key"], self.said()))

    with _served(Handler) as base:
        yield peer, base


class Telegram:
    """Shows what it is told, every time: it knows no repetition."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.faults: list[str] = []

    def answer(self, path: str, body: dict[str, Any]) -> Answer | None:
        self.paths.append(path)
        fault = self.faults.pop(0) if self.faults else "ok"
        if fault in {"403", "429"}:
            return int(fault), {}, b'{"ok": false}'
        self.said.append(body)
        if fault == "lost":
            return None
        if fault == "500":
            return 500, {}, b""
        return 200, {}, b'{"ok": true, "result": {"message_id": 1}}'


@contextmanager
def telegram() -> Generator[tuple[Telegram, str]]:
    peer = Telegram()

    class Handler(_Quiet):
        def do_POST(self) -> None:
            self.reply(peer.answer(self.path, self.said()))

    with _served(Handler) as base:
        yield peer, base


class _Quiet(BaseHTTPRequestHandler):
    def said(self) -> dict[str, Any]:
        return json.loads(self.rfile.read(int(self.headers["content-length"])))

    def reply(self, answer: Answer | None) -> None:
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, headers, said = answer
        with suppress(OSError):
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Nothing: the test's own output is enough."""


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Generator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    # Asked often whether it should end: each test waits for it.
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Smtp:
    """Keeps what it takes; a fault answers one command as told, a mood every letter."""

    def __init__(self) -> None:
        self.mood = LIGHT
        # Before each answer.
        self.pause = 0.0
        self.taken: list[EmailMessage] = []
        self.faults: list[str] = []

    def behave(self, *faults: str) -> None:
        self.faults = list(faults)

    def _next(self, place: str) -> str:
        if self.faults and self.faults[0].startswith(place):
            return self.faults.pop(0).partition(":")[2]
        return ""

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        envelope.mail_from = address
        await asyncio.sleep(self.pause)
        mood, until = self.mood, time.monotonic() + SILENCE
        while self.mood == HANGING and time.monotonic() < until:  # noqa: ASYNC110 - set by a thread
            await asyncio.sleep(0.05)
        if mood != LIGHT:
            return "451 not now"
        return self._next("mail") or "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        await asyncio.sleep(self.pause)
        fault = self._next("rcpt")
        if not fault:
            envelope.rcpt_tos.append(address)
        return fault or "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del session
        await asyncio.sleep(self.pause)
        fault = self._next("data")
        if fault and fault != "lost":
            return fault
        assert isinstance(envelope.content, bytes)
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.taken.append(found)
        if fault == "lost" and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 taken"


@contextmanager
def smtp() -> Generator[tuple[Smtp, str]]:
    peer = Smtp()
    controller = Controller(peer, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield peer, f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
