"""How often each job runs by the clock: for what runs them, and for the page that shows them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

PLANS: Mapping[str, timedelta] = {
    "seal_journal": timedelta(minutes=1),
    "expire_bookings": timedelta(minutes=1),
    "remind": timedelta(minutes=5),
    "daily_summary": timedelta(minutes=5),
    "ask_for_feedback": timedelta(minutes=30),
    "apply_webhooks": timedelta(minutes=1),
    "clean_up": timedelta(hours=1),
    "expire_access": timedelta(minutes=1),
}
# Beside the two runs that may be missed: a start, a slow moment, clocks that differ a little.
SLACK = timedelta(minutes=2)


def time_before(now: datetime, every: timedelta) -> datetime:
    """The last time of a plan."""
    return EPOCH + (now - EPOCH) // every * every


def time_after(now: datetime, every: timedelta) -> datetime:
    return time_before(now, every) + every


def is_late(started_at: datetime | None, now: datetime, every: timedelta) -> bool:
    """It never ran, or too long ago, or at a time that has not come: then the clock was set back,
    and nothing has run since."""
    if started_at is None:
        return True
    return not now - 2 * every - SLACK <= started_at <= now + SLACK
