"""The one place that asks what time it is, also for the ids that carry it."""

import os
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

from practice import settings


@cache
def _shift() -> timedelta:
    """PRACTICE_NOW moves the clock of a development server; it then runs on from there."""
    wanted = settings.current().now
    return wanted.astimezone(UTC) - datetime.now(UTC) if wanted else timedelta(0)


def now() -> datetime:
    return datetime.now(UTC) + _shift()


def new_id() -> UUID:
    """A UUID of version 7: its time first, so that rows lie in the order they came."""
    milliseconds = int(now().timestamp() * 1000)
    bits = milliseconds << 80 | int.from_bytes(os.urandom(10))
    return UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)
