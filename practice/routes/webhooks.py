"""What providers tell by themselves: believed only with their signature, over the raw bytes."""

import base64
from typing import Any

import resend
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from practice import runtime, settings
from practice.domain.actors import SYSTEM
from practice.routes.api import problem
from practice.services import post

LARGEST = 256 * 1024
HEADERS = {"id": "svix-id", "timestamp": "svix-timestamp", "signature": "svix-signature"}
PREFIX = "whsec_"
# An empty key signs as well as any other, and everybody has it.
SHORTEST_KEY = 16


class Data(BaseModel):
    email_id: str | None = None


class Event(BaseModel):
    """Kinds that are none of ours are thanked for and forgotten, whatever they bring along."""

    type: str
    data: Any = None

    @property
    def letter(self) -> str:
        """The provider's number of the letter that came back, if it is about one."""
        if self.type not in post.CAME_BACK:
            return ""
        return Data.model_validate(self.data or {}).email_id or ""


class TooLarge(Exception):
    """Nobody's news about a letter is as long as that."""


async def from_resend(request: Request) -> Response:
    """Bounces and complaints. Answered after it is written down, so that a lost answer only brings
    it once more."""
    secret = settings.current().resend_webhook_secret
    if not secret or not _is_a_key(secret):
        return problem(503, "not_configured", "RESEND_WEBHOOK_SECRET is not set to a secret.")
    try:
        event = _verified(await _body(request), request, secret)
        letter = event.letter
    except TooLarge:
        return problem(413, "too_large", "That is too much at once.")
    except ValueError:
        return problem(400, "signature", "The signature does not fit.")
    if letter:
        await runtime.transact(post.came_back, SYSTEM, provider_id=letter, kind=event.type)
    return JSONResponse({"received": True})


def _is_a_key(secret: str) -> bool:
    try:
        return len(base64.b64decode(secret.removeprefix(PREFIX), validate=True)) >= SHORTEST_KEY
    except ValueError:
        return False


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
    return Event.model_validate_json(payload)


ROUTES: list[BaseRoute] = [Route("/api/webhooks/resend", from_resend, methods=["POST"])]
