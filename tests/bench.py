"""make bench: how fast it starts, answers and loads. Prints one table; keeps nothing."""

import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from practice import build
from practice.settings import ROOT, Settings
from tests import chromium, server

WORK = ROOT / ".data" / "bench"
LIGHTHOUSE = "lighthouse@13.5.0"
PAGES = ("/", "/it", "/about", "/styleguide")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
STARTS = 5
SECONDS = 4
CONNECTIONS = 16


def main() -> int:
    WORK.mkdir(parents=True, exist_ok=True)
    build.ensure(Settings.read({"PRACTICE_DATA_DIR": str(WORK)}))
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    for name, figure in measured():
        print(f"{name:<58}{figure}", flush=True)
    return 0


def measured() -> Iterator[tuple[str, str]]:
    yield "warm start to the first answer, s (median of 5)", f"{warm_start():.2f}"
    with server.running(WORK / "data", WORK / "server.log") as portal:
        for path in ("/", "/healthz"):
            each, p95 = flood(portal.base, path)
            yield f"GET {path}, 16 connections: answers a second, p95 ms", f"{each:.0f}, {p95:.1f}"
        for path in PAGES:
            size = lighthouse(portal.base + path)
            yield f"Lighthouse mobile {path}", size


def warm_start() -> float:
    """From the command to the first answered page: database, migrations check and all."""
    taken: list[float] = []
    for _ in range(STARTS + 1):
        with server.running(WORK / "data", WORK / "server.log") as portal:
            taken.append(portal.seconds_to_first_answer)
        portal.process.wait()
    return statistics.median(taken[1:])


def flood(base: str, path: str) -> tuple[float, float]:
    """Bounded in time, on this machine only; the client shares its two cores."""
    parts = urlsplit(base)
    times: list[float] = []
    until = time.monotonic() + SECONDS

    def ask() -> None:
        connection = HTTPConnection(parts.hostname or "", parts.port)
        while time.monotonic() < until:
            started = time.perf_counter()
            connection.request("GET", path, headers={"accept-encoding": "gzip"})
            connection.getresponse().read()
            times.append(time.perf_counter() - started)
        connection.close()

    asking = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    return len(times) / SECONDS, statistics.quantiles(times, n=20)[-1] * 1000


def lighthouse(address: str) -> str:
    """Scores, and what was transferred; the tool is fetched once into .data/bench."""
    tool = WORK / "node_modules" / ".bin" / "lighthouse"
    env = build.environment()
    if not tool.exists():
        npm = Path(sys.executable).parent / "npm"
        fetch = [str(npm), "install", "--silent", "--prefix", str(WORK), LIGHTHOUSE]
        subprocess.run(fetch, env=env, check=True)
    report = WORK / "lighthouse.json"
    with sync_playwright() as playwright:
        env["CHROME_PATH"] = chromium.path(playwright) or ""
    flags = " ".join(["--headless=new", *chromium.QUIET])
    subprocess.run(
        [str(tool), address, "--quiet", f"--chrome-flags={flags}", "--output=json",
         f"--output-path={report}"],
        env=env,
        check=True,
    )  # fmt: skip
    return _summary(json.loads(report.read_text()))


def _summary(found: dict[str, Any]) -> str:
    scores = " · ".join(
        f"{name} {found['categories'][name]['score'] * 100:.0f}" for name in CATEGORIES
    )
    requests = found["audits"]["network-requests"]["details"]["items"]
    size: dict[str, int] = {}
    for one in requests:
        kind = one.get("resourceType", "Other")
        size[kind] = size.get(kind, 0) + one.get("transferSize", 0)
    audits = found["audits"]
    largest = audits["largest-contentful-paint"]["displayValue"]
    moved = audits["cumulative-layout-shift"]["displayValue"]
    weighs = ", ".join(f"{kind} {bytes_ / 1000:.1f} kB" for kind, bytes_ in sorted(size.items()))
    return f"{scores} · LCP {largest} · CLS {moved}\n{'':<58}{weighs}"


if __name__ == "__main__":
    sys.exit(main())
