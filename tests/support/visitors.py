"""Other people while something is done to the portal: they ask at their own pace and are timed."""

import statistics
import threading
import time
from types import TracebackType

import psutil

from tests.support import hostile_clients
from tests.support.portal_process import Server

PACE = 0.1
# Longer than any of them would wait.
GIVES_UP = 10
MIB = 2**20


class Visitors:
    """They come from an address of their own and ask one path after the other, until the end."""

    def __init__(self, base: str, *paths: str) -> None:
        self.base = base
        self.paths = paths or ("/", "/healthz")
        self.milliseconds: list[float] = []
        self.failures = 0
        self.has_ended = threading.Event()
        self.thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Visitors":
        self.thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.has_ended.set()
        self.thread.join()

    def _ask(self) -> None:
        while not self.has_ended.is_set():
            for path in self.paths:
                self._ask_once(path)
                self.has_ended.wait(PACE)

    def _ask_once(self, path: str) -> None:
        started = time.perf_counter()
        try:
            status = hostile_clients.ask(self.base, path, seconds=GIVES_UP)
        except (OSError, IndexError):
            status = 0
        self.failures += status != 200
        self.milliseconds.append((time.perf_counter() - started) * 1000)

    @property
    def p95(self) -> float:
        return statistics.quantiles([0, *self.milliseconds], n=20)[-1]

    def __str__(self) -> str:
        middle = statistics.median(self.milliseconds)
        count = len(self.milliseconds)
        return f"p50 {middle:.0f} ms, p95 {self.p95:.0f} ms, {self.failures} of {count} failed"


def memory(portal: Server) -> float:
    """MiB of the launcher and its server; the database lives elsewhere."""
    launcher = psutil.Process(portal.process.pid)
    processes = [launcher, *(one for one in launcher.children() if "postgres" not in one.name())]
    return sum(one.memory_info().rss for one in processes) / MIB
