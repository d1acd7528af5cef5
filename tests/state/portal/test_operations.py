"""How the practice runs: what the page says, to whom, and what its button does."""

import asyncio
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from practice import db, jobs
from practice.domain.actors import SYSTEM, VISITOR, Actor, Role
from practice.domain.booking.consequences import Effect
from practice.domain.errors import NotFound
from practice.domain.operations import schedule
from practice.letters import Kind
from practice.models.accounts import BrowserSession
from practice.models.letters import LetterState, MailedLetter
from practice.models.operations import JobRun
from practice.models.outbox import OutboxRow
from practice.models.security import AuditEntry
from practice.providers.ports import ProviderError
from practice.services.letters import mail_log
from practice.services.operations import effects, heartbeats
from practice.services.portal import operations
from practice.state.portal.operations import RunningState
from practice.state.portal.today import TodayState
from practice.wording import operations as wording_operations
from tests.builders import (
    NOW,
    THERAPIST,
    TOMORROW,
    a_call,
    a_client,
    a_confirmed,
    change_row,
    rows_of,
    the_time_is,
)
from tests.services.outbox.test_outbox import Post, asked_for_a_link, work
from tests.support.event_client import Tab, reflex_running
from tests.support.signed_in import her_seat, seat_of

pytestmark = pytest.mark.anyio
REFUSED = ProviderError("letter_refused", is_permanent=True)


def seen() -> operations.Running:
    return db.query(operations.find, THERAPIST)


def a_worker() -> None:
    db.transact(heartbeats.beat, SYSTEM, worker="host:1")


def one_given_up() -> OutboxRow:
    asked_for_a_link()
    work(Post(REFUSED))
    return next(row for row in rows_of(OutboxRow) if row.dead_at)


def one_that_came_back() -> None:
    a_call()
    work(Post())
    db.transact(mail_log.came_back, SYSTEM, provider_id="id-1", kind="email.bounced")


# What is true


def test_only_she_sees_it(house: str):
    for actor in (VISITOR, SYSTEM, a_client()):
        with pytest.raises(NotFound):
            db.query(operations.find, actor)


def test_every_job_is_planned_and_has_words():
    assert [job.name for job in jobs.JOBS] == list(schedule.PLANS) == list(wording_operations.JOBS)


def test_every_kind_of_letter_and_every_state_has_words():
    assert set(wording_operations.KINDS) == set(Kind)
    assert set(wording_operations.STATES) == set(LetterState)


async def test_a_job_is_shown_with_its_last_run_and_its_next(house: str):
    with the_time_is(NOW + timedelta(seconds=7)):
        await jobs.run(next(job for job in jobs.JOBS if job.name == "remind"))
        found = {one.name: one for one in seen().jobs}
    last = found["remind"].last
    assert last
    assert (last.outcome, last.started_at) == ("0", NOW + timedelta(seconds=7))
    assert found["remind"].next_at == NOW + timedelta(minutes=5)
    assert found["clean_up"].last is None


def test_what_was_given_up_says_to_whom_and_why(house: str):
    row = one_given_up()
    (lost,) = seen().given_up
    assert (lost.id, lost.kind, lost.why) == (row.id, "sign_in", "letter_refused")
    assert lost.to == "ada@example.org"
    assert seen().health.given_up == 1


def test_what_never_became_a_letter_is_shown_too(house: str, monkeypatch: pytest.MonkeyPatch):
    a_call()

    def broken(*_: Any) -> None:
        raise ValueError

    monkeypatch.setattr(mail_log.compose, "compose", broken)
    monkeypatch.setattr(effects.queue, "GIVE_UP", timedelta(0))
    work(Post())
    found = seen().given_up
    assert {(one.effect, one.kind, one.to, one.why) for one in found} == {
        (Effect.LETTER_TO_CLIENT, "", "", "defect"),
        (Effect.LETTER_TO_THERAPIST, "", "", "defect"),
    }


def test_what_came_back_is_news_for_a_week(house: str):
    one_that_came_back()
    (back,) = seen().came_back
    assert (back.state, back.trouble) == (LetterState.CAME_BACK, "email.bounced")
    with the_time_is(NOW + timedelta(days=8)):
        assert (seen().came_back, seen().health.came_back) == ((), 0)
        assert LetterState.CAME_BACK in {one.state for one in seen().log}


