"""Alive, ready, and counted."""

import hmac
import ipaddress

from sqlmodel import Session, text
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from practice import db, metrics, migrations, runtime, settings
from practice.domain.actors import SYSTEM, Actor

OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


async def healthz(_request: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def readyz(_request: Request) -> Response:
    checks = {"database": "unreachable", "migrations": "unknown"}
    try:
        found = await runtime.query(_revision, SYSTEM)
    except db.FAILED:
        return JSONResponse({"status": "not ready", "checks": checks}, status_code=503)
    current = found == migrations.head()
    checks = {"database": "ok", "migrations": "ok" if current else "behind"}
    status = "ready" if current else "not ready"
    return JSONResponse({"status": status, "checks": checks}, status_code=200 if current else 503)


def _revision(session: Session, _actor: Actor) -> str | None:
    return session.connection().scalar(text("SELECT version_num FROM alembic_version"))


async def measured(request: Request) -> Response:
    if not _may_measure(request):
        return PlainTextResponse("Not found\n", status_code=404)
    return Response(metrics.as_text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _may_measure(request: Request) -> bool:
    """Whoever holds the token, or this very machine by one of its own names. Behind a proxy
    everybody comes from this machine, but asks for the public name or is marked as forwarded."""
    token = settings.current().metrics_token
    given = request.headers.get("authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    is_forwarded = any(name in request.headers for name in FORWARDED)
    if is_forwarded or request.client is None or request.url.hostname not in OWN_NAMES:
        return False
    return ipaddress.ip_address(request.client.host).is_loopback


ROUTES: list[BaseRoute] = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", measured),
]
