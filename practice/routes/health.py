"""Alive, ready, and counted."""

import hmac
from contextlib import suppress

from sqlmodel import Session, text
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from practice import db, metrics, migrations, runtime, settings
from practice.domain.actors import SYSTEM, Actor
from practice.routes import nearby
from practice.services import claims, workers


async def healthz(_request: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def readyz(_request: Request) -> Response:
    checks = {"database": "unreachable", "migrations": "unknown", "workers": "unknown"}
    try:
        found = await runtime.query(_revision, SYSTEM)
        if found == migrations.head():
            checks["workers"] = "ok" if await runtime.query(workers.count_alive, SYSTEM) else "none"
    except db.FAILED:
        return JSONResponse({"status": "not ready", "checks": checks}, status_code=503)
    checks["database"] = "ok"
    checks["migrations"] = "ok" if found == migrations.head() else "behind"
    ready = all(one == "ok" for one in checks.values())
    said = {"status": "ready" if ready else "not ready", "checks": checks}
    return JSONResponse(said, status_code=200 if ready else 503)


def _revision(session: Session, _actor: Actor) -> str | None:
    return session.connection().scalar(text("SELECT version_num FROM alembic_version"))


async def measured(request: Request) -> Response:
    if not _may_measure(request):
        return PlainTextResponse("Not found\n", status_code=404)
    with suppress(*db.FAILED):
        queue = await runtime.query(claims.measure, SYSTEM)
        metrics.outbox_waiting.set(queue.waiting)
        metrics.outbox_failed.set(queue.failed)
        metrics.outbox_behind.set(queue.behind)
    return Response(metrics.as_text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _may_measure(request: Request) -> bool:
    """Whoever holds the token, or this very machine."""
    token = settings.current().metrics_token
    given = request.headers.get("authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    return nearby.is_from_this_machine(request)


ROUTES: list[BaseRoute] = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", measured),
]
