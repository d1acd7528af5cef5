"""From the event loop to worker threads and back: await query | transact | perform."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from time import monotonic
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import structlog
from sqlmodel import Session

from practice import db
from practice.domain.actors import Actor, Role
from practice.domain.errors import Busy, NotFound, Refusal
from practice.providers import Providers
from practice.services import audit

logger = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

# Who waits at the gate, of all who work.
AT_THE_GATE = db.POOL_SIZE - db.HANDS - 3
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
# As many threads as connections: who gets a thread never waits for a connection.
_workers = ThreadPoolExecutor(max_workers=db.POOL_SIZE - db.HANDS, thread_name_prefix="work")


async def query(
    work: Callable[Concatenate[Session, Actor, P], R],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    call = partial(db.query, work, actor, *args, **kwargs)
    try:
        return await _elsewhere(call)
    except NotFound as refusal:
        # Who only looks around is refused a hundred times a day; who is signed in is not.
        if actor.role is Role.CLIENT or actor.booking_id:
            await note(actor, work.__qualname__, refusal)
        raise


async def transact(
    work: Callable[Concatenate[Session, Actor, P], R],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    call = partial(db.transact, work, actor, *args, **kwargs)
    try:
        return await (_at_the_gate(call) if db.is_gated(work) else _elsewhere(call))
    except Refusal as refusal:
        await note(actor, work.__qualname__, refusal)
        raise


async def perform(
    work: Callable[Concatenate[Providers, Actor, P], R],
    providers: Providers,
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Work that goes outside; it opens its own short transactions. In a thread that nobody waits
    for: a provider that hangs keeps neither a visitor waiting nor the process from ending."""
    context, answer = copy_context(), Future[R]()

    def act() -> None:
        answer.set_running_or_notify_cancel()
        try:
            answer.set_result(context.run(work, providers, actor, *args, **kwargs))
        except BaseException as failure:
            answer.set_exception(failure)

    threading.Thread(target=act, name="hand", daemon=True).start()
    return await asyncio.wrap_future(answer)


async def note(actor: Actor, what: str, refusal: Refusal) -> None:
    """Into the journal, if it is one that belongs there; the answer does not depend on it."""
    if not refusal.is_noted:
        return
    try:
        said = {"what": what, "code": refusal.code}
        await _elsewhere(lambda: db.transact(audit.refused, actor, **said))
    except db.FAILED:
        logger.warning("refusal_not_noted", what=what, code=refusal.code)


async def _at_the_gate(call: Callable[[], R]) -> R:
    """Some threads stay for everybody else, so that a calendar that cannot be had stops nobody from
    reading. Who waits for a thread waits for the gate already: the time counts once."""
    turns = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_THE_GATE))
    until = monotonic() + db.GATE_WAIT
    try:
        await asyncio.wait_for(turns.acquire(), db.GATE_WAIT)
    except TimeoutError:
        raise Busy from None
    try:
        with db.waiting_at_most(until - monotonic()):
            return await _elsewhere(call)
    finally:
        turns.release()


async def _elsewhere(call: Callable[[], R]) -> R:
    """The language and the request's number travel along with the context."""
    context = copy_context()
    return await asyncio.get_running_loop().run_in_executor(_workers, context.run, call)
