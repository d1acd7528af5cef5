"""Alive, ready, and counted."""

import asyncio
import hmac
import shutil
from contextlib import suppress
from pathlib import Path

from sqlmodel import Session, text
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from practice import db, metrics, migrations, runtime, settings
from practice.domain.actors import SYSTEM, Actor
from practice.routes import local_only
from practice.services.operations import heartbeats, job_runs
from practice.services.outbox import queue as outbox_queue

MIB = 1024 * 1024
# What PostgreSQL needs for two segments of its journal, and a little.
LEAST_FREE = 64 * MIB


async def healthz(_request: Request) -> Response:
    return JSONResponse({"status": "alive"})


class _Looks:
    """One look at a time, however many ask: it costs queries, and what probes read is not counted.
    Whoever asks while somebody looks is told the same."""

    def __init__(self) -> None:
        self.running: asyncio.Task[dict[str, str]] | None = None

    async def share(self) -> dict[str, str]:
        if self.running is None or self.running.done():
            self.running = asyncio.create_task(_look())
        return await asyncio.shield(self.running)


_looks = _Looks()


async def readyz(_request: Request) -> Response:
    checks = await _looks.share()
    ready = all(check == "ok" for check in checks.values())
    status = {"status": "ready" if ready else "not ready", "checks": checks}
    return JSONResponse(status, status_code=200 if ready else 503)


async def _look() -> dict[str, str]:
    checks: dict[str, str] = dict.fromkeys(
        ("database", "migrations", "workers", "jobs", "disk"), "unknown"
    )
    checks["disk"] = await _disk()
    try:
        revision = await runtime.query(_revision, SYSTEM)
        checks["database"] = "ok"
        checks["migrations"] = "ok" if revision == migrations.head() else "behind"
        if checks["migrations"] == "ok":
            checks["workers"] = (
                "ok" if await runtime.query(heartbeats.count_alive, SYSTEM) else "none"
            )
            late = await runtime.query(job_runs.find_late, SYSTEM)
            checks["jobs"] = f"late: {', '.join(late)}" if late else "ok"
    except db.FAILED:
        checks["database"] = "unreachable"
    return checks


async def _disk() -> str:
    """Where the keys lie, and the embedded database; one that is elsewhere shows it by the beats of
    the workers, which it cannot write any more."""
    home = settings.current().data_dir
    try:
        free = min([await asyncio.to_thread(_free, path) for path in (home, home / "postgres")])
    except OSError:
        return "unreadable"
    return "ok" if free >= LEAST_FREE else "full"


def _free(path: Path) -> int:
    return shutil.disk_usage(path if path.exists() else path.parent).free


def _revision(session: Session, _actor: Actor) -> str | None:
    return session.connection().scalar(text("SELECT version_num FROM alembic_version"))


async def measured(request: Request) -> Response:
    if not _may_measure(request):
        return PlainTextResponse("Not found\n", status_code=404)
    with suppress(*db.FAILED):
        queue = await runtime.query(outbox_queue.measure, SYSTEM)
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
    return local_only.is_from_this_machine(request)


ROUTES: list[BaseRoute] = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", measured),
]
