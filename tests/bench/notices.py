"""How soon a notice stands on an open page: from another process's write to the page's socket."""

import os
import statistics
import time
from contextlib import ExitStack

from practice import clock
from practice.models.messages import Notice
from practice.postgres import Cluster
from tests.bench.start_and_pages import WORK
from tests.builders import change_row, rows_of
from tests.support import running_portal
from tests.support.portal_process import Server
from tests.support.smoke import size
from tests.support.websocket_client import RawClient, connected

TIMES = size(200, 4)
PAUSE = 0.02
# As many as one address may have, with the one that is measured.
OTHERS = size(8, 1)


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    own = Cluster(WORK / "api" / "postgres")
    own.directory.mkdir(parents=True, exist_ok=True)
    with own.used(), running_portal.shared(own, WORK / "notices.log") as portal:
        print(f"{os.cpu_count()} cores, the client on the same cores, {OTHERS} other pages open")
        taken = times(portal)
        p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
        print(f"from the write to the page: p50 {p50:.1f} ms, p95 {p95:.1f} ms (target p95 ≤ 100)")


def times(portal: Server) -> list[float]:
    """A notice of the sample, given to somebody with an open page, and marked again and again."""
    value, actor = running_portal.a_client()
    notice = next(one.id for one in rows_of(Notice) if one.account_id)
    change_row(Notice, Notice.id == notice, account_id=actor.account_id, read_at=clock.now())
    with ExitStack() as others, connected(portal.base, cookie=cookie(value)) as page:
        for _ in range(OTHERS):
            other = connected(portal.base, cookie=cookie(running_portal.a_client()[0]))
            others.enter_context(other).heard(0.05)
        page.heard()
        return [_time(page, notice, is_read=number % 2 == 1) for number in range(TIMES)]


def _time(page: RawClient, notice: object, *, is_read: bool) -> float:
    time.sleep(PAUSE)
    started = time.perf_counter()
    change_row(Notice, Notice.id == notice, read_at=clock.now() if is_read else None)
    page.heard_until(f"'unread_rx_state_': {int(not is_read)}")
    return (time.perf_counter() - started) * 1000


def cookie(value: str) -> str:
    return f"practice_session={value}"


if __name__ == "__main__":
    main()
