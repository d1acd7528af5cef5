"""A power cut while the first start makes the database: the next start makes it whole, and at no
moment does anybody but the portal's own user come in."""

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from practice.postgres import Cluster
from practice.settings import ROOT
from tests.system.test_postgres import postmaster

# Ends the maker and its children after the named step, as a power cut does. The names are those of
# `practice.postgres.create`; without a step it ends when initdb has begun to write.
CUT = """
import os, signal, sys, threading, time
from pathlib import Path
from practice.postgres import Cluster, create

directory, step = Path(sys.argv[1]), sys.argv[2]

def cut(*_words):
    os.killpg(0, signal.SIGKILL)

def cut_when(pattern):
    while not list(directory.parent.glob(pattern)):
        time.sleep(0.001)
    cut()

if step.startswith("postgres"):
    threading.Thread(target=cut_when, args=[step], daemon=True).start()
else:
    whole = getattr(create, step)
    def last(*words):
        whole(*words)
        cut()
    setattr(create, step, last)
with Cluster(directory).used():
    print("the step was never reached")
"""
# Files that initdb writes early, in the middle and late.
WRITTEN = ("postgres*/PG_VERSION", "postgres*/global/pg_control", "postgres*/base/1/1259")
STEPS = ("initialize", "add_role", "configure", "flush", "put_in_place")


@pytest.mark.parametrize("step", [*WRITTEN, *STEPS])
def test_m5_after_a_power_cut_the_next_start_makes_a_whole_database(tmp_path: Path, step: str):
    directory = tmp_path / "postgres"
    cut = subprocess.run(
        [sys.executable, "-c", CUT, str(directory), step],
        cwd=ROOT,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=60,
        check=False,
    )
    assert (cut.returncode, cut.stdout) == (-signal.SIGKILL, ""), cut.stderr
    assert_whole(Cluster(directory))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "postgres",
        "postgres.turn",
        "postgres.users",
    ]


def assert_whole(own: Cluster) -> None:
    with own.used() as url, psycopg.connect(url) as connection:
        assert connection.execute(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone() == (False, False)
        connection.execute("CREATE TABLE words (word text)")
        assert_shut(own)


def assert_shut(own: Cluster) -> None:
    """No address is listened on, and nobody is believed without a proof."""
    with psycopg.connect(own.url("postgres", "postgres")) as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("",)
        assert admin.execute("SHOW unix_socket_permissions").fetchone() == ("0700",)
        rules = "SELECT DISTINCT type, auth_method, error FROM pg_hba_file_rules"
        assert admin.execute(rules).fetchall() == [("local", "peer", None)]
    assert postmaster(own)


def test_m5_a_torn_folder_of_an_older_version_is_set_aside(tmp_path: Path):
    """initdb was ended before there was anything to lose; what is there is kept, nonetheless."""
    directory = tmp_path / "postgres"
    (directory / "base").mkdir(parents=True)
    (directory / "PG_VERSION").write_text("18\n")
    assert_whole(Cluster(directory))
    (aside,) = tmp_path.glob("postgres.torn-*")
    assert (aside / "PG_VERSION").read_text() == "18\n"


def test_m5_addresses_and_trust_in_the_files_open_nothing(tmp_path: Path):
    """As a first start of an older version left it when the power went before its settings."""
    own = Cluster(tmp_path / "postgres")
    with own.used():
        pass
    (own.directory / "postgresql.conf").write_text("listen_addresses = 'localhost'\n")
    (own.directory / "postgresql.auto.conf").write_text("unix_socket_permissions = 0777\n")
    (own.directory / "pg_hba.conf").write_text("host all all 127.0.0.1/32 trust\n")
    with own.used():
        assert_shut(own)
