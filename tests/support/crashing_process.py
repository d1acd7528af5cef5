"""A worker, or somebody who books, that dies at a named point: a fork that is gone as after a
kill -9, with nothing closed, rolled back or said. Without a point it works until all is done."""

import os
from collections.abc import Callable
from typing import Any, Never

from practice import db
from practice.domain.actors import SYSTEM
from practice.providers import Providers, ResendMail
from practice.services.booking import book as booking_book
from practice.services.letters import mail_log
from practice.services.operations import effects
from practice.services.outbox import queue
from tests import builders

# Where it can happen: after each commit, and on both sides of the call.
POINTS = ("claimed", "prepared", "before_call", "after_call", "settled", "settling")
# Before and after the commit of a booking.
BOOKING_POINTS = ("booking", "booked")
GONE = 137
AFTER: dict[Callable[..., Any], str] = {
    queue.claim: "claimed",
    mail_log.prepare: "prepared",
    mail_log.sent: "settled",
    queue.done: "settled",
    booking_book.book: "booked",
}
# Written, and not committed.
WITHIN: dict[Callable[..., Any], str] = {
    mail_log.sent: "settling",
    queue.done: "settling",
    booking_book.book: "booking",
}


class Dying:
    def __init__(self, point: str, times: int) -> None:
        self.point = point
        self.left = times

    def at(self, point: str | None) -> None:
        if point != self.point:
            return
        self.left -= 1
        if self.left <= 0:
            os._exit(GONE)


def run(url: str, work: Callable[[], Any], point: str = "", times: int = 1) -> int:
    """Its exit code. A fork of the tests' own process: one that begins anew takes seconds."""
    child = os.fork()
    if child == 0:
        _live(url, work, Dying(point, times))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _live(url: str, work: Callable[[], Any], dying: Dying) -> Never:
    """Connections of its own: the parent's would answer both. Whatever happens, it must not go on
    as a second test run."""
    try:
        assert db._Home.engine
        db._Home.engine.dispose(close=False)
        db.connect(url)
        _die_in_between(dying)
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)


def _die_in_between(dying: Dying) -> None:
    whole = db.transact

    def transact(work: Any, actor: Any, *args: Any, **said: Any) -> Any:
        def inside(session: Any, actor: Any, *args: Any, **said: Any) -> Any:
            found = work(session, actor, *args, **said)
            session.flush()
            dying.at(WITHIN.get(work))
            return found

        vars(inside).update(vars(work))
        found = whole(inside, actor, *args, **said)
        if found != []:
            dying.at(AFTER.get(work))
        return found

    db.transact = transact
    _Mail.dying = dying


class _Mail(ResendMail):
    dying: Dying

    def send(self, message: Any, *, lost_before: int = 0) -> Any:
        self.dying.at("before_call")
        receipt = super().send(message, lost_before=lost_before)
        self.dying.at("after_call")
        return receipt


def working(base: str) -> Callable[[], None]:
    def work() -> None:
        while effects.work_once(Providers(_Mail("key", base)), SYSTEM):
            pass

    return work


def book() -> None:
    builders.a_call()