def test_the_log_tells_no_words(house: str):
    a_call()
    work(Post())
    found = seen().log
    assert {one.kind for one in found} == {"call_confirmed", "new_booking"}
    assert not hasattr(found[0], "body")


def test_the_log_ends_somewhere(house: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(operations, "LOGGED", 1)
    a_call()
    work(Post())
    assert len(seen().log) == 1


# One quiet sentence


def said() -> str:
    return wording_operations.health(seen().health)


def test_the_sentence_says_only_what_is_true(house: str):
    assert said() == "Nothing is being sent at the moment."
    a_worker()
    assert said() == "All letters sent."
    a_call()
    assert said() == "Two letters are on their way."
    work(Post())
    assert said() == "All letters sent."
    one_given_up()
    assert said() == "One letter could not be delivered."


def test_the_sentence_forgets_nobody(house: str):
    a_worker()
    one_that_came_back()
    one_given_up()
    assert said() == "One letter could not be delivered. One letter came back."


def test_a_worker_that_fell_silent_is_missed(house: str):
    a_worker()
    with the_time_is(NOW + heartbeats.SILENT):
        assert said() == "Nothing is being sent at the moment."


# The button


def test_her_button_sends_it_and_is_written_down(house: str):
    row = one_given_up()
    db.transact(operations.try_again, THERAPIST, row=row.id)
    (letter,) = rows_of(MailedLetter)
    assert (letter.state, letter.trouble, seen().given_up) == (LetterState.WAITING, "", ())
    mail = Post()
    work(mail)
    assert [one.to for one in mail.got] == ["ada@example.org"]
    assert rows_of(AuditEntry, AuditEntry.action == "tried_again")[0].subject_id == str(row.id)


def test_her_button_wakes_whoever_sends(house: str):
    row = one_given_up()
    with psycopg.connect(house, autocommit=True) as line:
        line.execute("LISTEN outbox")
        db.transact(operations.try_again, THERAPIST, row=row.id)
        assert [said.channel for said in line.notifies(timeout=5, stop_after=1)] == ["outbox"]


@pytest.mark.parametrize("actor", [VISITOR, SYSTEM, Actor(Role.CLIENT)])
def test_nobody_else_has_that_button(house: str, actor: Actor):
    row = one_given_up()
    with pytest.raises(NotFound):
        db.transact(operations.try_again, actor, row=row.id)
    assert len(seen().given_up) == 1


def test_what_is_not_given_up_is_not_tried_again(house: str):
    a_call()
    (row, *_others) = rows_of(OutboxRow)
    with pytest.raises(NotFound):
        db.transact(operations.try_again, THERAPIST, row=row.id)


# What the page says


def logged(tab: Tab) -> Any:
    return tab.shows(RunningState, "log")


async def at_her_page(state: Any = RunningState, path: str = "/portal/running") -> Tab:
    tab = her_seat(path)
    await tab.send(state.load)
    return tab


async def test_the_page_says_it_in_words(house: str):
    a_worker()
    one_given_up()
    async with reflex_running():
        tab = await at_her_page()
        (lost,) = tab.shows(RunningState, "given_up")
        assert lost.title == "Link to sign in, to ada@example.org"
        assert lost.line == (
            "The mail service refused it. The address may be wrong. Given up today at 08:00."
        )
        assert tab.shows(RunningState, "jobs")[0].line == "Has not run yet. Next at 08:01."
        assert [(one.day, [row.state for row in one.letters]) for one in logged(tab)] == [
            ("Today", ["given up"])
        ]
        tab = await at_her_page(path="/it/portal/running")
        assert tab.shows(RunningState, "given_up")[0].line.endswith("Rinuncia oggi alle 08:00.")


@pytest.mark.parametrize(
    ("outcome", "ended", "expected", "failed"),
    [
        ("0", True, "nothing to do", False),
        ("1", True, "one thing done", False),
        ("3", True, "three things done", False),
        ("database", True, "the database could not be had", True),
        ("defect", True, "it failed", True),
        ("sealed", True, "done", False),
        ("", False, "not finished", False),
    ],
)
async def test_the_outcome_of_a_job_is_said_in_words(
    house: str, outcome: str, ended: bool, expected: str, failed: bool
):
    db.transact(
        lambda session, _actor: session.add(
            JobRun(
                job="remind",
                scheduled_for=NOW,
                started_at=NOW,
                ended_at=NOW if ended else None,
                outcome=outcome,
            )
        ),
        SYSTEM,
    )
    async with reflex_running():
        tab = await at_her_page()
    row = tab.shows(RunningState, "jobs")[2]
    assert row.line == f"Last today at 08:00: {expected}. Next at 08:05."
    assert row.has_failed is failed


async def test_the_row_says_what_becomes_of_it(house: str):
    row = one_given_up()
    async with reflex_running():
        tab = await at_her_page()
        await tab.send(RunningState.try_again, row=str(row.id))
        (tried,) = tab.shows(RunningState, "given_up")
        assert (tried.title, tried.state) == ("Link to sign in, to ada@example.org", "on its way")
        assert tab.shows(RunningState, "is_waiting") is True
        await asyncio.to_thread(work, Post())
        await tab.send(RunningState.look_again)
        assert [one.state for one in tab.shows(RunningState, "given_up")] == ["sent"]
        assert tab.shows(RunningState, "is_waiting") is False
        await tab.send(RunningState.load)
        assert tab.shows(RunningState, "given_up") == []


async def test_what_fails_again_has_its_button_again(house: str):
    row = one_given_up()
    async with reflex_running():
        tab = await at_her_page()
        await tab.send(RunningState.try_again, row=str(row.id))
        await asyncio.to_thread(work, Post(REFUSED))
        await tab.send(RunningState.look_again)
        (lost,) = tab.shows(RunningState, "given_up")
    assert (lost.state, "Given up today" in lost.line) == ("", True)


async def test_looking_again_is_nobody_s_doing(house: str):
    async with reflex_running():
        tab = await at_her_page()
        with the_time_is(NOW + timedelta(minutes=30)):
            await tab.send(RunningState.look_again)
        assert tab.shows(RunningState, "loaded") is True
    assert rows_of(BrowserSession)[0].last_used_at == NOW


async def test_older_letters_come_when_they_are_asked_for(
    house: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(operations, "FEW", 4)
    monkeypatch.setattr(operations, "MORE", 2)
    for hours in range(6):
        a_confirmed(a_client(), TOMORROW + timedelta(hours=hours))
    await asyncio.to_thread(work, Post())
    async with reflex_running():
        tab = await at_her_page()
        assert (len(logged(tab)[0].letters), tab.shows(RunningState, "has_older")) == (4, True)
        await tab.send(RunningState.show_older)
        assert (len(logged(tab)[0].letters), tab.shows(RunningState, "has_older")) == (6, False)


async def test_letters_stand_under_their_days(house: str):
    a_call()
    await asyncio.to_thread(work, Post())
    with the_time_is(NOW + timedelta(days=1)):
        asked_for_a_link()
        await asyncio.to_thread(work, Post())
        async with reflex_running():
            tab = await at_her_page()
    assert [(one.day, len(one.letters)) for one in logged(tab)] == [("Today", 1), ("Yesterday", 2)]


async def test_when_nobody_works_the_page_says_so_and_when_all_is_well_too(house: str):
    async with reflex_running():
        tab = await at_her_page()
        assert (tab.shows(RunningState, "is_worked_on"), tab.shows(RunningState, "is_well")) == (
            False,
            False,
        )
        a_worker()
        await tab.send(RunningState.load)
        assert (tab.shows(RunningState, "is_worked_on"), tab.shows(RunningState, "is_well")) == (
            True,
            True,
        )


async def test_the_button_leads_back_to_the_letters(house: str):
    row = one_given_up()
    async with reflex_running():
        tab = await at_her_page()
        await tab.send(RunningState.try_again, row=str(row.id))
        assert tab.shows(RunningState, "done") == "It is on its way again."
        await tab.send(RunningState.try_again, row="nothing")
        assert "do not understand each other" in tab.trouble
        await tab.send(RunningState.try_again, row=str(row.id))
        assert tab.trouble == "There is nothing here, or it is not yours to see."


async def test_no_client_opens_it(house: str):
    async with reflex_running():
        tab = seat_of(a_client(), "/portal/running")
        await tab.send(RunningState.load)
        assert tab.trouble == "There is nothing here, or it is not yours to see."


async def test_the_day_ends_with_the_same_sentence(house: str):
    a_worker()
    change_row(OutboxRow, done_at=NOW)
    async with reflex_running():
        tab = await at_her_page(TodayState, "/portal")
        assert tab.shows(TodayState, "health") == "All letters sent."
