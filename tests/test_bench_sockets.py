"""A little of each attack that tests/bench_sockets.py measures, so that it can still be run."""

from pathlib import Path

import pytest

from practice.cluster import Cluster
from tests import bench_sockets, portals
from tests.bench_sockets import ATTACKS, Sizes

pytestmark = pytest.mark.timeout(300)
LITTLE = Sizes(tabs=8, attachments=4, fragments_mib=1, frames=400, sockets=2, seconds=5)


def test_each_attack_runs_and_tells_what_it_did(postgres: Cluster, tmp_path: Path):
    with portals.shared(postgres, tmp_path / "portal.log") as portal:
        lines = [*bench_sockets.attacked(portal, LITTLE, 0.1)]
    assert [line.partition(":")[0] for line in lines[1:-1]] == [*ATTACKS]
    assert "8 tabs let in, 0 refused" in lines[1]
    assert "2 of 2 sockets were shut" in lines[2], "attachments"
    assert "2 of 2 sockets were shut" in lines[4], "a flood"
    assert all("MiB" in line for line in lines)
