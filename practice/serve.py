"""Starts everything in order and stops it in the reverse: database, schema, pages, server."""

import errno
import os
import signal
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import perf_counter
from types import FrameType

from practice import build, db, keyfile, migrations, postgres
from practice.domain.actors import SYSTEM
from practice.sample import seed, seed_people
from practice.services.accounts import therapist
from practice.services.operations import key_rotation
from practice.settings import Settings, StartRefused
from practice.settings import current as read_settings

# Seconds for the server to end by itself: it finishes its answers, and its worker what it holds.
PATIENCE = 10
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(settings: Settings) -> None:
    started = perf_counter()
    _end_politely()
    address = require_free(settings.host, settings.port)
    with opened(settings) as url:
        key_rotation.open_vault(settings)
        if not settings.is_production:
            _fill_if_empty()
            _show_doors()
        # The server is a fork and opens its own; a shared connection would answer both.
        db.disconnect()
        if not build.is_current(settings):
            say("pages", "building, which takes half a minute the first time …")
            build.ensure(settings)
            say("pages", f"built after {perf_counter() - started:.0f} s")
        _run(settings, address, url)


def _end_politely() -> None:
    """A closed terminal and a service manager end us as Ctrl-C does, so that all is put away."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, interrupt)


@contextmanager
def database(settings: Settings) -> Generator[str]:
    """A database at the newest schema, for as long as it is needed."""
    require_writable(settings.data_dir)
    with postgres.running(settings, say) as url:
        if migrations.apply(url):
            say("database", f"schema is now {migrations.head()}")
        yield url


@contextmanager
def opened(settings: Settings, *, alone: bool = False) -> Generator[str]:
    """The same, open for work; alone, if its keys are to be changed."""
    with database(settings) as url, keyfile.used(settings, alone=alone):
        db.connect(url, pool_size=1)
        try:
            yield url
        finally:
            db.disconnect()


def _fill_if_empty() -> None:
    if db.query(seed.is_empty, SYSTEM):
        db.transact(seed.seed, SYSTEM)
        say("database", "filled with a sample practice")
    add_people()


def add_people() -> None:
    if db.query(seed_people.is_wanted, SYSTEM):
        db.transact(seed_people.seed, SYSTEM)
        say("people", "added, with a day among them that begins around now")


def _show_doors() -> None:
    say("sign in", db.transact(therapist.open_door, SYSTEM))
    client = db.transact(seed_people.open_door, SYSTEM)
    if client:
        say("as client", client)


def require_writable(directory: Path) -> None:
    """Everything we keep lies in this directory; what was made by another user is found here."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in ("build.log", "postgres.turn", "postgres.users"):
            (directory / name).open("a").close()
    except OSError as failure:
        raise StartRefused(
            f"The data directory {directory} cannot be written: {failure.strerror}. "
            "Change its permissions or set PRACTICE_DATA_DIR."
        ) from None


def require_free(host: str, port: int) -> str:
    """The address that HOST means, on which nobody else listens."""
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise StartRefused(f"HOST {host} is no address of this machine.") from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as failure:
            raise StartRefused(_why_not(failure, host, port)) from None
    return str(address[0])


def _why_not(failure: OSError, host: str, port: int) -> str:
    if failure.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Stop it, or choose another with PORT."
    if failure.errno == errno.EACCES:
        return f"Port {port} needs rights that this user lacks. Choose one above 1023 with PORT."
    return f"HOST {host} is no address of this machine."


def _run(settings: Settings, address: str, url: str) -> None:
    """In a fork, so that the database outlives a server that breaks and is put away after it."""
    os.environ.update(
        {
            "DATABASE_URL": url,
            "REFLEX_ENV_MODE": "prod",
            "__REFLEX_SKIP_COMPILE": "true",
            "REFLEX_SOCKET_MAX_HTTP_BUFFER_SIZE": str(settings.limits.frame_bytes),
        }
    )
    # The server inherits what this process has read before, and must read what was just set.
    read_settings.cache_clear()
    with _listening(address, settings.port) as listener:
        child = get_context("fork").Process(
            target=_serve, args=(settings, listener), name="practice-server"
        )
        _watch(child)


def _serve(settings: Settings, listener: socket.socket) -> None:
    # The launcher's handlers would swallow a signal that comes before the server has its own.
    for number in ENDINGS:
        signal.signal(number, signal.SIG_DFL)
    # Imported here: the command line's other commands need no server.
    from practice.http_server import server

    server.run("practice.practice:asgi", settings, listener)


@contextmanager
def _listening(address: str, port: int) -> Generator[socket.socket]:
    """Bound before the fork: whoever is refused a port hears it from the launcher."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError as failure:
            raise StartRefused(_why_not(failure, address, port)) from None
        yield listener


def _watch(child: BaseProcess) -> None:
    """Until the server ends, or a signal asks for the end. The handler only sets a flag; a lock
    taken inside it could be the one it interrupted. Python's main thread hears of a signal that
    another thread took only when it wakes, so it wakes now and then."""
    signals: list[int] = []
    for number in ENDINGS:
        signal.signal(number, lambda number, _frame: signals.append(number))
    child.start()
    while child.is_alive() and not signals:
        child.join(0.25)
    if signals:
        _end(child)
    else:
        say("server", f"ended by itself: {_cause(child.exitcode)}")
        raise SystemExit(1)


def _end(child: BaseProcess) -> None:
    child.terminate()
    child.join(PATIENCE)
    if child.is_alive():
        say("server", f"was killed: it had not ended after {PATIENCE} s")
        child.kill()
        child.join()


def _cause(code: int | None) -> str:
    """What the kernel says about it, so that no end is without a cause."""
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def say(what: str, how: str) -> None:
    sys.stdout.write(f"  {what:<10}{how}\n")
    sys.stdout.flush()
