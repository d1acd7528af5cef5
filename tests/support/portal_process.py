"""The portal as a person starts it: a process of its own, on a free port, until it is ended."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from playwright.sync_api import BrowserContext, Page

from practice.postgres import Cluster
from practice.settings import ROOT
from tests import builders

# Every name that is explained there; a developer's own values decide nothing in a test.
EXPLAINED = re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
PATIENCE = 120
SIGNS_IN = re.compile(r"https?://\S+/sign-in/link/\S+")
# A Tuesday in Trieste, when somebody comes at half past.
MORNING = "2026-11-24T11:12:00+01:00"
# One browser stands for many visitors here; what guests hold of a day is counted all the same.
GENEROUS = {
    f"PRACTICE_LIMIT_{name}": "9999/600"
    for name in (
        *("ATTEMPTS", "CALLS_PER_ADDRESS", "CALLS_PER_EMAIL", "CALLS_PER_SITE"),
        *("CALLS_PER_REGION", "CHANGES_PER_ADDRESS", "ANSWERS_PER_ADDRESS"),
        *("LINKS_PER_ADDRESS", "READS"),
    )
}


@dataclass(frozen=True)
class Server:
    base: str
    log: Path
    process: subprocess.Popen[bytes]
    seconds_to_first_answer: float

    def said(self) -> str:
        return self.log.read_text()


def clean_environment(**more: str) -> dict[str, str]:
    """This machine's, with every setting empty: an empty one also hides what .env says."""
    return {**os.environ, **dict.fromkeys(EXPLAINED, ""), "PYTHONPATH": str(ROOT), **more}


def is_alive(pid: int) -> bool:
    """A zombie is dead; whether its parent has noticed depends on the machine."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def sign_in_by_letter(context: BrowserContext, base: str, email: str) -> Page:
    """As a person does it: asks, opens the letter, presses the button."""
    before = links_to(context, base, email)
    context.request.post(f"{base}/sign-in", form={"email": email}, headers={"origin": base})
    until = time.monotonic() + PATIENCE
    while (links := links_to(context, base, email)) == before and time.monotonic() < until:
        time.sleep(0.05)
    page = context.new_page()
    page.goto(links[0])
    page.locator(".door-form button").click()
    page.wait_for_load_state("networkidle")
    return page


def links_to(context: BrowserContext, base: str, email: str) -> list[str]:
    """That sign in, the newest first."""
    letters = context.request.get(f"{base}/dev/mailbox.json").json()
    texts = (one["text"] for one in letters if (one["to"], one["kind"]) == (email, "sign_in"))
    return [link for text in texts for link in SIGNS_IN.findall(text)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(*words: str, env: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
    """`python -m practice …`, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "practice", *words],
        cwd=ROOT,
        env=clean_environment(**env),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@contextmanager
def running(data: Path, log: Path, **env: str) -> Generator[Server]:
    port = free_port()
    base = f"http://localhost:{port}"
    data.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with (
        log.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-m", "practice", "serve"],
            cwd=ROOT,
            env=clean_environment(PORT=str(port), PRACTICE_DATA_DIR=str(data), **env),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait(base, process, log)
            yield Server(base, log, process, time.perf_counter() - started)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)


Ask = Callable[[str, tuple[Any, ...]], None]


@contextmanager
def changing(portal: Server) -> Generator[Ask]:
    """By nobody's service: as it would be after something that a journey is not about."""
    with (
        Cluster(portal.log.parent / "postgres").used() as url,
        psycopg.connect(url, autocommit=True, options=builders.BY_SYSTEM) as connection,
    ):
        yield lambda said, given: connection.execute(said.encode(), given) and None


def put_out(portal: Server) -> None:
    """Its database is gone, and does not come back, however often the launcher starts it."""
    cluster = Cluster(portal.log.parent / "postgres")
    with (cluster.directory / "postgresql.auto.conf").open("a") as file:
        file.write("nonsense = on\n")
    postmaster = int((cluster.directory / "postmaster.pid").read_text().partition("\n")[0])
    os.kill(postmaster, signal.SIGQUIT)


def _wait(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {log.read_text()}")
        try:
            with urllib.request.urlopen(f"{base}/", timeout=5) as answer:  # noqa: S310 - loopback
                answer.read()
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.01)
    raise AssertionError(f"no answer within {PATIENCE} s: {log.read_text()}")
