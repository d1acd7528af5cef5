"""A second process that books: `python -m tests.support.concurrent_booker URL THREADS`, wishes on
stdin, answers out.

Says "ready", waits for a line, then lets its threads go at once; each answer is the name of what
came of the wish at the same place.
"""

import json
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
import time_machine

from practice import db, settings
from practice.domain.actors import VISITOR
from practice.domain.errors import Refusal
from practice.services.booking import book
from tests import builders
from tests.conftest import PLAIN

BOOKED = "booked"
# Fewer than threads: who finds none waits for one, without end because the clock stands still.
CONNECTIONS = 12


def main(url: str, threads: int) -> None:
    settings.current = lambda: replace(PLAIN, limits=replace(PLAIN.limits, are_on=False))
    wishes = [(slug, datetime.fromisoformat(at)) for slug, at in json.loads(sys.stdin.readline())]
    db.connect(url, pool_size=CONNECTIONS)
    with time_machine.travel(builders.NOW, tick=False), structlog.testing.capture_logs() as log:
        print("ready", flush=True)
        sys.stdin.readline()
        answers = race(wishes, threads)
    db.disconnect()
    retries = [one["attempt"] for one in log if one["event"] == "transaction_retried"]
    print(json.dumps({"answers": answers, "retries": retries}), flush=True)


def race(wishes: Sequence[tuple[str, datetime]], threads: int) -> list[str]:
    answers = [""] * len(wishes)
    waiting = list(range(len(wishes)))
    together = threading.Barrier(threads)

    def work() -> None:
        together.wait()
        while True:
            try:
                at = waiting.pop()
            except IndexError:
                return
            answers[at] = attempt(*wishes[at])

    crowd = [threading.Thread(target=work) for _ in range(threads)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    return answers


def attempt(slug: str, start: datetime) -> str:
    wish: Any = builders.a_wish(slug, start)
    try:
        db.transact(book.book, VISITOR, wish, guest=builders.a_guest())
    except Refusal as refusal:
        return type(refusal).__name__
    except Exception as failure:
        return repr(failure)[:300]
    return BOOKED


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
