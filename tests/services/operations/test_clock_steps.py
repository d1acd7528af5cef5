"""The machine's clock is set: jobs go on, and what has expired stays so."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session

from practice import clock, db, jobs
from practice.domain.accounts.sessions import LinkState, Standing
from practice.domain.actors import SYSTEM, Actor
from practice.domain.errors import Refusal
from practice.environment import Rate
from practice.jobs import Job
from practice.models.accounts import BrowserSession
from practice.models.operations import Heartbeat, JobRun
from practice.models.outbox import OutboxRow
from practice.models.security import RateCounter
from practice.providers import EmbeddedMail, Providers
from practice.services import rate_limits
from practice.services.accounts import sessions, sign_in
from practice.services.links.sign_in import Asker
from practice.services.operations import clock_steps, effects, heartbeats
from practice.services.outbox import queue
from tests import builders
from tests.builders import NOW, rows_of, the_time_is
from tests.site.account.test_sign_in import a_therapist, newest_link
from tests.state.portal.test_operations import seen
from tests.support import running_portal

pytestmark = pytest.mark.anyio
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ADA = "ada@example.org"


def counted(calls: list[int], every: timedelta = MINUTE) -> Job:
    def work(_session: Session, _actor: Actor) -> int:
        calls.append(1)
        return 0

    return Job("counted", every, work)


async def test_m3_times_that_were_run_before_a_step_back_are_run_again(house: str):
    calls: list[int] = []
    for minute in range(60):
        with the_time_is(NOW + minute * MINUTE):
            await jobs.run(counted(calls))
    calls.clear()
    for minute in range(60):
        with the_time_is(NOW + minute * MINUTE):
            await jobs.run(counted(calls))
    # The one that stands at the very time may have been another process's.
    assert len(calls) == 59
    assert max(run.scheduled_for for run in rows_of(JobRun)) == NOW + 59 * MINUTE


@pytest.mark.parametrize("step", [-HOUR, HOUR, 48 * HOUR])
async def test_m3_a_step_of_the_clock_wakes_the_jobs(
    house: str, monkeypatch: pytest.MonkeyPatch, step: timedelta
):
    """Neither is waited for the hour to pass, nor for the next planned minute."""
    calls, ran = list[int](), asyncio.Event()
    monkeypatch.setattr(jobs, "JOBS", (counted(calls),))
    monkeypatch.setattr(jobs, "LOOK", 0.01, raising=False)
    whole = jobs.run

    async def run(job: Job) -> None:
        await whole(job)
        ran.set()

    monkeypatch.setattr(jobs, "run", run)

    async def called(times: int) -> None:
        while len(calls) < times:
            await ran.wait()
            ran.clear()

    async with jobs.running():
        await asyncio.wait_for(called(1), 10)
        monkeypatch.setattr(clock, "now", lambda: NOW + step)
        await asyncio.wait_for(called(2), 10)
    assert len(calls) == 2


async def test_m3_her_page_says_which_jobs_are_late(house: str):
    builders.every_job_ran()
    assert not any(job.is_late for job in seen().jobs)
    with the_time_is(NOW + 10 * MINUTE):
        late = {job.name for job in seen().jobs if job.is_late}
    assert {"seal_journal", "expire_bookings"} <= late
    assert "clean_up" not in late
    with the_time_is(NOW - HOUR):
        assert all(job.is_late for job in seen().jobs), "runs of a time that has not come"


def test_m3_a_beat_of_a_time_that_has_not_come_is_no_sign_of_life(house: str):
    db.transact(heartbeats.beat, SYSTEM, worker="one")
    assert rows_of(Heartbeat)
    with the_time_is(NOW - HOUR):
        assert db.query(heartbeats.count_alive, SYSTEM) == 0
        db.transact(heartbeats.beat, SYSTEM, worker="one")
        assert db.query(heartbeats.count_alive, SYSTEM) == 1


def mark() -> int:
    return db.transact(clock_steps.mark, SYSTEM)


def test_m3_an_expired_link_is_not_revived_by_a_step_back(house: str):
    token = the_link()
    with the_time_is(NOW + 16 * MINUTE):
        assert mark() == 1
    state = db.query(sign_in.look, SYSTEM, token=token, nonce="nonce").state
    assert state is LinkState.EXPIRED
    with pytest.raises(Refusal):
        db.transact(sign_in.redeem, SYSTEM, token=token, nonce="nonce", it_was_me=True, device="")


def the_link() -> str:
    """As the letter has it."""
    builders.a_client(email=ADA)
    db.transact(sign_in.ask, SYSTEM, email=ADA, asker=Asker("nonce", ""))
    return newest_link().rpartition("/")[2]


def test_m3_a_link_that_is_good_is_left_alone(house: str):
    token = the_link()
    with the_time_is(NOW + 14 * MINUTE):
        mark()
        state = db.query(sign_in.look, SYSTEM, token=token, nonce="nonce").state
    assert state is LinkState.GOOD


@pytest.mark.parametrize("idle", [timedelta(days=15), timedelta(days=31)])
def test_m3_a_session_that_was_over_is_not_revived_by_a_step_back(house: str, idle: timedelta):
    cookie, _ = running_portal.a_client()
    with the_time_is(NOW + idle):
        mark()
    assert db.query(sessions.find, SYSTEM, cookie=cookie).standing is Standing.ENDED


def test_m3_her_session_that_was_locked_stays_locked(house: str):
    cookie, _ = a_therapist(factor=True)
    with the_time_is(NOW + 61 * MINUTE):
        mark()
        assert db.query(sessions.find, SYSTEM, cookie=cookie).standing is Standing.LOCKED
    assert db.query(sessions.find, SYSTEM, cookie=cookie).standing is Standing.LOCKED
    with the_time_is(NOW + 721 * MINUTE):
        mark()
    assert db.query(sessions.find, SYSTEM, cookie=cookie).standing is Standing.ENDED


def test_m3_who_is_signed_in_stays_so_and_no_longer_than_without_the_step(house: str):
    cookie, _ = a_therapist(factor=True)
    with the_time_is(NOW - HOUR):
        mark()
        assert db.query(sessions.find, SYSTEM, cookie=cookie).standing is Standing.OPEN
        (row,) = rows_of(BrowserSession)
        assert (row.last_used_at, row.factor_at) == (NOW - HOUR, NOW - HOUR)
    with the_time_is(NOW + MINUTE):
        assert db.query(sessions.find, SYSTEM, cookie=cookie).standing is Standing.LOCKED


def test_m3_letters_do_not_wait_for_the_hour_to_come_again(house: str):
    builders.a_call()
    with the_time_is(NOW - HOUR):
        mark()
        while effects.work_once(Providers(EmbeddedMail()), SYSTEM):
            pass
        assert all(row.done_at for row in rows_of(OutboxRow))


def test_m3_what_somebody_works_on_is_not_taken_from_him(house: str):
    """The lease is shortened to a whole one, not to nothing: no letter is sent twice."""
    builders.a_call()
    claimed = db.transact(queue.claim, SYSTEM, instant=[])
    with the_time_is(NOW - HOUR):
        mark()
        taken = {row.id for row in claimed}
        again = db.transact(queue.claim, SYSTEM, instant=[])
        assert taken.isdisjoint(row.id for row in again)
    with the_time_is(NOW - HOUR + queue.LEASE):
        again = [row for _ in range(9) for row in db.transact(queue.claim, SYSTEM, instant=[])]
        assert taken <= {row.id for row in again}


def test_m3_nobody_is_kept_waiting_longer_than_a_window(house: str):
    rate = Rate(2, HOUR)

    def count(session: Session, _actor: Actor) -> bool:
        return rate_limits.is_over(session, "tries", b"somebody", rate)

    assert [db.transact(count, SYSTEM) for _ in range(3)] == [False, False, True]
    with the_time_is(NOW - 48 * HOUR):
        mark()
        assert rows_of(RateCounter)[0].since == NOW - 48 * HOUR
        assert db.transact(count, SYSTEM), "a step lets nobody try more"
    with the_time_is(NOW - 47 * HOUR):
        assert not db.transact(count, SYSTEM)


def test_m3_without_a_step_there_is_nothing_to_pull_back(house: str):
    builders.a_call()
    running_portal.a_client()
    with the_time_is(NOW + MINUTE):
        mark()
        assert mark() == 0
