"""Runs the database's part of many effects in turn, so that they do not fight."""

import threading
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlmodel import Session

from practice import db
from practice.domain.actors import Actor

P = ParamSpec("P")
R = TypeVar("R")
thinking = threading.Lock()


def think(
    work: Callable[Concatenate[Session, Actor, P], R],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """One hand at a time: the interpreter runs one thread at a time anyway, and whoever answers a
    visitor should not stand in line behind all of them."""
    with thinking:
        return db.transact(work, actor, *args, **kwargs)
