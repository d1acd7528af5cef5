"""Sees that the embedded PostgreSQL ended without being asked, brings it back, and says so."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic

import structlog

from practice.postgres.shared import Cluster

logger = structlog.get_logger(__name__)

Say = Callable[[str, str], None]

LOOK = 0.5
# What ends again and again, or does not start, is left alone for longer each time.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
# Who lived this long ended for a new reason.
STEADY = 120.0


@contextmanager
def watched(own: Cluster, say: Say) -> Generator[None]:
    """In a thread, because the launcher waits for the server meanwhile. It looks at a process and
    holds no lock while all is well, so that the server can be a fork of this process."""
    leaving = threading.Event()
    watch = threading.Thread(target=_watch, args=[own, say, leaving], name="watch", daemon=True)
    watch.start()
    try:
        yield
    finally:
        leaving.set()
        watch.join()


def _watch(own: Cluster, say: Say, leaving: threading.Event) -> None:
    pause, back_at = 0.0, monotonic()
    while not leaving.wait(LOOK):
        if own.is_alive():
            continue
        pause = 0.0 if monotonic() - back_at > STEADY else pause
        say("database", "ended without being asked; starting it again …")
        logger.error("database_ended")
        while not leaving.wait(pause):
            pause = min(max(FIRST_PAUSE, 2 * pause), LONGEST_PAUSE)
            if _is_back(own, say, pause):
                break
        back_at = monotonic()


def _is_back(own: Cluster, say: Say, pause: float) -> bool:
    try:
        own.bring_back()
    except Exception as failure:
        # Whatever it was: nobody else would try again.
        say("database", f"is not back ({type(failure).__name__}); next try in {pause:.0f} s")
        logger.error("database_not_back", seconds=pause, exc_info=failure)
        return False
    say("database", "answers again")
    logger.warning("database_back")
    return True
