"""The outermost layer: who may knock, what every answer carries, and what happens on an error."""

from collections.abc import Callable
from time import perf_counter

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practice import db, log, metrics
from practice.routes import api, headers
from practice.settings import Settings

logger = structlog.get_logger(__name__)

# A page that says sorry, for a path, a status and a reference.
Apology = Callable[[str, int, str], Response]
# Probes and scrapers know the machine by its address.
ANY_HOST = frozenset({"/healthz", "/readyz", "/metrics"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Counted for a request whose sender left in the middle of it; nobody reads an answer.
LEFT = 499


class CutShort(Exception):
    """An answer broke after it had begun; the reason is in our log and not in the server's."""


class Shield:
    def __init__(self, app: ASGIApp, settings: Settings, apology: Apology) -> None:
        self.app = app
        self.settings = settings
        self.apology = apology
        self.always = headers.for_every_answer(settings)
        self.hosts = {origin.partition("://")[2] for origin in settings.origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page of ours always says where it comes from; whoever does not is none."""
        if _header(scope, b"origin") not in self.settings.origins:
            await receive()
            await send({"type": "websocket.close", "code": 4403})
            return
        with metrics.sockets.track_inprogress():
            try:
                await self.app(scope, receive, send)
            except Exception as error:
                logger.error("socket_failed", ref=log.new_reference(), exc_info=error)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        reference = log.new_reference()
        answer = _Answer(send, self.always, reference)
        started = perf_counter()
        with structlog.contextvars.bound_contextvars(request=reference):
            refusal = self._refusal(scope)
            if refusal:
                await refusal(scope, receive, answer)
            else:
                await self._answered(scope, receive, answer, reference)
            _count(scope, answer.status, perf_counter() - started)

    async def _answered(
        self, scope: Scope, receive: Receive, answer: "_Answer", reference: str
    ) -> None:
        try:
            await self.app(scope, receive, answer)
        except ClientDisconnect:
            answer.abandon(LEFT)
            return
        except db.UNAVAILABLE as error:
            logger.error("database_unavailable", ref=reference, exc_info=error)
            apology = self.apology(scope["path"], 503, reference)
            apology.headers["retry-after"] = "5"
        except Exception as error:
            logger.error("request_failed", ref=reference, exc_info=error)
            metrics.errors.labels("request").inc()
            apology = self.apology(scope["path"], 500, reference)
        else:
            await answer.release()
            return
        if answer.started:
            # Too late for words: the server must cut the connection, or half would pass as whole.
            raise CutShort from None
        answer.drop()
        await apology(scope, receive, answer)

    def _refusal(self, scope: Scope) -> Response | None:
        if scope["path"] in ANY_HOST:
            return None
        if _header(scope, b"host").lower() not in self.hosts:
            home = self.settings.public_url
            return _refused(scope, 421, f"This practice is found at {home}")
        origin = _header(scope, b"origin")
        foreign = origin and origin not in self.settings.origins
        if foreign and scope["method"] not in SAFE_METHODS:
            return _refused(scope, 403, "This came from another site.")
        return None


def _refused(scope: Scope, status: int, words: str) -> Response:
    """To a program in the shape it knows."""
    if scope["path"].startswith(api.PREFIX):
        return api.problem(status, "misdirected" if status == 421 else "foreign_origin", words)
    return PlainTextResponse(f"{words}\n", status_code=status)


class _Answer:
    """Passes an answer on with our headers. A 500 is held back until it is known whether an
    exception comes after it: then ours, which is kinder, takes its place."""

    def __init__(self, send: Send, always: list[tuple[bytes, bytes]], reference: str) -> None:
        self.send = send
        self.always = always
        self.reference = reference
        self.started = False
        self.status = 500
        self.held: list[Message] | None = []

    async def __call__(self, message: Message) -> None:
        is_start = message["type"] == "http.response.start"
        if self.held is not None and (self.held or (is_start and message["status"] == 500)):
            self.held.append(message)
            return
        if is_start:
            self.status = message["status"]
            self.started = True
            message = {**message, "headers": self._complete(message.get("headers", []))}
        await self.send(message)

    def drop(self) -> None:
        self.held = None

    def abandon(self, status: int) -> None:
        self.drop()
        self.status = status

    async def release(self) -> None:
        held, self.held = self.held, None
        for message in held or []:
            await self(message)

    def _complete(self, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        kept = [(name, value) for name, value in given if not _is_withheld(name.lower())]
        names = {name.lower() for name, _ in kept}
        missing = [(name, value) for name, value in self.always if name not in names]
        return [*kept, *missing, (b"x-request-id", self.reference.encode())]


def _is_withheld(name: bytes) -> bool:
    """What no answer of ours says: which software it comes from, and that another site's pages may
    read it. Reflex lets its own origins in with their cookies, and says so to foreign ones."""
    return name == b"server" or name.startswith(b"access-control-")


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _count(scope: Scope, status: int, seconds: float) -> None:
    """By route, never by path: a path may hold a token."""
    route = getattr(scope.get("route"), "path", None) or scope.get("served", "other")
    method = scope["method"] if scope["method"] in {*SAFE_METHODS, "POST"} else "other"
    metrics.requests.labels(method, route, str(status)).inc()
    metrics.request_seconds.labels(route).observe(seconds)
    logger.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
