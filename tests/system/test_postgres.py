"""Our own PostgreSQL: a plain role, shared, stopped by the last, alive after the worst."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from practice import postgres as practice_postgres
from practice.postgres import Cluster
from practice.settings import ROOT, Settings, StartRefused
from tests.architecture.test_settings import COMPLETE
from tests.support.portal_process import is_alive

HOLDER = """
import contextlib, sys, time
from pathlib import Path
from practice.postgres import Cluster
with Cluster(Path(sys.argv[1])).used():
    print("ready", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        time.sleep(60)
"""


def postmaster(own: Cluster) -> int:
    return int((own.directory / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def held(own: Cluster) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the cluster until it is ended."""
    command = [sys.executable, "-c", HOLDER, str(own.directory)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process


def test_a_cluster_of_our_own(tmp_path: Path):
    """One story, because making a cluster takes a second."""
    own = Cluster(tmp_path / "data" / "postgres")

    # The portal's role is plain: row policies hold against it.
    with own.used() as url, psycopg.connect(url) as connection:
        assert connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone() == (False, False, False)
        assert connection.info.server_version // 10000 == 18
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
        first = postmaster(own)
    assert not is_alive(first), "the last one stops it"

    # Killed without warning, it is stopped by the next user who leaves as the last.
    with held(own) as other:
        other.kill()
    assert is_alive(postmaster(own))
    with own.used() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("still here",)
        second = postmaster(own)
    assert not is_alive(second)

    # The server itself killed: its leavings do not stop the next start, and nothing is lost.
    with own.used() as url:
        third = postmaster(own)
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO kept VALUES ('committed')")
        os.kill(third, signal.SIGKILL)
        wait_until_gone(third)
        with own.used(), psycopg.connect(url) as connection:
            rows = connection.execute("SELECT count(*) FROM kept").fetchone()
            assert rows == (2,)

    # While somebody else uses it, leaving does not stop it.
    with held(own) as other:
        with own.used():
            fourth = postmaster(own)
        assert is_alive(fourth)
        other.send_signal(signal.SIGINT)
    assert not is_alive(fourth)


def wait_until_gone(pid: int) -> None:
    for _ in range(500):
        if not is_alive(pid):
            return
        time.sleep(0.01)
    raise AssertionError("still there")


def test_a_path_too_long_for_a_socket_gets_a_short_one(tmp_path: Path):
    own = Cluster(tmp_path / ("deep" * 30) / "postgres")
    with own.used() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert own.socket_dir.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://practice:secret@127.0.0.1:1/practice",
        "postgresql://practice:secret@/practice?host=/nowhere",
        "postgresql://practice:secret@/practice?nonsense=1",
    ],
)
def test_an_address_without_a_database_is_one_sentence_without_the_password(url: str):
    settings = Settings.read({"DATABASE_URL": url})
    with pytest.raises(StartRefused) as refused, practice_postgres.running(settings):
        pass
    said = str(refused.value)
    assert said.startswith("DATABASE_URL does not lead to a database")
    assert "\n" not in said
    assert "secret" not in said


def test_a_given_database_is_used_and_left_running(postgres: Cluster):
    settings = Settings.read({"DATABASE_URL": postgres.url()})
    with practice_postgres.running(settings) as url:
        assert url == postgres.url()
    assert is_alive(postmaster(postgres))


def test_production_refuses_a_role_that_no_policy_stops(postgres: Cluster):
    admin = postgres.url("postgres", "postgres")
    with (
        pytest.raises(StartRefused, match="superuser"),
        practice_postgres.running(Settings.read({**COMPLETE, "DATABASE_URL": admin})),
    ):
        pass
    with practice_postgres.running(Settings.read({**COMPLETE, "DATABASE_URL": postgres.url()})):
        pass
