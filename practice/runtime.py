"""From the event loop to worker threads and back: await query | transact."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlmodel import Session

from practice import db
from practice.domain.actors import Actor

P = ParamSpec("P")
R = TypeVar("R")

# As many threads as connections: who gets a thread never waits for a connection.
_workers = ThreadPoolExecutor(max_workers=db.POOL_SIZE, thread_name_prefix="work")


async def query(
    work: Callable[Concatenate[Session, Actor, P], R],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    return await _elsewhere(partial(db.query, work, actor, *args, **kwargs))


async def transact(
    work: Callable[Concatenate[Session, Actor, P], R],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    return await _elsewhere(partial(db.transact, work, actor, *args, **kwargs))


async def _elsewhere(call: Callable[[], R]) -> R:
    """The language and the request's number travel along with the context."""
    context = copy_context()
    return await asyncio.get_running_loop().run_in_executor(_workers, context.run, call)
