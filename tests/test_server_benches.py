"""The benches of the server run, each for about a second; what they measure is not judged here."""

from collections.abc import Iterator

import pytest

from practice.cluster import Cluster
from tests import bench_connections, bench_reading, bench_soak, portals
from tests.server import Server


@pytest.fixture(scope="module")
def portal(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("benches") / "log"
    with portals.shared(postgres, log, PRACTICE_TRUSTED_PROXY_HOPS="1") as found:
        yield found


def test_h4_the_bench_of_connections_runs(portal: Server, capsys: pytest.CaptureFixture[str]):
    bench_connections.report(portal, 0.2, 0)
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("before", "later", *bench_connections.ATTACKS))


def test_m7_the_bench_of_reading_runs(portal: Server, capsys: pytest.CaptureFixture[str]):
    bench_reading.report(portal, 0.5, 0)
    assert "what they were answered" in capsys.readouterr().out


def test_the_soak_runs(portal: Server, capsys: pytest.CaptureFixture[str]):
    assert bench_soak.report(portal, 1 / 60) == 0
    assert " 0 failed" in capsys.readouterr().out
