"""One contract for all three roads of a letter, and every way in which a provider can fail."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest

from practice import db
from practice.domain.actors import SYSTEM
from practice.domain.booking.consequences import Effect
from practice.domain.letters import Attachment, Letter
from practice.models.letters import LetterAttempt, MailedLetter
from practice.models.outbox import OutboxRow
from practice.providers import EmbeddedMail, Providers, ResendMail, Roads, SmtpMail, deadline, http
from practice.providers.ports import Mail, Message, ProviderError
from practice.services.accounts import sign_in
from practice.services.links.sign_in import Asker
from practice.services.operations import effects
from practice.services.outbox import queue
from tests import builders
from tests.builders import NOW
from tests.support import emulators, fake_providers
from tests.support.fake_providers import Resend, Smtp

ADA = "ada@example.org"
BIDI = "Ada\u202e\r\nBcc: eve@example.org\x00"


@pytest.fixture
def resend() -> Iterator[tuple[Resend, str]]:
    with fake_providers.resend() as found:
        yield found


@pytest.fixture
def smtp() -> Iterator[tuple[Smtp, str]]:
    with fake_providers.smtp() as found:
        yield found


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMES", httpx.Timeout(0.5, connect=0.5))


def a_message(**different: Any) -> Message:
    letter = Letter(
        "sign_in",
        "Your link — für Ada",
        "<p>Hello</p>",
        "Hello\n",
        (Attachment("call.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\n"),),
    )
    said: dict[str, Any] = {
        "key": "mail/1",
        "message_id": "<1@practice.example>",
        "date": NOW,
        "sender": "Studio Marea <hello@practice.example>",
        "to": ADA,
        "reply_to": "answer@practice.example",
        "letter": letter,
        "headers": {"Auto-Submitted": "auto-generated"},
    }
    return Message(**{**said, **different})


# The contract


@pytest.fixture(scope="module")
def emulated() -> Iterator[str]:
    """Resend as others understand it, so that we do not only agree with ourselves."""
    with emulators.resend() as base:
        yield base


@pytest.fixture(params=["resend", "emulated", "smtp", "mailbox"])
def road(request: pytest.FixtureRequest) -> Mail:
    if request.param == "emulated":
        return ResendMail("re_key", request.getfixturevalue("emulated"))
    if request.param == "resend":
        return ResendMail("key", request.getfixturevalue("resend")[1])
    if request.param == "smtp":
        return SmtpMail(request.getfixturevalue("smtp")[1])
    return EmbeddedMail()


def test_a_letter_is_taken_and_the_road_is_told(road: Mail):
    receipt = road.send(a_message())
    assert receipt.road in {"resend", "smtp", "mailbox"}
    assert receipt.provider_id


def test_a_second_letter_is_another(road: Mail):
    first = road.send(a_message())
    second = road.send(a_message(key="mail/2", message_id="<2@practice.example>"))
    assert first.provider_id != second.provider_id


def listed(base: str) -> list[dict[str, Any]]:
    said = {"authorization": "Bearer re_key"}
    return httpx.get(f"{base}/emails", headers=said, timeout=30).json()["data"]


def test_resend_as_others_understand_it_knows_a_repetition(emulated: str):
    before = len(listed(emulated))
    road = ResendMail("re_key", emulated)
    first, second = (road.send(a_message(key="mail/twice")) for _ in range(2))
    assert first == second
    assert len(listed(emulated)) == before + 1


def test_resend_as_others_understand_it_gets_all_of_it(emulated: str):
    receipt = ResendMail("re_key", emulated).send(a_message(key="mail/all"))
    taken = next(one for one in listed(emulated) if one["id"] == receipt.provider_id)
    assert taken["to"] == [ADA]
    assert taken["from"] == "Studio Marea <hello@practice.example>"
    assert taken["reply_to"] == ["answer@practice.example"]
    assert taken["headers"]["Message-ID"] == "<1@practice.example>"
    assert (taken["subject"], taken["html"]) == ("Your link — für Ada", "<p>Hello</p>")


def test_another_letter_under_the_same_key_is_refused_by_resend_as_others_understand_it(
    emulated: str,
):
    road = ResendMail("re_key", emulated)
    road.send(a_message(key="mail/same"))
    failure = refusal_of(lambda: road.send(a_message(key="mail/same", to="eve@example.org")))
    assert (failure.code, failure.is_lost) == ("status_409", True)


def test_resend_gets_all_of_it(resend: tuple[Resend, str]):
    peer, base = resend
    ResendMail("key", base).send(a_message())
    (taken,) = peer.taken.values()
    assert taken["to"] == [ADA]
    assert taken["from"] == "Studio Marea <hello@practice.example>"
    assert taken["reply_to"] == "answer@practice.example"
    assert taken["headers"]["Message-ID"] == "<1@practice.example>"
    assert (taken["subject"], taken["html"], taken["text"]) == (
        "Your link — für Ada",
        "<p>Hello</p>",
        "Hello\n",
    )
    assert taken["attachments"][0]["filename"] == "call.ics"


def test_smtp_gets_all_of_it(smtp: tuple[Smtp, str]):
    peer, url = smtp
    SmtpMail(url).send(a_message())
    (mail,) = peer.taken
    assert mail["to"] == ADA
    assert mail["message-id"] == "<1@practice.example>"
    assert mail["reply-to"] == "answer@practice.example"
    assert mail["subject"] == "Your link — für Ada"
    assert mail["auto-submitted"] == "auto-generated"
    text, html = mail.get_body(["plain"]), mail.get_body(["html"])
    assert text
    assert html
    assert text.get_content().strip() == "Hello"
    assert html.get_content().strip() == "<p>Hello</p>"
    assert [one.get_filename() for one in mail.iter_attachments()] == ["call.ics"]


def test_smtp_sends_the_same_bytes_each_time(smtp: tuple[Smtp, str]):
    peer, url = smtp
    for _ in range(2):
        SmtpMail(url).send(a_message())
    first, second = (one.as_bytes() for one in peer.taken)
    assert first == second


# Failures, sorted

LOST = {"lost", "409", "html", "empty", "truncated", "list", "no_id", "500", "500_after", "503",
        "huge", "cut"}  # fmt: skip
FOR_EVER = {"400", "422"}
FOR_NOW = {"401", "403", "429", "429:7", "redirect"}


def refusal_of(send: Callable[[], Any]) -> ProviderError:
    with pytest.raises(ProviderError) as refused:
        send()
    return refused.value


@pytest.mark.parametrize("fault", sorted(LOST | FOR_EVER | FOR_NOW))
def test_a_failure_of_resend_is_known_for_what_it_is(resend: tuple[Resend, str], fault: str):
    peer, base = resend
    peer.behave(fault)
    failure = refusal_of(lambda: ResendMail("key", base).send(a_message()))
    assert failure.is_lost == (fault in LOST)
    assert failure.is_permanent == (fault in FOR_EVER)
    assert failure.may_repeat
    assert failure.retry_after == (7 if fault == "429:7" else None)
    # What the provider wrote goes nowhere.
    assert "canary" not in repr(failure.args) + failure.code


def test_a_resend_that_hangs_may_have_taken_it(resend: tuple[Resend, str]):
    peer, base = resend
    peer.pause = 1.5
    assert refusal_of(lambda: ResendMail("key", base).send(a_message())).is_lost


def test_a_resend_that_is_not_there_has_taken_nothing():
    road = ResendMail("key", f"http://127.0.0.1:{fake_providers.free_port()}")
    failure = refusal_of(lambda: road.send(a_message()))
    assert (failure.code, failure.is_lost) == ("unreachable", False)


@pytest.mark.parametrize(
    ("fault", "permanent", "lost"),
    [
        ("mail:451 later", False, False),
        ("rcpt:450 later", False, False),
        ("rcpt:550 no such person", True, False),
        ("data:451 later", False, False),
        ("data:554 unwanted", True, False),
        ("data:lost", False, True),
    ],
)
def test_a_failure_of_smtp_is_known_for_what_it_is(
    smtp: tuple[Smtp, str], fault: str, permanent: bool, lost: bool
):
    peer, url = smtp
    peer.behave(fault)
    failure = refusal_of(lambda: SmtpMail(url).send(a_message()))
    assert (failure.is_permanent, failure.is_lost) == (permanent, lost)
    assert failure.may_repeat != lost


def test_an_smtp_server_that_is_not_there_has_taken_nothing():
    road = SmtpMail(f"smtp://127.0.0.1:{fake_providers.free_port()}")
    failure = refusal_of(lambda: road.send(a_message()))
    assert (failure.code, failure.is_lost) == ("unreachable", False)


# One attempt in all


@contextmanager
def a_slow_speaker(said: bytes) -> Iterator[tuple[str, threading.Event]]:
    """Says this, a character every now and then: no single silence is long. And whether it was let
    finish."""
    finished = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak() -> None:
            line, _ = listening.accept()
            with line, suppress(OSError):
                for number in range(len(said)):
                    line.sendall(said[number : number + 1])
                    time.sleep(0.1)
                finished.set()

        threading.Thread(target=speak, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}", finished


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "SECONDS", 0.4)


def test_all_roads_together_take_much_less_than_the_lease():
    """Or another worker would send the same letter at the same time."""
    both = 2 * deadline.SECONDS
    assert both <= queue.LEASE.total_seconds() / 2


@pytest.mark.usefixtures("hurried")
def test_an_smtp_server_that_takes_its_time_with_every_word_is_cut_off(smtp: tuple[Smtp, str]):
    peer, url = smtp
    peer.pause = 0.3
    failure = refusal_of(lambda: SmtpMail(url).send(a_message()))
    assert (failure.code, failure.is_lost) == ("broken_off", False)
    assert peer.taken == []


@pytest.mark.usefixtures("hurried")
def test_cut_off_after_the_letter_itself_it_may_have_arrived(smtp: tuple[Smtp, str]):
    peer, url = smtp
    peer.pause = 0.15
    failure = refusal_of(lambda: SmtpMail(url).send(a_message()))
    assert (failure.code, failure.is_lost, failure.may_repeat) == ("no_answer", True, False)


@pytest.mark.usefixtures("hurried")
def test_a_greeting_that_takes_its_time_is_cut_off():
    with a_slow_speaker(b"220 hello to you\r\n") as (where, finished):
        failure = refusal_of(lambda: SmtpMail(f"smtp://{where}").send(a_message()))
    assert (failure.code, failure.is_lost) == ("unreachable", False)
    assert not finished.is_set()


@pytest.mark.usefixtures("hurried")
def test_an_answer_of_resend_that_takes_its_time_is_none():
    said = b'HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"id": "re_1"}'
    with a_slow_speaker(said) as (where, finished):
        failure = refusal_of(lambda: ResendMail("key", f"http://{where}").send(a_message()))
    assert (failure.code, failure.is_lost) == ("no_answer", True)
    assert not finished.is_set()


def test_a_name_cannot_bend_a_header(smtp: tuple[Smtp, str]):
    """The letters clean what they say; if one did not, the mail is refused, not bent."""
    _, url = smtp
    with pytest.raises(ValueError, match="linefeed"):
        SmtpMail(url).send(a_message(sender=f"{BIDI} <hello@practice.example>"))


# Two roads


def two(resend: tuple[Resend, str], smtp: tuple[Smtp, str]) -> Roads:
    return Roads([ResendMail("key", resend[1]), SmtpMail(smtp[1])])


@pytest.mark.parametrize("fault", sorted(FOR_NOW))
def test_what_resend_certainly_did_not_take_goes_by_smtp_at_once(
    resend: tuple[Resend, str], smtp: tuple[Smtp, str], fault: str
):
    resend[0].behave(fault)
    assert two(resend, smtp).send(a_message()).road == "smtp"
    assert (len(resend[0].taken), len(smtp[0].taken)) == (0, 1)


@pytest.mark.parametrize("fault", sorted(FOR_EVER | LOST))
def test_what_resend_refused_for_ever_or_perhaps_took_waits(
    resend: tuple[Resend, str], smtp: tuple[Smtp, str], fault: str
):
    resend[0].behave(fault)
    refusal_of(lambda: two(resend, smtp).send(a_message()))
    assert smtp[0].taken == []


def test_after_a_second_silence_a_copy_by_smtp_is_the_lesser_evil(
    resend: tuple[Resend, str], smtp: tuple[Smtp, str]
):
    resend[0].behave("lost", "lost")
    road = two(resend, smtp)
    refusal_of(lambda: road.send(a_message()))
    assert road.send(a_message(), lost_before=1).road == "smtp"
    assert len(resend[0].taken) == len(smtp[0].taken) == 1


# Through the outbox: at least once, and twice only where an answer was lost


def asked_for_a_link(number: int) -> None:
    email = f"person{number}@example.org"
    builders.a_client(email=email)
    db.transact(sign_in.ask, SYSTEM, email=email, asker=Asker("n", "Firefox"))


def work_through(mail: Mail) -> None:
    """From one moment at which something is due to the next, as long as a sign-in link lives."""
    now = NOW
    while now < NOW + timedelta(minutes=15):
        with builders.the_time_is(now):
            while effects.work_once(Providers(mail), SYSTEM):
                pass
            due = db.query(queue.next_due, SYSTEM)
        if due is None:
            return
        now = due


ALL = sorted((LOST | FOR_NOW) - {"cut"})


@pytest.mark.parametrize("fault", ALL)
@pytest.mark.parametrize("times", [1, 3])
def test_with_resend_alone_each_letter_arrives_and_none_twice(
    house: str, resend: tuple[Resend, str], fault: str, times: int
):
    resend[0].behave(*[fault] * times)
    asked_for_a_link(1)
    work_through(ResendMail("key", resend[1]))
    assert len(resend[0].taken) == 1
    (row,) = builders.rows_of(OutboxRow)
    assert (row.outcome, row.effect) == ("sent", Effect.LETTER_TO_CLIENT)


@pytest.mark.parametrize("fault", ALL)
@pytest.mark.parametrize("times", [1, 2, 5])
def test_with_both_each_letter_arrives_and_twice_only_after_a_lost_answer(
    house: str, resend: tuple[Resend, str], smtp: tuple[Smtp, str], fault: str, times: int
):
    resend[0].behave(*[fault] * times)
    asked_for_a_link(1)
    work_through(two(resend, smtp))
    copies = len(resend[0].taken) + len(smtp[0].taken)
    assert copies == 1 if fault in FOR_NOW else 1 <= copies <= 2
    assert builders.rows_of(OutboxRow)[0].outcome == "sent"


def test_every_attempt_says_its_road_and_what_came_of_it(
    house: str, resend: tuple[Resend, str], smtp: tuple[Smtp, str]
):
    resend[0].behave("lost", "429")
    asked_for_a_link(1)
    work_through(two(resend, smtp))
    tries = sorted(builders.rows_of(LetterAttempt), key=lambda one: one.at)
    assert [(one.road, one.outcome) for one in tries] == [("resend", "no_answer"), ("smtp", "sent")]
    assert builders.rows_of(MailedLetter)[0].road == "smtp"


def test_both_dark_and_then_light_again(house: str, resend: tuple[Resend, str]):
    peer, base = resend
    for number in range(5):
        asked_for_a_link(number)
    peer.behave(*["503"] * 20)
    work_through(ResendMail("key", base))
    assert len(peer.taken) == 5
    assert {one.outcome for one in builders.rows_of(OutboxRow)} == {"sent"}
