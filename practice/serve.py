"""Starts everything in order and stops it in the reverse: database, schema, pages, server."""

import errno
import os
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from time import perf_counter

from practice import build, cluster, db, migrations
from practice.domain.actors import SYSTEM
from practice.services import sample
from practice.settings import Settings, StartRefused
from practice.settings import current as read_settings


def serve(settings: Settings) -> None:
    started = perf_counter()
    require_free(settings.host, settings.port)
    with database(settings) as url:
        if not build.is_current(settings):
            say("pages", "building, which takes half a minute the first time …")
            build.ensure(settings)
            say("pages", f"built after {perf_counter() - started:.0f} s")
        _run(settings, url)


@contextmanager
def database(settings: Settings) -> Generator[str]:
    """A database at the newest schema, with the sample practice where there is nothing yet."""
    with cluster.running(settings) as url:
        engine = db.connect(url, pool_size=1)
        try:
            if migrations.upgrade(engine):
                say("database", f"schema is now {migrations.head()}")
            if not settings.is_production and db.query(sample.is_empty, SYSTEM):
                db.transact(sample.seed, SYSTEM)
                say("database", "filled with a sample practice")
        finally:
            db.disconnect()
        yield url


def require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as failure:
            raise StartRefused(_why_not(failure, host, port)) from None


def _why_not(failure: OSError, host: str, port: int) -> str:
    if failure.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Stop it, or choose another with PORT."
    if failure.errno == errno.EACCES:
        return f"Port {port} needs rights that this user lacks. Choose one above 1023 with PORT."
    return f"HOST {host} is no address of this machine."


def _run(settings: Settings, url: str) -> None:
    # Imported here: the command line's other commands need no server.
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server as Granian

    os.environ.update(
        {
            "DATABASE_URL": url,
            "REFLEX_ENV_MODE": "prod",
            "__REFLEX_SKIP_COMPILE": "true",
        }
    )
    # The server is a fork of this process and would inherit what was read before.
    read_settings.cache_clear()
    Granian(
        target="practice.practice:asgi",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=1,
        respawn_failed_workers=False,
        log_access=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=10,
    ).serve()


def say(what: str, how: str) -> None:
    sys.stdout.write(f"  {what:<10}{how}\n")
    sys.stdout.flush()
