"""Killed in the middle, wherever that is: nothing is lost, and nothing happens twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from practice import db
from practice.domain.actors import SYSTEM
from practice.models.booking import Appointment, Booking, BookingEvent
from practice.models.letters import LetterAttempt, MailedLetter
from practice.models.messages import Notice, Thread
from practice.models.outbox import OutboxRow
from practice.providers import Providers, ResendMail
from practice.services.booking import cancel
from practice.services.operations import effects
from practice.services.outbox import queue
from tests import builders
from tests.builders import NOW, TOMORROW
from tests.support import crashing_process, fake_providers
from tests.support.fake_providers import Resend

BOOKED = {"call_confirmed", "new_booking"}
CANCELLED = {"cancelled", "booking_cancelled"}
# All that one call brings.
PARTS = {Booking: 1, Appointment: 1, BookingEvent: 1, Notice: 2, OutboxRow: 3, Thread: 1}


@pytest.fixture
def resend() -> Iterator[tuple[Resend, str]]:
    with fake_providers.resend() as found:
        yield found


def a_life(kind: str) -> set[str]:
    """What happens before the worker looks, and the letters that must come of it."""
    call = builders.a_call()
    if kind == "booked":
        return BOOKED
    holder = builders.holder_of(call.reference)
    db.transact(cancel.cancel, holder, reference=call.reference)
    return CANCELLED


def run(url: str, base: str, point: str = "", times: int = 1) -> int:
    return crashing_process.run(url, crashing_process.working(base), point, times)


def goes_on(base: str) -> None:
    """Somebody else, once the dead one's lease is over."""
    with builders.the_time_is(NOW + queue.LEASE + timedelta(seconds=1)):
        while effects.work_once(Providers(ResendMail("key", base)), SYSTEM):
            pass


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("kind", ["booked", "cancelled"])
@pytest.mark.parametrize("point", crashing_process.POINTS)
def test_a_worker_that_dies_loses_nothing_and_repeats_nothing(
    house: str, resend: tuple[Resend, str], point: str, kind: str, times: int
):
    peer, base = resend
    wanted = a_life(kind)
    assert run(house, base, point, times) == crashing_process.GONE
    goes_on(base)
    # The provider knows each letter by its key, so a second attempt is not a second letter.
    assert len(peer.taken) == len(wanted)
    assert {one.kind for one in builders.rows_of(MailedLetter) if one.state == "sent"} == wanted
    assert all(row.done_at and not row.dead_at for row in builders.rows_of(OutboxRow))
    sent = [one for one in builders.rows_of(LetterAttempt) if one.outcome == "sent"]
    assert len(sent) == len(wanted)


def test_without_a_death_the_same_comes_of_it(house: str, resend: tuple[Resend, str]):
    """The harness itself changes nothing."""
    peer, base = resend
    wanted = a_life("booked")
    assert run(house, base) == 0
    assert len(peer.taken) == len(wanted)
    assert len(peer.asked) == len(wanted)


def test_each_point_is_really_passed(house: str, resend: tuple[Resend, str]):
    """A point that nothing passes would prove nothing."""
    a_life("booked")
    for point in crashing_process.POINTS:
        builders.change_row(OutboxRow, done_at=None, lease_until=None)
        assert run(house, resend[1], point, 1) == crashing_process.GONE


@pytest.mark.parametrize(("point", "is_booked"), [("booking", False), ("booked", True)])
def test_who_dies_while_booking_has_booked_all_of_it_or_nothing(
    house: str, resend: tuple[Resend, str], point: str, is_booked: bool
):
    """And what was committed is done by whoever works, though nobody was told that it was."""
    peer, base = resend
    assert crashing_process.run(house, crashing_process.book, point) == crashing_process.GONE
    rows = {table: len(builders.rows_of(table)) for table in PARTS}
    assert rows == ({**PARTS} if is_booked else dict.fromkeys(PARTS, 0))
    goes_on(base)
    assert len(peer.taken) == (len(BOOKED) if is_booked else 0)
    # The time is free, or taken, and nobody holds the gate.
    builders.a_call(start=TOMORROW + timedelta(hours=1) if is_booked else TOMORROW)
