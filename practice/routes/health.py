"""Alive, ready, and counted."""

import hmac
import ipaddress

from sqlmodel import Session, text
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from practice import db, metrics, migrations, runtime, settings
from practice.domain.actors import SYSTEM, Actor

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


async def healthz(_request: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def readyz(_request: Request) -> Response:
    checks = {"database": "unreachable", "migrations": "unknown"}
    try:
        found = await runtime.query(_revision, SYSTEM)
    except db.UNAVAILABLE:
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
    """Whoever holds the token, or this very machine; behind a proxy everybody looks like this
    machine, so a forwarded request is never local."""
    token = settings.current().metrics_token
    given = request.headers.get("authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if any(name in request.headers for name in FORWARDED) or request.client is None:
        return False
    return ipaddress.ip_address(request.client.host).is_loopback


ROUTES: list[BaseRoute] = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", measured),
]
