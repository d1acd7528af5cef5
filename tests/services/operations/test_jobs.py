"""Work by the clock: once each, whatever the clock, the night or a second process does."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from practice import clock, db, jobs, settings
from practice.domain.accounts.sessions import ASKER_LIFE
from practice.domain.actors import SYSTEM, Actor
from practice.domain.booking.consequences import FEEDBACK, REMINDER, SUMMARY, Effect
from practice.domain.booking.status import Status
from practice.domain.clients.stages import Outcome
from practice.domain.errors import NotFound
from practice.jobs import JOBS, Job
from practice.models.accounts import Account, BrowserSession, SigninLink
from practice.models.base import Table
from practice.models.booking import Booking
from practice.models.clients import Client
from practice.models.drafts import Draft
from practice.models.feedback import Feedback
from practice.models.letters import LetterState, MailedLetter
from practice.models.operations import Heartbeat, JobRun, WebhookEvent
from practice.models.outbox import OutboxRow
from practice.models.security import AuditSeal, IdempotencyKey, RateCounter
from practice.providers import EmbeddedMail, Providers, TelegramChat
from practice.providers.ports import Message, Receipt
from practice.services import drafts, feedback
from practice.services.accounts import newcomers, sessions, sign_in, therapist
from practice.services.booking import cancel as booking_cancel
from practice.services.booking import move as booking_move
from practice.services.booking import outcome as booking_outcome
from practice.services.booking.idempotency import Booked
from practice.services.letters import daily_summary, reminders
from practice.services.links.sign_in import Asker
from practice.services.operations import audit_chain, clean_up, effects, job_runs, webhook_inbox
from practice.services.outbox import queue
from tests import builders
from tests.builders import ASKED, NOW, PAID, THERAPIST, TOMORROW, the_time_is
from tests.support import fake_providers

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Three days ahead, so that its reminder is due in two.
START = TOMORROW + 2 * DAY
DUE = START - DAY


class Post:
    def __init__(self) -> None:
        self.got: list[Message] = []

    def send(self, message: Message, *, lost_before: int = 0) -> Receipt:
        del lost_before
        self.got.append(message)
        return Receipt("test", f"id-{len(self.got)}")

    def of(self, kind: str) -> list[Message]:
        return [one for one in self.got if one.letter.kind == kind]


def worked(mail: Any = None, chat: Any = None) -> Any:
    """All that is due at this moment is done."""
    found = mail or EmbeddedMail()
    while effects.work_once(Providers(found, chat), SYSTEM):
        pass
    return found


def promised(fact: str) -> list[OutboxRow]:
    return builders.rows_of(OutboxRow, OutboxRow.fact == fact)


def at(moment: datetime, work: Callable[..., Any]) -> Any:
    with the_time_is(moment):
        return db.transact(work, SYSTEM)


def remind(moment: datetime) -> int:
    return at(moment, reminders.promise_due)


# Reminders


def test_a_reminder_is_promised_when_its_hour_has_come_and_once(house: str):
    builders.a_confirmed(start=START)
    assert remind(DUE - SECOND) == 0
    assert remind(DUE) == 1
    assert remind(DUE) == remind(DUE + HOUR) == remind(START - SECOND) == 0
    with the_time_is(DUE):
        mail = worked(Post())
    assert len(mail.of("reminder")) == 1
    assert "26 November" in mail.of("reminder")[0].letter.subject


def test_each_type_has_its_own_hours(house: str):
    builders.change_type(PAID, reminder_hours=2)
    builders.change_type(ASKED, reminder_hours=48)
    builders.a_confirmed(start=START)
    builders.a_session(builders.a_client(), ASKED, START + 2 * HOUR, by=THERAPIST)
    assert remind(START + 2 * HOUR - 2 * DAY) == 1
    assert remind(START - 2 * HOUR - SECOND) == 0
    assert remind(START - 2 * HOUR) == 1


def test_who_booked_within_the_hours_has_just_had_a_letter(house: str):
    builders.a_confirmed(start=TOMORROW - 2 * HOUR + MINUTE * 30)
    assert remind(NOW) == remind(TOMORROW - 2 * HOUR) == 0


def test_what_is_not_certain_is_not_reminded_of(house: str):
    builders.a_request(start=START)
    builders.change_row(Booking, hold_expires_at=START + DAY)
    assert remind(DUE) == 0


def test_what_was_cancelled_is_not_reminded_of(house: str):
    booked = builders.a_confirmed(start=START)
    db.transact(booking_cancel.cancel, THERAPIST, reference=booked.reference)
    assert remind(DUE) == 0


def test_what_is_over_is_not_reminded_of(house: str):
    builders.a_confirmed(start=START)
    assert remind(START) == remind(START + DAY) == 0


def cancel(booked: Booked) -> None:
    db.transact(booking_cancel.cancel, THERAPIST, reference=booked.reference)


def move(booked: Booked) -> None:
    db.transact(booking_move.move, THERAPIST, reference=booked.reference, start=START + DAY)


def nothing(_booked: Booked) -> None:
    """Time alone passes."""


@pytest.mark.parametrize(
    ("happened", "later", "why"),
    [
        (cancel, timedelta(0), "not_confirmed"),
        (move, timedelta(0), "moved"),
        (nothing, DAY, "over"),
    ],
)
def test_a_promised_reminder_whose_reason_is_gone_is_not_sent(
    house: str, happened: Callable[[Booked], None], later: timedelta, why: str
):
    booked = builders.a_confirmed(start=START)
    worked()
    remind(DUE)
    with the_time_is(DUE + MINUTE):
        happened(booked)
    with the_time_is(DUE + MINUTE + later):
        assert worked(Post()).of("reminder") == []
    assert [one.outcome for one in promised(REMINDER)] == [f"dropped:{why}"]


def test_who_was_moved_is_reminded_of_the_new_time_and_only_of_it(house: str):
    booked = builders.a_confirmed(start=START)
    with the_time_is(NOW + MINUTE):
        move(booked)
    assert remind(DUE) == 0
    assert remind(DUE + DAY) == 1
    with the_time_is(DUE + DAY):
        (letter,) = worked(Post()).of("reminder")
    assert "27 November" in letter.letter.subject


def test_moved_away_and_back_there_is_one_reminder_for_each_time(house: str):
    booked = builders.a_confirmed(start=START)
    for minute, start in ((1, START + DAY), (2, START)):
        with the_time_is(NOW + minute * MINUTE):
            db.transact(booking_move.move, THERAPIST, reference=booked.reference, start=start)
    assert remind(DUE) == 1
    assert remind(DUE + DAY - SECOND) == 0


@pytest.mark.parametrize("change", ["2027-03-28", "2026-10-25"])
def test_across_a_change_of_the_clocks_a_day_is_twenty_four_hours(database: str, change: str):
    sunday = datetime.fromisoformat(f"{change}T00:00:00+00:00")
    with the_time_is(sunday - 5 * DAY):
        db.transact(builders.furnish, SYSTEM)
        # Nine in the morning of the Monday after, in Berlin.
        start = sunday + DAY + (7 if change == "2027-03-28" else 8) * HOUR
        builders.a_confirmed(start=start)
        worked()
    assert [remind(start - DAY + step) for step in (-SECOND, timedelta(0), HOUR)] == [0, 1, 0]


def ticks(moments: list[datetime]) -> Post:
    """What a process does at each of them, in this order."""
    mail = Post()
    for moment in moments:
        with the_time_is(moment):
            db.transact(reminders.promise_due, SYSTEM)
            worked(mail)
    return mail


STEPS = {
    "an hour back": [DUE, DUE - HOUR, DUE - HOUR + MINUTE, DUE, DUE + MINUTE],
    "an hour ahead": [DUE - MINUTE, DUE + HOUR, DUE + MINUTE, DUE + HOUR],
    "two days ahead and back": [DUE - 3 * HOUR, DUE + 2 * DAY, DUE - 2 * HOUR, DUE, DUE + HOUR],
    "again and again": [DUE + minute * MINUTE for minute in range(-10, 60, 10)],
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS.keys())
def test_a_step_of_the_clock_reminds_nobody_twice(house: str, steps: list[datetime]):
    builders.a_confirmed(start=START)
    worked()
    assert len(ticks(steps).of("reminder")) == 1


def test_after_a_week_asleep_nobody_is_reminded_of_what_is_over(house: str):
    """Of what is still ahead they are, once."""
    builders.a_confirmed(start=START)
    builders.a_confirmed(start=NOW + 7 * DAY + 5 * HOUR)
    worked()
    mail = ticks([NOW + MINUTE, NOW + 7 * DAY + HOUR, NOW + 7 * DAY + 2 * HOUR])
    assert [one.letter.subject for one in mail.of("reminder")] == [
        "Reminder: your appointment on Monday 30 November, 13:00"
    ]


def at_once(work: Callable[[], Any], times: int = 8) -> list[Any]:
    with ThreadPoolExecutor(times) as pool:
        return [one.result() for one in [pool.submit(work) for _ in range(times)]]


def test_of_many_processes_that_look_at_once_none_promises_twice(house: str):
    for number in range(5):
        builders.a_confirmed(start=START + number * HOUR)
    worked()

    def look() -> str:
        try:
            return str(db.transact(reminders.promise_due, SYSTEM))
        except db.FAILED:
            return "failed"

    with the_time_is(START - 4 * HOUR):
        at_once(look)
    assert len(promised(REMINDER)) == 5


# The daily summary

DAYLIGHT = [("2026-11-24", "06:00"), ("2027-03-29", "05:00"), ("2026-10-26", "06:00")]


def her_account(email: str = "elena@example.org") -> None:
    db.transact(therapist.appoint, SYSTEM, email=email)


@pytest.fixture
def hers(house: str) -> str:
    her_account()
    worked()
    return house


SEVEN = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


def sum_up(moment: datetime) -> int:
    return at(moment, daily_summary.promise_due)


def test_the_summary_comes_between_seven_and_noon_and_once(hers: str):
    builders.a_call()
    moments = [SEVEN - SECOND, SEVEN, SEVEN + 5 * MINUTE, SEVEN + 5 * HOUR - SECOND]
    assert [sum_up(moment) for moment in moments] == [0, 1, 0, 0]
    with the_time_is(SEVEN):
        (letter,) = worked(Post()).of("daily_summary")
    assert letter.to == "elena@example.org"
    assert letter.letter.subject == "Your day: Tuesday 24 November"


def test_who_starts_the_server_at_noon_gets_none_any_more(hers: str):
    builders.a_call()
    assert sum_up(SEVEN + 5 * HOUR - SECOND) == 1
    builders.change_row(OutboxRow, OutboxRow.fact == SUMMARY, dedupe_key="of another day")
    assert sum_up(SEVEN + 5 * HOUR) == 0


def test_a_day_without_anything_has_no_letter(hers: str):
    assert sum_up(SEVEN) == 0


@pytest.mark.parametrize("what", ["a call to close", "a request", "a letter that failed"])
def test_a_day_without_visits_has_one_if_something_waits(hers: str, what: str):
    if what == "a call to close":
        builders.a_call(start=NOW + 2 * HOUR)
    elif what == "a request":
        builders.a_request(start=START)
    else:
        builders.a_confirmed(start=START)
        builders.change_row(OutboxRow, OutboxRow.effect == Effect.LETTER_TO_CLIENT, dead_at=NOW)
    assert sum_up(SEVEN) == 1


@pytest.mark.parametrize(("day", "seven"), DAYLIGHT)
def test_it_is_seven_by_the_clock_on_her_wall(database: str, day: str, seven: str):
    """Also on the Monday after the clocks were changed."""
    moment = datetime.fromisoformat(f"{day}T{seven}:00+00:00")
    with the_time_is(moment - 5 * DAY):
        db.transact(builders.furnish, SYSTEM)
        her_account()
        builders.a_confirmed(start=moment + 3 * HOUR)
    assert [sum_up(moment - SECOND), sum_up(moment)] == [0, 1]


@pytest.mark.parametrize("day", ["2027-03-28", "2026-10-25"])
def test_on_the_day_of_the_change_itself_there_is_one(database: str, day: str):
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    with the_time_is(midnight - 5 * DAY):
        db.transact(builders.furnish, SYSTEM)
        her_account()
        builders.a_confirmed(start=midnight + 15 * HOUR)
    assert sum(sum_up(midnight + hours * HOUR) for hours in range(-2, 24)) == 1


def test_each_day_has_its_own_and_yesterdays_is_not_sent_today(hers: str):
    builders.a_call()
    builders.a_confirmed(start=TOMORROW + DAY)
    assert sum_up(SEVEN) == 1
    # Nobody was there to send it until the next morning.
    assert sum_up(SEVEN + DAY) == 1
    with the_time_is(SEVEN + DAY):
        letters = worked(Post()).of("daily_summary")
    assert [one.letter.subject for one in letters] == ["Your day: Wednesday 25 November"]
    assert sorted(str(one.outcome) for one in promised(SUMMARY)) == ["dropped:day_over", "sent"]


def test_many_that_look_at_once_promise_one(hers: str):
    builders.a_call()
    with the_time_is(SEVEN):
        assert sum(at_once(lambda: db.transact(daily_summary.promise_due, SYSTEM))) == 1


@pytest.fixture
def telegram(
    hers: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[fake_providers.Telegram, Any]]:
    with fake_providers.telegram() as (peer, base):
        now = replace(
            settings.current(),
            telegram_bot_token="1:secret",
            telegram_chat_id="77",
            telegram_api_base=base,
        )
        monkeypatch.setattr(settings, "current", lambda: now)
        yield peer, TelegramChat("1:secret", "77", base)


def test_where_wished_it_is_on_her_telephone_too(telegram: tuple[fake_providers.Telegram, Any]):
    peer, chat = telegram
    builders.a_call(builders.a_guest(name="Ada Byronessa"))
    assert sum_up(SEVEN) == 2
    with the_time_is(SEVEN):
        mail = worked(Post(), chat)
        worked(mail, chat)
    (said,) = peer.said
    assert said["chat_id"] == "77"
    assert said["text"] == mail.of("daily_summary")[0].letter.text
    assert "Byronessa" not in said["text"]
    assert peer.paths == ["/bot1:secret/sendMessage"]


def through_the_morning(chat: Any) -> None:
    for minutes in (0, 1, 2, 4, 8, 30, 60):
        with the_time_is(SEVEN + minutes * MINUTE):
            worked(Post(), chat)


@pytest.mark.parametrize(
    ("faults", "copies", "outcome"),
    [
        (["429"], 1, "sent"),
        (["429", "500"], 2, "sent"),
        (["lost"], 2, "sent"),
        (["lost", "lost", "lost"], 2, "unclear"),
        (["500", "lost", "500"], 2, "unclear"),
        (["403"], 0, "status_403"),
    ],
)
def test_what_telegram_perhaps_got_it_gets_at_most_once_more(
    telegram: tuple[fake_providers.Telegram, Any], faults: list[str], copies: int, outcome: str
):
    """It knows no repetition; and what it refused it did not show."""
    peer, chat = telegram
    builders.a_call()
    sum_up(SEVEN)
    peer.faults = list(faults)
    through_the_morning(chat)
    assert len(peer.said) == copies
    (row,) = [one for one in promised(SUMMARY) if one.effect == Effect.CHAT_TO_THERAPIST]
    assert row.outcome == outcome


# How was it?


def a_completed(client: Actor | None = None, start: datetime = TOMORROW) -> datetime:
    """Its end."""
    booked = builders.a_confirmed(client, start)
    end = builders.appointment_of(booked.reference).ends_at
    with the_time_is(end):
        db.transact(booking_outcome.complete, THERAPIST, reference=booked.reference)
    return end


def ask(moment: datetime) -> int:
    return at(moment, feedback.promise_due)


def test_three_hours_after_a_session_the_client_is_asked_once(house: str):
    end = a_completed()
    moments = [end + 3 * HOUR - SECOND, end + 3 * HOUR, end + 4 * HOUR, end + 2 * DAY]
    assert [ask(moment) for moment in moments] == [0, 1, 0, 0]
    with the_time_is(end + 3 * HOUR):
        assert len(worked(Post()).of("feedback_request")) == 1


@pytest.mark.parametrize(("later", "asked"), [(-SECOND, 1), (timedelta(0), 0)])
def test_after_three_days_it_is_long_past(house: str, later: timedelta, asked: int):
    assert ask(a_completed() + feedback.UNTIL + later) == asked


def test_a_call_is_no_session(house: str):
    call = builders.a_call(start=TOMORROW)
    with the_time_is(TOMORROW + HOUR):
        said = {"reference": call.reference, "outcome": Outcome.GO_ON}
        db.transact(booking_outcome.complete, THERAPIST, **said)
    assert ask(TOMORROW + 5 * HOUR) == 0


def test_who_did_not_come_is_not_asked_how_it_was(house: str):
    booked = builders.a_confirmed()
    with the_time_is(TOMORROW + HOUR):
        db.transact(booking_outcome.no_show, THERAPIST, reference=booked.reference)
    assert ask(TOMORROW + 5 * HOUR) == 0


def test_called_a_no_show_after_all_the_question_is_dropped(house: str):
    end = a_completed()
    assert ask(end + 3 * HOUR) == 1
    (booking,) = builders.rows_of(Booking)
    with the_time_is(end + 3 * HOUR):
        db.transact(booking_outcome.no_show, THERAPIST, reference=booking.reference)
        assert worked(Post()).of("feedback_request") == []
    assert [one.outcome for one in promised(FEEDBACK)] == ["dropped:not_held"]


def test_a_question_each_week_would_be_a_burden(house: str):
    client = builders.a_client()
    builders.change_type(PAID, horizon_days=365)
    first = a_completed(client)
    asked_at = first + 3 * HOUR
    assert ask(asked_at) == 1
    week = a_completed(client, TOMORROW + 7 * DAY)
    assert ask(week + 3 * HOUR) == 0
    # Its end and what is said of it lie in the three days before the sixty are over.
    late = a_completed(client, TOMORROW + 58 * DAY)
    assert ask(asked_at + feedback.APART - SECOND) == 0
    assert asked_at + feedback.APART < late + feedback.UNTIL
    assert ask(asked_at + feedback.APART) == 1


def test_of_two_sessions_of_one_client_the_newer_is_asked_about(house: str):
    client = builders.a_client()
    a_completed(client)
    end = a_completed(client, TOMORROW + 3 * HOUR)
    assert ask(end + 4 * HOUR) == 1
    (asked,) = builders.rows_of(Feedback)
    (booking,) = builders.rows_of(Booking, Booking.id == asked.booking_id)
    assert builders.appointment_of(booking.reference).ends_at == end


def test_each_client_is_asked_for_herself(house: str):
    a_completed()
    end = a_completed(start=TOMORROW + 2 * HOUR)
    assert ask(end + 3 * HOUR) == 2


def question(later: timedelta = timedelta(0)) -> tuple[str, str, datetime]:
    """Reference and token as the letter holds them, and when it was asked."""
    end = a_completed()
    ask(end + 3 * HOUR)
    with the_time_is(end + 3 * HOUR + later):
        (letter,) = worked(Post()).of("feedback_request")
    url = next(word for word in letter.letter.text.split() if "/feedback/" in word)
    *_, reference, token = url.split("/")
    return reference, token, end + 3 * HOUR


def test_the_link_in_the_letter_opens_the_question_for_a_month(house: str):
    reference, token, asked_at = question()
    said = {"reference": reference, "token": token}
    with the_time_is(asked_at + feedback.OPEN_FOR):
        db.transact(feedback.give, SYSTEM, **said, words="It was good.")
        assert db.query(feedback.find, SYSTEM, **said).words == "It was good."
    with the_time_is(asked_at + feedback.OPEN_FOR + SECOND):
        late = db.query(feedback.find, SYSTEM, **said)
    assert (late.is_over, late.words) == (True, "")


def test_no_other_link_opens_it(house: str):
    reference, token, asked_at = question()
    for said in (
        {"reference": reference, "token": token[:-1]},
        {"reference": reference, "token": ""},
        {"reference": reference, "token": "ü" * 20},
        {"reference": "XXXX-XXXX", "token": token},
        {"reference": "'; --", "token": token},
    ):
        with the_time_is(asked_at), pytest.raises(NotFound):
            db.query(feedback.find, SYSTEM, **said)


# What nobody answered


def lapse(moment: datetime) -> list[str]:
    with the_time_is(moment):
        return builders.expire_due()


def test_a_request_lapses_at_its_hour_and_once(house: str):
    client = builders.a_client()
    booked = builders.a_request(client, START)
    lapses = builders.row(booked.reference).hold_expires_at
    assert lapses
    assert lapse(lapses - SECOND) == []
    assert lapse(lapses) == [booked.reference]
    assert lapse(lapses + DAY) == []
    assert builders.row(booked.reference).status == Status.EXPIRED


def test_of_many_that_look_at_once_one_lets_it_lapse(house: str):
    booked = builders.a_request(start=START)
    with the_time_is(NOW + 3 * DAY):
        found = at_once(builders.expire_due)
    assert sorted(map(len, found)) == [0] * 7 + [1]
    assert [one.what for one in builders.events_of(booked.reference)][1:] == ["expired"]


# Clean-up


def old_letter() -> None:
    builders.a_client(email="ada@example.org")
    db.transact(sign_in.ask, SYSTEM, email="ada@example.org", asker=Asker("n", "Firefox"))
    worked()


def old_used_link() -> None:
    old_letter()
    builders.change_row(SigninLink, used_at=NOW)


def no_links() -> bool:
    return not builders.rows_of(SigninLink)


def a_name_without_a_booking() -> None:
    builders.a_client()
    builders.change_row(Client, provisional=True)


def an_account_of_nobody() -> None:
    asked = {"email": "ada@example.org", "language": "en", "zone": builders.ZONE.key}
    db.transact(newcomers.expect, SYSTEM, **asked)


def old_session() -> None:
    client = builders.a_client()
    assert client.account_id
    db.transact(sessions.open_for, SYSTEM, account_id=client.account_id, device="Firefox")
    builders.change_row(BrowserSession, ended_at=NOW)


def forgotten_session() -> None:
    """Nobody ever ended it."""
    old_session()
    builders.change_row(BrowserSession, ended_at=None)


def added(row: Callable[[], Table]) -> Callable[[], None]:
    def work(session: Session, _actor: Actor) -> None:
        session.add(row())

    return lambda: db.transact(work, SYSTEM)


def an_event() -> None:
    said = {
        "source": webhook_inbox.RESEND,
        "event_id": "msg_1",
        "kind": "email.opened",
        "body": "{}",
    }
    db.transact(webhook_inbox.receive, SYSTEM, **said)


def a_key() -> Table:
    return IdempotencyKey(scope=b"s", key=b"k", request=b"r")


def a_counter() -> Table:
    return RateCounter(name="n", subject=b"s", since=NOW, count=1)


def an_origin() -> None:
    builders.a_call(builders.a_guest(origin=b"network"))


def without(rows: list[Any], name: str) -> bool:
    return not rows or all(getattr(one, name) is None for one in rows)


RULES: dict[str, tuple[Callable[[], None], timedelta, Callable[[], bool]]] = {
    "bodies": (old_letter, 90 * DAY, lambda: without(builders.rows_of(MailedLetter), "body")),
    "webhooks": (an_event, 90 * DAY, lambda: not builders.rows_of(WebhookEvent)),
    "links": (old_letter, 30 * DAY + 15 * MINUTE, lambda: not builders.rows_of(SigninLink)),
    "used_links": (old_used_link, ASKER_LIFE + DAY + 15 * MINUTE, no_links),
    "devices": (
        old_used_link,
        30 * DAY + 15 * MINUTE,
        lambda: without(builders.rows_of(SigninLink), "device"),
    ),
    "unbooked": (a_name_without_a_booking, DAY, lambda: not builders.rows_of(Client)),
    "unpeopled": (an_account_of_nobody, DAY, lambda: not builders.rows_of(Account)),
    "sessions": (old_session, 30 * DAY, lambda: not builders.rows_of(BrowserSession)),
    "sessions nobody ended": (
        forgotten_session,
        60 * DAY,
        lambda: not builders.rows_of(BrowserSession),
    ),
    "keys": (added(a_key), 2 * DAY, lambda: not builders.rows_of(IdempotencyKey)),
    "counters": (added(a_counter), 2 * DAY, lambda: not builders.rows_of(RateCounter)),
    "origins": (an_origin, 30 * DAY, lambda: without(builders.rows_of(Booking), "origin")),
    "runs": (
        added(lambda: JobRun(job="x", scheduled_for=NOW)),
        7 * DAY,
        lambda: not builders.rows_of(JobRun),
    ),
    "beats": (
        added(lambda: Heartbeat(worker="x", at=NOW)),
        DAY,
        lambda: not builders.rows_of(Heartbeat),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_thing_is_forgotten_after_its_time_and_no_second_before(house: str, rule: str):
    make, after, is_gone = RULES[rule]
    make()
    assert not is_gone()
    at(NOW + after, clean_up.forget)
    assert not is_gone()
    at(NOW + after + SECOND, clean_up.forget)
    assert is_gone()


def test_a_draft_nobody_came_back_to_is_forgotten_with_the_rest(house: str):
    client = builders.a_client()
    db.transact(drafts.keep, client, name="sample/letter", text="Half a sentence")
    at(NOW + drafts.KEPT - SECOND, clean_up.forget)
    assert builders.rows_of(Draft)
    at(NOW + drafts.KEPT, clean_up.forget)
    assert builders.rows_of(Draft) == []


def test_every_rule_is_tried_here():
    assert {name for name, _, _ in clean_up.RULES} == set(RULES) - {"sessions nobody ended"}


def test_what_was_forgotten_already_is_not_touched_again(house: str):
    """Or each hour would write the same rows anew."""
    for make in (old_letter, old_session, an_origin, added(a_key), added(a_counter)):
        make()
    assert at(NOW + 100 * DAY, clean_up.forget) > 0
    assert at(NOW + 100 * DAY, clean_up.forget) == 0


def test_a_letter_without_a_body_is_not_sent_again_by_any_button(house: str):
    """Given up months ago: there is nothing left to send."""
    builders.a_confirmed(start=START)
    worked()
    row = next(one for one in builders.rows_of(MailedLetter) if one.kind == "session_confirmed")
    builders.change_row(MailedLetter, MailedLetter.id == row.id, state="failed", sent_at=None)
    builders.change_row(OutboxRow, OutboxRow.id == row.id, done_at=None, dead_at=NOW)
    at(NOW + 91 * DAY, clean_up.forget)
    with the_time_is(NOW + 91 * DAY):
        assert db.transact(queue.again, THERAPIST, row=row.id)
        assert worked(Post()).got == []
    (found,) = builders.rows_of(OutboxRow, OutboxRow.id == row.id)
    assert found.outcome == "dropped:forgotten"
    (kept,) = builders.rows_of(MailedLetter, MailedLetter.id == row.id)
    assert kept.state == LetterState.DROPPED


# The table of jobs


def test_a_plan_has_the_same_times_in_every_process():
    job = Job("x", 5 * MINUTE, lambda: 0)
    assert job.time_before(NOW) == NOW
    assert job.time_before(NOW - SECOND) == NOW - 5 * MINUTE
    assert job.time_before(NOW + 5 * MINUTE - SECOND) == NOW


def counted(calls: list[int]) -> Job:
    def work(_session: Session, _actor: Actor) -> int:
        calls.append(1)
        return 3

    return Job("counted", 5 * MINUTE, work)


@pytest.mark.anyio
async def test_of_two_processes_one_does_it(house: str):
    calls: list[int] = []
    for _ in range(2):
        await jobs.run(counted(calls))
    assert len(calls) == 1
    with the_time_is(NOW + 5 * MINUTE):
        await jobs.run(counted(calls))
    assert len(calls) == 2


@pytest.mark.anyio
async def test_many_at_once_do_it_once(house: str):
    assert sorted(
        at_once(
            lambda: db.transact(job_runs.begin, SYSTEM, job="x", scheduled_for=NOW),
        )
    ) == [False] * 7 + [True]


@pytest.mark.anyio
async def test_m3_a_clock_that_is_a_moment_behind_does_nothing_twice(house: str):
    """Two machines never agree to the millisecond about when a minute begins."""
    calls: list[int] = []
    await jobs.run(counted(calls))
    with the_time_is(NOW - timedelta(milliseconds=100)):
        await jobs.run(counted(calls))
    before = len(calls)
    await jobs.run(counted(calls))
    assert len(calls) == before


@pytest.mark.anyio
async def test_a_run_is_written_down_with_what_came_of_it(house: str):
    await jobs.run(counted([]))
    found = db.query(job_runs.list_last, THERAPIST, jobs=["counted", "never"])
    assert found == {"counted": job_runs.Run("counted", NOW, NOW, "3")}


@pytest.mark.anyio
async def test_only_the_therapist_looks_at_them(house: str):
    with pytest.raises(NotFound):
        db.query(job_runs.list_last, builders.a_client(), jobs=["counted"])


@pytest.mark.anyio
async def test_a_job_that_fails_is_recorded_stops_nobody_and_is_tried_again(house: str):
    def breaks(_session: Session, _actor: Actor) -> int:
        raise ZeroDivisionError

    calls: list[int] = []
    for job in (Job("breaks", MINUTE, breaks), counted(calls)):
        await jobs.run(job)
    assert calls == [1]
    said = {"jobs": ["breaks", "counted"]}
    found = db.query(job_runs.list_last, THERAPIST, **said)
    assert {name: run.outcome for name, run in found.items()} == {
        "breaks": "defect",
        "counted": "3",
    }
    with the_time_is(NOW + MINUTE):
        await jobs.run(Job("breaks", MINUTE, lambda _session, _actor: 1))
    assert db.query(job_runs.list_last, THERAPIST, **said)["breaks"].outcome == "1"


@pytest.mark.anyio
async def test_one_booking_that_cannot_lapse_holds_back_no_other(
    house: str, monkeypatch: pytest.MonkeyPatch
):
    """Each in a transaction of its own; that one failed is told, and it is tried again."""
    first, second, third = (
        builders.a_session(builders.a_client(), start=TOMORROW + hour * HOUR).reference
        for hour in range(3)
    )
    whole = booking_cancel.booking_status.change

    def breaks(session: Session, actor: Actor, booking: Booking, *said: Any) -> Any:
        if booking.reference == second:
            raise ZeroDivisionError
        return whole(session, actor, booking, *said)

    monkeypatch.setattr(booking_cancel.booking_status, "change", breaks)
    job = next(one for one in JOBS if one.name == "expire_bookings")

    def lapsed() -> list[bool]:
        return [builders.row(one).status == Status.EXPIRED for one in (first, second, third)]

    with the_time_is(NOW + HOUR):
        await jobs.run(job)
        assert lapsed() == [True, False, True]
        assert builders.rows_of(JobRun)[0].outcome == "defect"
    monkeypatch.setattr(booking_cancel.booking_status, "change", whole)
    with the_time_is(NOW + HOUR + MINUTE):
        await jobs.run(job)
        assert lapsed() == [True, True, True]
        runs = builders.rows_of(JobRun, JobRun.scheduled_for == NOW + HOUR + MINUTE)
        assert [one.outcome for one in runs] == ["1"]


@pytest.mark.anyio
async def test_without_a_database_a_job_ends_quietly(house: str):
    db.connect("postgresql://practice@127.0.0.1:1/practice")
    await jobs.run(counted([]))
    db.connect(house)
    assert builders.rows_of(JobRun) == []


@pytest.mark.anyio
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
async def test_every_job_runs_on_a_house_in_use(hers: str, job: Job):
    a_completed()
    builders.a_request(start=START)
    with the_time_is(SEVEN + DAY):
        await jobs.run(job)
    (run,) = builders.rows_of(JobRun)
    assert (run.job, run.ended_at) == (job.name, SEVEN + DAY)
    assert run.outcome not in {"", "defect", "database"}


def test_the_journal_is_sealed_by_one_at_a_time(house: str):
    builders.a_confirmed()
    at_once(lambda: db.transact(audit_chain.seal, SYSTEM))
    seals = builders.rows_of(AuditSeal)
    assert sorted(one.number for one in seals) == list(range(1, len(seals) + 1))
    verdict = db.query(audit_chain.verify, SYSTEM)
    assert (verdict.broken, verdict.waiting) == ("", 0)


@pytest.mark.anyio
async def test_at_the_start_each_runs_once_whatever_the_portals_clock_says(
    house: str, monkeypatch: pytest.MonkeyPatch
):
    """The scheduler lives by the machine's clock; PRACTICE_NOW moves only the portal's."""
    ran: list[str] = []

    async def run(job: Job) -> None:
        ran.append(job.name)

    monkeypatch.setattr(jobs, "run", run)
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + 4 * DAY)
    with the_time_is(NOW + 7 * SECOND):
        async with jobs.running():
            await asyncio.sleep(0.1)
    assert sorted(ran) == sorted(job.name for job in JOBS)
