"""The command line: what is refused is one sentence and exit code 2, and nothing is left behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from practice import pages, serve
from practice.settings import ROOT
from tests.architecture.test_settings import COMPLETE
from tests.support import portal_process


def refused(*words: str, **env: str) -> str:
    done = portal_process.command(*words, env=env)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stderr.strip()


def test_a_taken_port_is_said(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = refused("serve", PORT=port, PRACTICE_DATA_DIR=str(tmp_path))
    assert said == (
        f"Port {port} is taken by another program. Stop it, or choose another with PORT."
    )


def test_an_address_of_another_machine_is_said(tmp_path: Path):
    env = {"HOST": "192.0.2.1", "PRACTICE_DEVELOPMENT_IN_PUBLIC": "on"}
    said = refused("serve", PRACTICE_DATA_DIR=str(tmp_path), **env)
    assert said == "HOST 192.0.2.1 is no address of this machine."


def test_a_data_directory_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    said = refused("migrate", PRACTICE_DATA_DIR=str(tmp_path / "file"))
    assert said.count("\n") == 0
    assert "cannot be written" in said


def test_a_broken_database_address_is_said():
    said = refused("migrate", DATABASE_URL="postgresql://practice:secret@127.0.0.1:1/practice")
    assert said.startswith("DATABASE_URL does not lead to a database")
    assert "secret" not in said


def test_a_half_configured_production_hears_everything_at_once():
    said = refused("serve", PRACTICE_ENV="production")
    for name in COMPLETE.keys() - {"PRACTICE_ENV"}:
        assert name in said


def test_the_sample_practice_stays_out_of_production():
    said = refused("seed", **COMPLETE)
    assert said == "The sample practice is for development; this is production."


def test_an_installation_can_be_made_filled_and_checked(tmp_path: Path):
    env = {"PRACTICE_DATA_DIR": str(tmp_path)}
    assert "nothing yet" in refused("check", **env)
    assert "The schema is at" in portal_process.command("migrate", env=env).stdout
    assert "in place" in portal_process.command("seed", env=env).stdout
    checked = portal_process.command("check", env=env)
    assert (checked.returncode, checked.stdout) == (
        0,
        "Settings, database and schema are in order.\n",
    )


def test_a_name_for_this_machine_is_as_good_as_its_address():
    assert serve.require_free("localhost", portal_process.free_port()) in {"127.0.0.1", "::1"}


def test_help_names_the_commands():
    said = portal_process.command("--help").stdout
    for name in ("serve", "migrate", "seed", "check"):
        assert name in said


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ending_the_server_stops_every_process(tmp_path: Path, ending: signal.Signals):
    with portal_process.running(tmp_path / "data", tmp_path / "log") as found:
        family = [found.process.pid, *children(found.process.pid), postmaster(tmp_path)]
        assert len(family) >= 3
        # Impatient people press twice.
        found.process.send_signal(ending)
        found.process.send_signal(signal.SIGINT)
        found.process.wait(20)
    assert not [pid for pid in family if portal_process.is_alive(pid)]
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_killed_launcher_takes_its_server_along(tmp_path: Path):
    """And the next start finds port and database as if nothing had happened."""
    with portal_process.running(tmp_path / "data", tmp_path / "log") as found:
        worker = children(found.process.pid)
        os.kill(found.process.pid, signal.SIGKILL)
        found.process.wait(10)
        gone, alive = psutil.wait_procs([psutil.Process(pid) for pid in worker], timeout=15)
        assert (len(gone), alive) == (len(worker), [])
    assert portal_process.is_alive(postmaster(tmp_path))
    checked = portal_process.command("check", env={"PRACTICE_DATA_DIR": str(tmp_path / "data")})
    assert checked.returncode == 0
    assert not (tmp_path / "data/postgres/postmaster.pid").exists()


def children(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def postmaster(tmp_path: Path) -> int:
    return int((tmp_path / "data/postgres/postmaster.pid").read_text().splitlines()[0])


def test_nothing_of_development_exists_in_production():
    """Neither the page nor its handlers: what is not imported cannot be called."""
    looking = (
        "from practice.practice import pages\n"
        "from reflex_base.registry import RegistrationContext\n"
        "names = RegistrationContext.get().event_handlers\n"
        "print([page.path for page in pages], [name for name in names if 'styleguide' in name])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", looking],
        cwd=ROOT,
        env=portal_process.clean_environment(**COMPLETE),
        capture_output=True,
        text=True,
        check=True,
    )
    always = [page.path for page in (*pages.PUBLIC, *pages.PRIVATE)]
    assert done.stdout.splitlines()[-1] == f"{always} []"


def test_the_therapist_is_appointed_and_gets_a_link(tmp_path: Path):
    env = {"PRACTICE_DATA_DIR": str(tmp_path)}
    wrong = portal_process.command("therapist", "--email", "nobody", env=env)
    right = portal_process.command("therapist", "--email", "elena@example.org", env=env)
    assert (wrong.returncode, "e-mail address" in wrong.stderr) == (2, True)
    assert right.returncode == 0
    assert "http://localhost:3000/sign-in/link/" in right.stdout


def test_a_server_that_ends_by_itself_leaves_its_cause_in_the_log(tmp_path: Path):
    """And the launcher puts everything else away and says to its manager that it failed."""
    with portal_process.running(tmp_path / "data", tmp_path / "log") as found:
        family = [found.process.pid, *children(found.process.pid), postmaster(tmp_path)]
        (child,) = [one.pid for one in psutil.Process(found.process.pid).children()
                    if "practice" in " ".join(one.cmdline())]  # fmt: skip
        os.kill(child, signal.SIGKILL)
        found.process.wait(20)
    assert found.process.returncode == 1
    assert "ended by itself: signal SIGKILL" in (tmp_path / "log").read_text()
    assert not [pid for pid in family if portal_process.is_alive(pid)]
