"""Every bench still runs: each in its small size, which says nothing about speed."""

import os
import re
import signal
import subprocess
import sys

import pytest

from practice.settings import ROOT

FILES = (ROOT / "tests" / "bench").glob("[a-z]*.py")
# The helpers of the others.
HELPERS = {"lighthouse"}
BENCHES = sorted({file.stem for file in FILES if not file.stem.startswith("test_")} - HELPERS)
# They are tried on one server together: tests/bench/test_server_benches.py.
ON_ONE_SERVER = {"connections", "reading", "soak", "sockets"}
# Much longer than any takes, for a machine that is busy with other things.
PATIENCE = 280


@pytest.mark.timeout(300)
@pytest.mark.parametrize("bench", sorted(set(BENCHES) - ON_ONE_SERVER))
def test_small_a_bench_still_runs(bench: str):
    if bench == "lighthouse_pages" and os.environ.get("SKIP_BROWSER") == "1":
        pytest.skip("SKIP_BROWSER=1")
    # Databases are named by the worker, so that two benches at once do not share one.
    env = {**os.environ, "PYTEST_XDIST_WORKER": bench}
    command = [sys.executable, "-m", f"tests.bench.{bench}", "--smoke"]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        try:
            figures, _ = running.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            # As Ctrl-C does it, so that its servers end with it.
            running.send_signal(signal.SIGINT)
            raise
    assert running.returncode == 0, figures
    assert re.search(r"\d", figures), "it measured nothing"


def test_small_make_bench_runs_them_all():
    listed = re.search(
        r"^BENCHES := ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    assert listed
    assert sorted(listed[1].replace("\\", "").split()) == BENCHES
