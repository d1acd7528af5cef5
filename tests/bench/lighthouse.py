"""Lighthouse as on a phone: a slow line and a slow processor; the middle of several runs."""

import json
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from practice import build
from tests.support import chromium

VERSION = "lighthouse@13.5.0"
# A visitor's device keeps the same time as the sample's practice, as most would.
ZONE = "Europe/Rome"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
ATTEMPTS = 3
LARGEST, MOVED = "largest-contentful-paint", "cumulative-layout-shift"


@dataclass(frozen=True)
class Seen:
    """Scores of a hundred, seconds, and bytes as they came over the line."""

    scores: dict[str, float]
    largest: float
    moved: float
    bytes_of: dict[str, int]
    requests: int

    @property
    def bytes_in_all(self) -> int:
        return sum(self.bytes_of.values())


def look(address: str, work: Path, times: int = 3) -> Seen:
    """The tool is fetched once into the given directory."""
    return middle([_read(_report(address, work)) for _ in range(times)])


def middle(runs: Sequence[Seen]) -> Seen:
    def of(values: list[float]) -> float:
        return statistics.median(values)

    first = runs[0]
    return Seen(
        {name: of([one.scores[name] for one in runs]) for name in CATEGORIES},
        of([one.largest for one in runs]),
        of([one.moved for one in runs]),
        first.bytes_of,
        first.requests,
    )


def _report(address: str, work: Path) -> dict[str, Any]:
    tool, report = work / "node_modules" / ".bin" / "lighthouse", work / "lighthouse.json"
    env = {**build.environment(), "TZ": ZONE}
    if not tool.exists():
        npm = Path(sys.executable).parent / "npm"
        fetch = [str(npm), "install", "--silent", "--prefix", str(work), VERSION]
        subprocess.run(fetch, env=env, check=True)
    with sync_playwright() as playwright:
        env["CHROME_PATH"] = chromium.path(playwright) or ""
    flags = " ".join(["--headless=new", *chromium.QUIET])
    # On a busy machine it sometimes misses the very beginning of a page, and says so.
    for _ in range(ATTEMPTS):
        done = subprocess.run(
            [str(tool), address, "--quiet", f"--chrome-flags={flags}", "--output=json",
             f"--output-path={report}"],
            env=env,
            check=False,
        )  # fmt: skip
        if done.returncode == 0:
            return json.loads(report.read_text())
    raise RuntimeError(f"Lighthouse could not look at {address}")


def _read(found: dict[str, Any]) -> Seen:
    audits = found["audits"]
    requests = audits["network-requests"]["details"]["items"]
    size: Counter[str] = Counter()
    for one in requests:
        size[one.get("resourceType", "Other").lower()] += one.get("transferSize", 0)
    return Seen(
        {name: found["categories"][name]["score"] * 100 for name in CATEGORIES},
        audits[LARGEST]["numericValue"] / 1000,
        audits[MOVED]["numericValue"],
        dict(size),
        len(requests),
    )
