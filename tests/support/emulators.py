"""Somebody else's idea of the providers: the npm package `emulate`, fetched once into .data."""

import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from practice import build
from practice.settings import ROOT
from tests.support import fake_providers

PACKAGE = "emulate@0.12.2"
WHERE = ROOT / ".data" / "tests" / PACKAGE
COMMAND = WHERE / "node_modules" / "emulate" / "dist" / "index.js"
PATIENCE = 60.0


@contextmanager
def resend() -> Iterator[str]:
    """Its address; of all letters it took in this run there is a list at /emails."""
    _fetch()
    base = f"http://127.0.0.1:{fake_providers.free_port()}"
    with (
        (WHERE / "log").open("wb") as log,
        subprocess.Popen(
            [_beside("node"), COMMAND, "start", "-s", "resend", "-p", base.rpartition(":")[2]],
            stdout=log,
            stderr=subprocess.STDOUT,
            # The command beside Python starts the real one, which must end with it.
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait(base, process)
            yield base
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def _fetch() -> None:
    """By one test process; the others wait for it."""
    WHERE.mkdir(parents=True, exist_ok=True)
    with (WHERE / "turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not COMMAND.exists():
            install = [_beside("npm"), "install", "--silent", "--prefix", WHERE, PACKAGE]
            subprocess.run(install, env=build.environment(), check=True)


def _beside(name: str) -> Path:
    return Path(sys.executable).parent / name


def _wait(base: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, (WHERE / "log").read_text()
        try:
            with urllib.request.urlopen(f"{base}/emails", timeout=5):  # noqa: S310 - loopback
                return
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError((WHERE / "log").read_text())
