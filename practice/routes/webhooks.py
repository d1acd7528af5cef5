"""What providers tell by themselves: believed only with their signature, over the raw bytes."""

from typing import Any
from uuid import UUID

import resend
import structlog
from pydantic import BaseModel
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from practice import runtime, settings
from practice.domain.actors import SYSTEM
from practice.environment import is_signing_key
from practice.routes.api import problem
from practice.services.letters import mail_log
from practice.services.operations import webhook_inbox

logger = structlog.get_logger(__name__)

LARGEST = 256 * 1024
HEADERS = {"id": "svix-id", "timestamp": "svix-timestamp", "signature": "svix-signature"}


class Data(BaseModel):
    email_id: str | None = None


class Event(BaseModel):
    """Kinds that are none of ours are thanked for, whatever they bring along."""

    type: str
    data: Any = None


class TooLarge(Exception):
    """Nobody's news about a letter is as long as that."""


async def from_resend(request: Request) -> Response:
    """Bounces and complaints. Answered after it is written down, so that a lost answer only brings
    it once more; what it means for us nobody waits for."""
    secret = settings.current().resend_webhook_secret
    if not secret or not is_signing_key(secret):
        return problem(503, "not_configured", "RESEND_WEBHOOK_SECRET is not set to a secret.")
    try:
        body = await _body(request)
        kind = _verified(body, request, secret).type
    except TooLarge:
        return problem(413, "too_large", "That is too much at once.")
    except ValueError:
        return problem(400, "signature", "The signature does not fit.")
    told = {"source": webhook_inbox.RESEND, "event_id": request.headers[HEADERS["id"]]}
    row = await runtime.transact(webhook_inbox.receive, SYSTEM, **told, kind=kind, body=body)
    return JSONResponse({"received": True}, background=BackgroundTask(_apply, row))


async def _apply(row: UUID | None) -> None:
    """At once if it can be; otherwise a job comes back to it."""
    if row is None:
        return
    try:
        await runtime.transact(webhook_inbox.apply, SYSTEM, row)
    except Exception as error:
        logger.error("webhook_not_applied", exc_info=error)


async def _body(request: Request) -> str:
    """Counted while it comes in, whatever its length says."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise TooLarge
    return body.decode()


def _verified(payload: str, request: Request, secret: str) -> Event:
    given = {name: request.headers.get(header, "") for name, header in HEADERS.items()}
    said: Any = {"payload": payload, "headers": given, "webhook_secret": secret}
    resend.Webhooks.verify(said)
    event = Event.model_validate_json(payload)
    if event.type in mail_log.CAME_BACK:
        Data.model_validate(event.data or {})
    return event


ROUTES: list[BaseRoute] = [Route("/api/webhooks/resend", from_resend, methods=["POST"])]
