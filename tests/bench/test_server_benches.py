"""The benches of the server run, each for about a second; what they measure is not judged here."""

from collections.abc import Iterator

import pytest

from practice.postgres import Cluster
from tests.bench import connections, reading, soak, sockets
from tests.bench.sockets import ATTACKS, Sizes
from tests.support import running_portal
from tests.support.portal_process import Server

pytestmark = pytest.mark.timeout(300)
LITTLE = Sizes(tabs=8, attachments=4, fragments_mib=1, frames=400, sockets=2, seconds=5)


@pytest.fixture(scope="module")
def portal(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("benches") / "log"
    with running_portal.shared(postgres, log, PRACTICE_TRUSTED_PROXY_HOPS="1") as found:
        yield found


def test_h4_the_bench_of_connections_runs(portal: Server, capsys: pytest.CaptureFixture[str]):
    connections.report(portal, 0.2, 0)
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("before", "later", *connections.ATTACKS))


def test_m7_the_bench_of_reading_runs(portal: Server, capsys: pytest.CaptureFixture[str]):
    reading.report(portal, 0.5, 0)
    assert "what they were answered" in capsys.readouterr().out


def test_the_soak_runs(portal: Server, capsys: pytest.CaptureFixture[str]):
    assert soak.report(portal, 1 / 60) == 0
    assert " 0 failed" in capsys.readouterr().out


def test_the_bench_of_sockets_runs(
    portal: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    for name, small in {"FLOOD": 50, "ASKED": 3, "ENDINGS": 1}.items():
        monkeypatch.setattr(sockets, name, small)
    sockets.pace(portal)
    assert "to its closed socket" in capsys.readouterr().out


def test_h5_the_bench_of_attacks_runs_and_tells_what_it_did(portal: Server):
    lines = [*sockets.attacked(portal, LITTLE, 0.1)]
    assert [line.partition(":")[0] for line in lines[1:-1]] == [*ATTACKS]
    assert "8 tabs let in, 0 refused" in lines[1]
    assert "2 of 2 sockets were shut" in lines[2], "attachments"
    # The sender goes: whether it still sees its own end is chance.
    assert "of 2 sockets were shut" in lines[4], "a flood"
    assert all("MiB" in line for line in lines)
