"""Both roads of a letter hang: bookings do not notice, and once it is light all letters arrive."""

import asyncio
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest

from practice import clock, db, runtime, settings, worker
from practice.domain.actors import SYSTEM, VISITOR
from practice.domain.booking.status import Status
from practice.models.outbox import OutboxRow
from practice.providers import Providers, ResendMail, Roads, SmtpMail, http, smtp_mail
from practice.services.accounts import sign_in
from practice.services.booking import book
from practice.services.links.sign_in import Asker
from tests import builders
from tests.builders import BY_SYSTEM, CALL, ZONE
from tests.support import fake_providers

pytestmark = pytest.mark.anyio
# Composing a letter takes longer than anything here; `tests.bench.outbox` books two hundred.
MANY = 50


@pytest.fixture
def hole() -> Iterator[str]:
    """Takes a connection and says nothing, ever."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"


def times() -> list[datetime]:
    """Every twenty minutes of the coming weekdays, from tomorrow on."""
    nine = clock.now().astimezone(ZONE).replace(hour=9, minute=0, second=0, microsecond=0)
    days = [nine + timedelta(days=number) for number in range(1, 30)]
    return [
        (day + step * timedelta(minutes=20)).astimezone(ZoneInfo("UTC"))
        for day in days
        if day.weekday() < 5
        for step in range(24)
    ][:MANY]


async def test_while_both_hang_everybody_books_and_afterwards_hears_of_it(
    database: str, hole: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(http, "TIMES", httpx.Timeout(0.3, connect=0.3))
    monkeypatch.setattr(smtp_mail, "SECONDS", 0.3)
    now = replace(settings.current(), limits=replace(settings.current().limits, are_on=False))
    monkeypatch.setattr(settings, "current", lambda: now)
    db.transact(builders.furnish, SYSTEM)
    builders.change_type(CALL, step_minutes=20)
    with fake_providers.resend() as (resend, base):
        resend.pause = 1.0
        providers = Providers(Roads([ResendMail("key", base), SmtpMail(hole)]))
        async with worker.running(database, providers):
            for start in times():
                wish = builders.a_wish(start=start)
                guest = builders.a_guest()
                booked = await runtime.transact(book.book, VISITOR, wish, guest=guest)
                assert booked.status is Status.CONFIRMED
            assert resend.asked
            resend.pause = 0.0
            await asyncio.to_thread(drained, database)
    assert len(resend.taken) == 2 * MANY
    assert {one.outcome for one in builders.rows_of(OutboxRow)} == {"sent", "no_calendar"}


async def test_a_provider_that_refuses_is_not_asked_again_by_the_same_hand_at_once(
    database: str, monkeypatch: pytest.MonkeyPatch
):
    """Or people who book would wait behind eighty refusals a second."""
    monkeypatch.setattr(worker, "PAUSE", 1000.0)
    monkeypatch.setattr(worker, "GRACE", 0.0)
    db.transact(builders.furnish, SYSTEM)
    for number in range(2 * db.HANDS):
        builders.a_client(email=f"person{number}@example.org")
        said = {"email": f"person{number}@example.org", "asker": Asker("n", "Firefox")}
        db.transact(sign_in.ask, SYSTEM, **said)
    with fake_providers.resend() as (resend, base):
        resend.mood = fake_providers.REFUSING
        async with worker.running(database, Providers(ResendMail("key", base))):
            await asyncio.to_thread(asked_by_all, resend)
            await asyncio.sleep(0.5)
            assert len(resend.asked) == db.HANDS


def asked_by_all(resend: fake_providers.Resend) -> None:
    while len(resend.asked) < db.HANDS:
        time.sleep(0.05)


def drained(url: str) -> None:
    """Nobody here waits for the next attempt as long as a worker does."""
    with psycopg.connect(url, autocommit=True, options=BY_SYSTEM) as asking:
        while asking.execute("SELECT 1 FROM outbox WHERE done_at IS NULL").fetchone():
            asking.execute(
                "UPDATE outbox SET next_at = now() WHERE next_at > now() AND lease_until IS NULL "
                "AND done_at IS NULL"
            )
            asking.execute("NOTIFY outbox")
            time.sleep(0.1)
