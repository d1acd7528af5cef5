"""The one place that asks what time it is."""

from datetime import UTC, datetime, timedelta
from functools import cache

from practice import settings


@cache
def _shift() -> timedelta:
    """PRACTICE_NOW moves the clock of a development server; it then runs on from there."""
    wanted = settings.current().now
    return wanted.astimezone(UTC) - datetime.now(UTC) if wanted else timedelta(0)


def now() -> datetime:
    return datetime.now(UTC) + _shift()
