"""The embedded PostgreSQL ended without being asked: the launcher brings it back, and says so."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from practice.postgres import Cluster, watch
from practice.settings import StartRefused
from tests.builders import BY_SYSTEM
from tests.support import portal_process
from tests.system.test_postgres import postmaster, wait_until_gone

PATIENCE = 60


def until(is_so: Callable[[], bool]) -> None:
    """Bounded, and as quick as what is waited for."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never became so"
        time.sleep(0.1)


def is_ready(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/readyz", timeout=5) as answer:  # noqa: S310 - loopback
            return json.load(answer)["status"] == "ready"
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def count_types(own: Cluster) -> int:
    with psycopg.connect(own.url(), options=BY_SYSTEM) as connection:
        found = connection.execute("SELECT count(*) FROM session_types").fetchone()
        assert found
        return found[0]


def test_m4_a_killed_database_is_back_and_its_data_with_it(tmp_path: Path):
    own = Cluster(tmp_path / "data" / "postgres")
    with portal_process.running(tmp_path / "data", tmp_path / "log") as portal:
        until(lambda: is_ready(portal.base))
        before = count_types(own)
        for times, end in enumerate((kill, stop), 1):
            first = postmaster(own)
            end(own)
            wait_until_gone(first)
            # The server is ready a moment before the watch has done with the start.
            until(lambda times=times: portal.said().count("database  answers again") == times)
            until(lambda first=first: is_ready(portal.base) and postmaster(own) != first)
            assert count_types(own) == before > 0
        assert portal.said().count("database  ended without being asked") == 2
        last = postmaster(own)
    portal.process.wait()
    assert not portal_process.is_alive(last), "the last one stops it, as ever"


def kill(own: Cluster) -> None:
    os.kill(postmaster(own), signal.SIGKILL)


def stop(own: Cluster) -> None:
    os.kill(postmaster(own), signal.SIGQUIT)


class Dying(Cluster):
    """Ends as soon as it was started, or does not start at all."""

    def __init__(self, directory: Path, *, starts: bool) -> None:
        super().__init__(directory)
        self.starts = starts
        self.tried_at: list[float] = []

    def is_alive(self) -> bool:
        return False

    def bring_back(self) -> None:
        self.tried_at.append(time.monotonic())
        if not self.starts:
            raise StartRefused("no space left")


@pytest.mark.parametrize("starts", [True, False])
def test_m4_what_dies_again_and_again_is_left_alone_for_longer_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starts: bool
):
    monkeypatch.setattr(watch, "LOOK", 0.001)
    monkeypatch.setattr(watch, "FIRST_PAUSE", 0.05)
    dying, lines = Dying(tmp_path, starts=starts), list[str]()
    with watch.watched(dying, lambda _what, how: lines.append(how)):
        until(lambda: len(dying.tried_at) >= 5)
    pauses = [later - earlier for earlier, later in pairwise(dying.tried_at)]
    assert all(pause >= 0.05 * 2**number for number, pause in enumerate(pauses))
    assert any("next try in" in line for line in lines) is not starts


def test_m4_of_several_who_see_it_one_starts_it(tmp_path: Path):
    """Two postmasters on one folder would be the end of it."""
    own = Cluster(tmp_path / "postgres")
    with own.used():
        first = postmaster(own)
        kill(own)
        wait_until_gone(first)
        with ThreadPoolExecutor(4) as crowd:
            for one in [crowd.submit(Cluster(own.directory).bring_back) for _ in range(4)]:
                one.result()
        assert (own.directory / "log").read_text().count("starting PostgreSQL") == 2
        with psycopg.connect(own.url()) as connection:
            connection.execute("SELECT 1")
