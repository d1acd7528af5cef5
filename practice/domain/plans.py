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
}


def time_before(now: datetime, every: timedelta) -> datetime:
    """The last time of a plan."""
    return EPOCH + (now - EPOCH) // every * every


def time_after(now: datetime, every: timedelta) -> datetime:
    return time_before(now, every) + every
