"""What was promised happens: claimed once, tried again, given up visibly, dropped when gone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from practice import db
from practice.domain.actors import SYSTEM, VISITOR
from practice.domain.booking.consequences import FOLLOWS, Effect
from practice.domain.errors import NotFound
from practice.models import sealed
from practice.models.letters import LetterAttempt, LetterState, MailedLetter
from practice.models.outbox import OutboxRow
from practice.providers import EmbeddedMail, Providers
from practice.providers.ports import Message, ProviderError, Receipt
from practice.services.accounts import sign_in
from practice.services.booking import cancel, move
from practice.services.letters import compose, mail_log, to_client, to_therapist
from practice.services.links.sign_in import Asker
from practice.services.operations import effects
from practice.services.outbox import queue
from tests import builders
from tests.builders import NOW, THERAPIST, TOMORROW

ADA = "ada@example.org"


class Post:
    """A provider that does what the test says, and remembers what it got."""

    def __init__(self, *answers: ProviderError | None) -> None:
        self.answers = list(answers)
        self.got: list[Message] = []

    def send(self, message: Message, *, lost_before: int = 0) -> Receipt:
        del lost_before
        self.got.append(message)
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            raise answer
        return Receipt("test", f"id-{len(self.got)}")


def work(mail: Any) -> int:
    """Until there is nothing to do at this moment."""
    done = 0
    while found := effects.work_once(Providers(mail), SYSTEM):
        done += found
    return done


def sent(mail: Post) -> list[str]:
    return sorted(message.letter.kind for message in mail.got)


def row_of(effect: Effect, **_: Any) -> OutboxRow:
    return next(one for one in builders.rows_of(OutboxRow) if one.effect == effect)


def test_a_booking_brings_a_letter_to_each_and_nothing_is_left(house: str):
    builders.a_call(builders.a_guest(email=ADA, name="Ada Byron"))
    mail = Post()
    work(mail)
    assert sent(mail) == ["call_confirmed", "new_booking"]
    assert {one.to for one in mail.got} == {ADA, "hello@practice.example"}
    assert all(one.done_at for one in builders.rows_of(OutboxRow))
    assert {one.outcome for one in builders.rows_of(OutboxRow)} == {"sent", "no_calendar"}
    assert work(mail) == 0


def test_what_is_claimed_is_claimed_by_one(house: str):
    builders.a_call()

    def claimed() -> int:
        return len(db.transact(queue.claim, SYSTEM, instant=[]))

    assert [claimed() for _ in range(4)] == [1, 1, 1, 0]


def test_what_a_dead_worker_held_is_taken_up_after_a_minute(house: str):
    builders.a_call()
    first = db.transact(queue.claim, SYSTEM, instant=[])[0]
    with builders.the_time_is(NOW + queue.LEASE - timedelta(seconds=1)):
        others = [db.transact(queue.claim, SYSTEM, instant=[]) for _ in range(3)]
        assert first.id not in {one.id for found in others for one in found}
    with builders.the_time_is(NOW + 2 * queue.LEASE):
        ids = {db.transact(queue.claim, SYSTEM, instant=[])[0].id for _ in range(3)}
    assert first.id in ids


def after(seconds: float) -> Any:
    return builders.the_time_is(NOW + timedelta(seconds=seconds))


def asked_for_a_link() -> None:
    builders.a_client(email=ADA)
    db.transact(sign_in.ask, SYSTEM, email=ADA, asker=Asker("n", "Firefox"))


def test_who_waits_for_a_link_waits_behind_no_other_letter(house: str):
    builders.a_call()
    asked_for_a_link()
    mail = Post()
    work(mail)
    assert mail.got[0].letter.kind == "sign_in"


def test_what_failed_is_tried_again_with_the_same_bytes(house: str):
    asked_for_a_link()
    mail = Post(ProviderError("too_many"), ProviderError("no_answer", is_lost=True))
    for seconds in (0, 13, 60):
        with after(seconds):
            work(mail)
    assert len(mail.got) == 3
    assert mail.got[0] == mail.got[1] == mail.got[2]
    (kept,) = builders.rows_of(MailedLetter)
    assert (kept.state, kept.road, kept.provider_id) == (LetterState.SENT, "test", "id-3")
    tries = sorted(builders.rows_of(LetterAttempt), key=lambda one: one.at)
    assert [one.outcome for one in tries] == ["too_many", "no_answer", "sent"]


def test_each_failure_waits_longer(house: str):
    builders.a_call()
    claimed = replace_of(row_of(Effect.LETTER_TO_CLIENT))
    waits: list[float] = []
    for attempts in range(1, 12):
        said = {"claimed": replace(claimed, attempts=attempts), "failure": ProviderError("x")}
        db.transact(queue.fail, SYSTEM, **said)
        waits.append((row_of(Effect.LETTER_TO_CLIENT).next_at - NOW).total_seconds())
    assert 8 <= waits[0] <= 12
    assert all(16 * 2**n * 0.5 <= wait for n, wait in enumerate(waits[1:8]))
    assert max(waits) <= queue.LONGEST_WAIT * 1.2


def replace_of(row: OutboxRow) -> queue.Claimed:
    return queue.Claimed(row.id, row.effect, row.fact, 1, row.lost, row.since)


def test_the_provider_says_how_long_to_wait(house: str):
    asked_for_a_link()
    work(Post(ProviderError("too_many", retry_after=600)))
    assert (row_of(Effect.LETTER_TO_CLIENT).next_at - NOW).total_seconds() == 600


def test_what_can_never_be_sent_is_given_up_and_shown(house: str):
    asked_for_a_link()
    work(Post(ProviderError("letter_refused", is_permanent=True)))
    given_up = row_of(Effect.LETTER_TO_CLIENT)
    assert given_up.dead_at
    assert given_up.outcome == "letter_refused"
    assert builders.rows_of(MailedLetter)[0].state == LetterState.FAILED


def test_after_a_day_nobody_waits_any_longer(house: str):
    call = builders.a_call(start=TOMORROW + timedelta(days=3))
    assert call
    failure = ProviderError("unreachable")
    mail = Post(*[failure] * 99)
    with builders.the_time_is(NOW + queue.GIVE_UP - timedelta(seconds=1)):
        work(mail)
        assert not row_of(Effect.LETTER_TO_CLIENT).dead_at
    with builders.the_time_is(NOW + queue.GIVE_UP + timedelta(hours=1)):
        work(mail)
    assert row_of(Effect.LETTER_TO_CLIENT).dead_at


def test_what_perhaps_went_out_twice_goes_out_no_third_time(house: str):
    asked_for_a_link()
    lost = ProviderError("no_answer", is_lost=True, may_repeat=False)
    mail = Post(lost, lost)
    for seconds in (0, 30, 90, 300):
        with after(seconds):
            work(mail)
    assert len(mail.got) == 2
    assert row_of(Effect.LETTER_TO_CLIENT).outcome == queue.UNCLEAR


def test_the_therapists_button_runs_it_again(house: str):
    asked_for_a_link()
    work(Post(ProviderError("letter_refused", is_permanent=True)))
    row = row_of(Effect.LETTER_TO_CLIENT)
    assert db.transact(queue.again, THERAPIST, row=row.id)
    mail = Post()
    work(mail)
    assert sent(mail) == ["sign_in"]
    assert not db.transact(queue.again, THERAPIST, row=row.id)


@pytest.mark.parametrize("who", ["client", "visitor", "machine"])
def test_nobody_but_the_therapist_runs_it_again(house: str, who: str):
    asked_for_a_link()
    work(Post(ProviderError("letter_refused", is_permanent=True)))
    row = row_of(Effect.LETTER_TO_CLIENT)
    actor = {"client": builders.a_client(), "visitor": VISITOR, "machine": SYSTEM}[who]
    with pytest.raises(NotFound):
        db.transact(queue.again, actor, row=row.id)
    assert row_of(Effect.LETTER_TO_CLIENT).dead_at


def test_the_button_wakes_whoever_works(house: str):
    asked_for_a_link()
    work(Post(ProviderError("letter_refused", is_permanent=True)))
    row = row_of(Effect.LETTER_TO_CLIENT)
    with psycopg.connect(house, autocommit=True) as line:
        line.execute("LISTEN outbox")
        db.transact(queue.again, THERAPIST, row=row.id)
        # An answer brings along what was rung before it.
        line.execute("SELECT 1")
        assert [one.channel for one in line.notifies(timeout=0)] == ["outbox"]


def test_who_is_refused_says_so_and_who_finds_something_says_that_there_may_be_more(house: str):
    asked_for_a_link()
    heard: list[str] = []
    said = {"more": lambda: heard.append("more"), "refused": lambda: heard.append("refused")}
    mail = Post(ProviderError("unreachable"))
    effects.work_once(Providers(mail), SYSTEM, **said)
    effects.work_once(Providers(mail), SYSTEM, **said)
    assert heard == ["more", "refused"]
    with after(60):
        effects.work_once(Providers(mail), SYSTEM, **said)
    assert heard == ["more", "refused", "more"]


def test_a_defect_of_ours_stops_nothing_behind_it(house: str, monkeypatch: pytest.MonkeyPatch):
    builders.a_call()
    whole = compose.compose

    def broken(session: Any, promised: OutboxRow) -> Any:
        if promised.effect == Effect.LETTER_TO_CLIENT:
            raise ZeroDivisionError
        return whole(session, promised)

    monkeypatch.setattr(compose, "compose", broken)
    mail = Post()
    work(mail)
    assert sent(mail) == ["new_booking"]
    waiting = row_of(Effect.LETTER_TO_CLIENT)
    assert (waiting.outcome, waiting.done_at, waiting.dead_at) == ("defect", None, None)


# What is gone is not told


def gone(effect: Effect) -> str | None:
    return next(
        (
            one.outcome
            for one in builders.rows_of(OutboxRow)
            if one.effect == effect and (one.outcome or "").startswith("dropped:")
        ),
        None,
    )


def test_a_booking_cancelled_before_the_letter_left_is_not_confirmed_any_more(house: str):
    call = builders.a_call()
    db.transact(cancel.cancel, builders.holder_of(call.reference), reference=call.reference)
    mail = Post()
    work(mail)
    assert sent(mail) == ["booking_cancelled", "cancelled"]
    assert gone(Effect.LETTER_TO_CLIENT) == "dropped:ended"


def test_of_two_moves_only_the_last_is_told(house: str):
    call = builders.a_call()
    holder = builders.holder_of(call.reference)
    mail = Post()
    work(mail)
    for days in (1, 2):
        with builders.the_time_is(NOW + timedelta(seconds=days)):
            start = TOMORROW + timedelta(days=days)
            db.transact(move.move, holder, reference=call.reference, start=start)
    mail.got.clear()
    with after(70):
        work(mail)
    assert sent(mail) == ["booking_moved", "moved"]
    assert "26 November" in next(one.letter.text for one in mail.got if one.letter.kind == "moved")


def test_a_link_that_was_replaced_is_not_sent_any_more(house: str):
    builders.a_client(email=ADA)
    for _ in range(2):
        db.transact(sign_in.ask, SYSTEM, email=ADA, asker=Asker("n", "Firefox"))
    mail = Post()
    work(mail)
    assert sent(mail) == ["sign_in"]
    assert gone(Effect.LETTER_TO_CLIENT) == "dropped:link_void"


def test_a_link_that_expired_on_the_way_is_not_sent_any_more(house: str):
    asked_for_a_link()
    mail = Post(ProviderError("unreachable"))
    work(mail)
    with after(15 * 60):
        work(mail)
    assert len(mail.got) == 1
    assert gone(Effect.LETTER_TO_CLIENT) == "dropped:link_expired"
    assert builders.rows_of(MailedLetter)[0].state == LetterState.DROPPED


def test_what_the_therapist_did_herself_she_is_not_told(house: str):
    builders.a_confirmed()
    mail = Post()
    work(mail)
    assert sent(mail) == ["session_confirmed"]
    assert gone(Effect.LETTER_TO_THERAPIST) == "dropped:own_hand"


# What is kept


def links_in(kept: MailedLetter) -> bool:
    return "http" in sealed.read(kept, "body")


def test_once_sent_a_letter_keeps_no_link(house: str):
    asked_for_a_link()
    mail = Post(ProviderError("too_many"))
    work(mail)
    (kept,) = builders.rows_of(MailedLetter)
    assert links_in(kept)
    with after(60):
        work(mail)
    (kept,) = builders.rows_of(MailedLetter)
    assert not links_in(kept)
    assert "http" in mail.got[-1].letter.text


def test_the_mailbox_of_the_house_keeps_them(house: str):
    asked_for_a_link()
    work(EmbeddedMail())
    (kept,) = builders.rows_of(MailedLetter)
    assert kept.state == LetterState.SENT
    assert links_in(kept)


def test_the_outbox_forgets_the_link_once_the_letter_is_sent(house: str):
    asked_for_a_link()
    work(Post())
    assert "http" not in sealed.read(row_of(Effect.LETTER_TO_CLIENT), "payload")


def test_a_letter_that_came_back_is_marked_however_often_it_is_told(house: str):
    asked_for_a_link()
    work(Post())
    for _ in range(2):
        said = {"provider_id": "id-1", "kind": "email.bounced"}
        assert db.transact(mail_log.came_back, SYSTEM, **said)
    assert builders.rows_of(MailedLetter)[0].state == LetterState.CAME_BACK
    assert not db.transact(mail_log.came_back, SYSTEM, provider_id="", kind="email.bounced")


def test_every_promise_can_be_composed(house: str):
    """Whatever changes of a booking say must follow has its letter, or says why it has none."""
    for fact, follows in FOLLOWS.items():
        if Effect.LETTER_TO_CLIENT in follows and fact != "approved":
            assert fact in to_client.CLIENT
        if Effect.LETTER_TO_THERAPIST in follows:
            assert fact in to_therapist.THERAPIST
