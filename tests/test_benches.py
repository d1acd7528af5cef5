"""Every bench still runs: each in its small size, which says nothing about speed."""

import os
import re
import subprocess
import sys

import pytest

from practice.settings import ROOT

BENCHES = sorted(path.stem for path in (ROOT / "tests").glob("bench*.py"))


@pytest.mark.parametrize("bench", BENCHES)
def test_small_a_bench_still_runs(bench: str):
    if bench == "bench_pages" and os.environ.get("SKIP_BROWSER") == "1":
        pytest.skip("SKIP_BROWSER=1")
    # Databases are named by the worker, so that two benches at once do not share one.
    env = {**os.environ, "PYTEST_XDIST_WORKER": bench}
    ran = subprocess.run(
        [sys.executable, "-m", f"tests.{bench}", "--smoke"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"\d", ran.stdout), "it measured nothing"


def test_small_make_bench_runs_them_all():
    listed = re.search(r"^BENCHES := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert listed
    assert sorted(listed[1].split()) == BENCHES
