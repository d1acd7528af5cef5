"""What Resend tells by itself: believed with its signature only, and never lost by us."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from practice import clock, db, jobs, settings
from practice.domain.actors import SYSTEM
from practice.models import sealed
from practice.models.letters import LetterState, MailedLetter
from practice.models.operations import WebhookEvent
from practice.providers import Providers
from practice.providers.ports import Message, Receipt
from practice.routes import webhooks
from practice.routes.edge import Shield
from practice.services.operations import effects, webhook_inbox
from tests import builders
from tests.builders import NOW, TOMORROW

pytestmark = pytest.mark.anyio
KEY = b"a key of twenty-four byte"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
LISTED = b'{"type": "email.bounced", "data": [1]}'
BOUNCED = {"type": "email.bounced", "data": {"email_id": "re_1"}}


class Numbered:
    """Takes every letter and gives it a number of its own."""

    def __init__(self) -> None:
        self.count = 0

    def send(self, message: Message, *, lost_before: int = 0) -> Receipt:
        del message, lost_before
        self.count += 1
        return Receipt("resend", f"re_{self.count}")


@pytest.fixture
def sent(house: str) -> Iterator[list[str]]:
    """Two letters that Resend took, in a practice that listens to it."""
    builders.a_call()
    resend = Providers(Numbered())
    while effects.work_once(resend, SYSTEM):
        pass
    with pytest.MonkeyPatch.context() as patch:
        told_to(patch, SECRET)
        yield ["re_1", "re_2"]


def told_to(patch: pytest.MonkeyPatch, secret: str | None) -> None:
    now = replace(settings.current(), resend_webhook_secret=secret)
    patch.setattr(settings, "current", lambda: now)


def sorry(_path: str, status: int, _reference: str) -> Response:
    return PlainTextResponse("sorry", status)


@asynccontextmanager
async def asking(routes: list[BaseRoute] = webhooks.ROUTES) -> AsyncIterator[httpx.AsyncClient]:
    app = Shield(Starlette(routes=routes), settings.current(), sorry)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        yield client


def as_bytes(said: Any) -> bytes:
    return said if isinstance(said, bytes) else json.dumps(said).encode()


def signature(body: bytes, *, at: int, key: bytes = KEY, name: str = "msg_1") -> str:
    signed = b"%s.%d." % (name.encode(), at) + body
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def headers(
    body: bytes, *, later: int = 0, key: bytes = KEY, name: str = "msg_1"
) -> dict[str, str]:
    at = int(clock.now().timestamp()) + later
    said = {"svix-id": name, "svix-timestamp": str(at)}
    return {**said, "svix-signature": signature(body, at=at, key=key, name=name)}


async def tell(said: Any = BOUNCED, name: str = "msg_1", **different: str) -> httpx.Response:
    body = as_bytes(said)
    return await post(body, {**headers(body, name=name), **different})


async def post(body: bytes, said: dict[str, str]) -> httpx.Response:
    """Headers are bytes on the wire, and need not be of any alphabet."""
    raw = {name.encode(): value.encode("latin-1") for name, value in said.items()}
    async with asking() as client:
        return await client.post("/api/webhooks/resend", content=body, headers=raw)


def came_back() -> list[str]:
    return [
        one.provider_id
        for one in builders.rows_of(MailedLetter)
        if one.state == LetterState.CAME_BACK
    ]


@pytest.mark.parametrize("kind", sorted({"email.bounced", "email.complained", "email.failed"}))
async def test_a_letter_that_came_back_is_marked(sent: list[str], kind: str):
    answer = await tell({**BOUNCED, "type": kind})
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    (kept,) = builders.rows_of(MailedLetter, MailedLetter.provider_id == "re_1")
    assert (kept.state, kept.trouble, kept.came_back_at) == (LetterState.CAME_BACK, kind, NOW)
    assert came_back() == ["re_1"]


async def test_while_the_secret_is_changed_either_signature_will_do(sent: list[str]):
    body = as_bytes(BOUNCED)
    right, other = headers(body), headers(body, key=b"the key from before")
    both = f"{other['svix-signature']} {right['svix-signature']}"
    assert (await tell(**{"svix-signature": both})).status_code == 200
    assert came_back() == ["re_1"]


async def test_it_is_read_byte_for_byte(sent: list[str]):
    """Not parsed and written again: other spaces, other order, letters beyond ASCII."""
    body = '{ "data" : {"email_id":"re_1","subject":"für Ada"},"type":"email.bounced" }'.encode()
    assert (await post(body, headers(body))).status_code == 200
    assert came_back() == ["re_1"]


def wrong(name: str) -> tuple[bytes, dict[str, str]]:
    body = as_bytes(BOUNCED)
    right = headers(body)
    return {
        "another secret": (body, headers(body, key=b"x" * 24)),
        "an empty secret": (body, headers(body, key=b"")),
        "one byte changed": (body.replace(b"re_1", b"re_2"), right),
        "one byte more": (body + b" ", right),
        "no id": (body, {k: v for k, v in right.items() if k != "svix-id"}),
        "no time": (body, {k: v for k, v in right.items() if k != "svix-timestamp"}),
        "no signature": (body, {k: v for k, v in right.items() if k != "svix-signature"}),
        "no headers": (body, {}),
        "another id": (body, {**right, "svix-id": "msg_2"}),
        "a time of letters": (body, {**right, "svix-timestamp": "soon"}),
        "five minutes and a second ago": (body, headers(body, later=-301)),
        "five minutes and a second ahead": (body, headers(body, later=301)),
        "a signature of nonsense": (body, {**right, "svix-signature": "v1,\xff v1, , v1"}),
        "nothing": (b"", headers(b"")),
        "no text": (b"\xff\xfe", headers(b"\xff\xfe")),
        "no JSON": (b"hello", headers(b"hello")),
        "a list": (b"[1, 2]", headers(b"[1, 2]")),
        "no kind": (b"{}", headers(b"{}")),
        "a kind that is a number": (b'{"type": 1}', headers(b'{"type": 1}')),
        "a bounce of a list": (LISTED, headers(LISTED)),
    }[name]


WRONG = (
    *("another secret", "an empty secret", "one byte changed", "one byte more", "no id"),
    *("no time", "no signature", "no headers", "another id", "a time of letters"),
    *("five minutes and a second ago", "five minutes and a second ahead"),
    *("a signature of nonsense", "nothing", "no text", "no JSON", "a list", "no kind"),
    *("a kind that is a number", "a bounce of a list"),
)


@pytest.mark.parametrize("what", WRONG)
async def test_what_does_not_fit_is_refused_and_changes_nothing(sent: list[str], what: str):
    body, said = wrong(what)
    answer = await post(body, said)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "signature")
    assert came_back() == []


@pytest.mark.parametrize("later", [-299, 299])
async def test_nearly_five_minutes_are_still_good(sent: list[str], later: int):
    body = as_bytes(BOUNCED)
    assert (await post(body, headers(body, later=later))).status_code == 200


@pytest.mark.parametrize("secret", [None, "", "whsec_", "whsec_YQ==", "whsec_no base64"])
async def test_without_a_secret_worth_the_name_nobody_is_believed(
    sent: list[str], monkeypatch: pytest.MonkeyPatch, secret: str | None
):
    """An empty key signs as well as any other, and everybody has it."""
    told_to(monkeypatch, secret)
    body = as_bytes(BOUNCED)
    for key in (b"", b"a", KEY):
        assert (await post(body, headers(body, key=key))).status_code == 503
    assert came_back() == []


@pytest.mark.parametrize(
    "said",
    [
        {"type": "email.delivered", "data": {"email_id": "re_1"}},
        {"type": "email.opened", "data": {"email_id": None}},
        {"type": "domain.created", "data": [1]},
        {"type": "contact.deleted", "data": None},
        {"type": "something.new"},
    ],
)
async def test_what_we_do_not_understand_is_thanked_for(sent: list[str], said: Any):
    """Refused, it would come again for days."""
    assert (await tell(said)).status_code == 200
    assert came_back() == []


@pytest.mark.parametrize("data", [{}, {"email_id": ""}, {"email_id": "re_of_somebody_else"}])
async def test_letters_that_are_not_ours_change_nothing(sent: list[str], data: dict[str, str]):
    assert (await tell({"type": "email.bounced", "data": data})).status_code == 200
    assert came_back() == []


@pytest.mark.parametrize("name", ["msg_1", "msg_2"])
async def test_told_twice_it_came_back_once(sent: list[str], name: str):
    """It stays as it was told first, whether the same is said again or another thing of it."""
    await tell()
    with builders.the_time_is(NOW + timedelta(hours=1)):
        assert (await tell({**BOUNCED, "type": "email.complained"}, name)).status_code == 200
    (kept,) = builders.rows_of(MailedLetter, MailedLetter.provider_id == "re_1")
    assert (kept.came_back_at, kept.trouble) == (NOW, "email.bounced")


async def test_of_a_body_that_is_too_long_the_rest_is_not_even_read(sent: list[str]):
    """Whatever it says about its length."""
    parts = 0

    async def without_end() -> AsyncIterator[bytes]:
        nonlocal parts
        while True:
            parts += 1
            yield b"x" * 64 * 1024

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": await anext(body), "more_body": True}

    body = without_end()
    scope: dict[str, Any] = {"type": "http", "method": "POST", "headers": [], "path": "/"}
    answer = await webhooks.from_resend(Request(scope, receive))
    assert answer.status_code == 413
    assert parts == webhooks.LARGEST // (64 * 1024) + 1


async def test_while_the_database_is_away_it_is_asked_to_come_again(sent: list[str], house: str):
    db.connect("postgresql://practice@127.0.0.1:1/practice")
    assert (await tell()).status_code == 503
    db.connect(house)
    assert came_back() == []
    assert (await tell()).status_code == 200
    assert came_back() == ["re_1"]


# What is kept of it


def kept() -> list[WebhookEvent]:
    return builders.rows_of(WebhookEvent)


async def look_again() -> None:
    await jobs.run(next(one for one in jobs.JOBS if one.name == "apply_webhooks"))


async def test_each_event_is_kept_once_word_for_word(sent: list[str]):
    for _ in range(3):
        assert (await tell()).status_code == 200
    (event,) = kept()
    assert (event.source, event.event_id, event.kind) == ("resend", "msg_1", "email.bounced")
    assert sealed.read(event, "body") == as_bytes(BOUNCED).decode()
    assert event.applied_at == NOW


async def test_what_was_refused_is_not_kept(sent: list[str]):
    body = as_bytes(BOUNCED)
    await post(body + b" ", headers(body))
    assert kept() == []


async def test_what_we_do_not_understand_is_kept_and_done_with(sent: list[str]):
    await tell({"type": "something.new", "data": [1]})
    (event,) = kept()
    assert event.applied_at == NOW


async def test_a_bounce_that_overtakes_our_own_note_is_not_forgotten(sent: list[str]):
    """Resend took the letter and it bounced before its answer was written down here."""
    assert (await tell({"type": "email.bounced", "data": {"email_id": "re_3"}})).status_code == 200
    assert (kept()[0].applied_at, kept()[0].error) == (None, "unknown_letter")
    later = Numbered()
    later.count = 2
    builders.a_call(start=TOMORROW + timedelta(hours=2))
    while effects.work_once(Providers(later), SYSTEM):
        pass
    with builders.the_time_is(NOW + timedelta(minutes=1)):
        await look_again()
    assert came_back() == ["re_3"]
    assert (kept()[0].applied_at, kept()[0].error) == (NOW + timedelta(minutes=1), "")


async def test_after_a_day_it_is_about_somebody_elses_letter(sent: list[str]):
    await tell({"type": "email.bounced", "data": {"email_id": "re_of_somebody_else"}})
    with builders.the_time_is(NOW + webhook_inbox.PATIENCE - timedelta(seconds=1)):
        assert db.query(webhook_inbox.find_open, SYSTEM) == [kept()[0].id]
    with builders.the_time_is(NOW + webhook_inbox.PATIENCE):
        assert db.query(webhook_inbox.find_open, SYSTEM) == []


async def test_what_could_not_be_applied_is_thanked_for_and_applied_later(
    sent: list[str], monkeypatch: pytest.MonkeyPatch
):
    """It is ours from the moment it is written down; a mistake of ours is nobody else's trouble."""

    def breaks(*_: Any, **__: Any) -> bool:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(webhook_inbox.mail_log, "came_back", breaks)
        assert (await tell()).status_code == 200
        await look_again()
    assert came_back() == []
    with builders.the_time_is(NOW + timedelta(minutes=1)):
        await look_again()
    assert came_back() == ["re_1"]


async def test_nobody_asks_by_another_verb(sent: list[str]):
    async with asking() as client:
        assert (await client.get("/api/webhooks/resend")).status_code == 405
