"""Who proved an e-mail under which nobody is: what a stranger typed for it is nothing to them."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest

from practice import db
from practice.booking_flow import Caller, Contact, book, once
from practice.domain.actors import SYSTEM, VISITOR, Actor, Role
from practice.domain.booking.refusals import ProofNeeded
from practice.domain.inputs import Reading
from practice.models import sealed
from practice.models.accounts import Account, BrowserSession, SigninLink
from practice.models.clients import Client, Consent
from practice.providers import EmbeddedMail, Providers
from practice.services.letters import dev_mailbox
from practice.services.operations import clean_up, effects
from tests.builders import (
    CALL,
    NOW,
    PRIVACY,
    TOMORROW,
    a_call,
    a_guest,
    a_session,
    a_wish,
    client_of,
    rows_of,
    the_time_is,
)
from tests.support.event_client import reflex_running
from tests.support.html_forms import words
from tests.support.http_client import ORIGIN, browser

pytestmark = pytest.mark.anyio
HALF, DAY = timedelta(minutes=30), timedelta(days=1)
VERA = "vera@example.org"
DETAILS = {"name": "Vera Rossi", "phone": "+390612345678", "privacy_version": PRIVACY}


@pytest.fixture(autouse=True)
async def _full_day(house: str) -> AsyncIterator[None]:
    async with reflex_running():
        for number in range(3):
            a_call(start=TOMORROW + number * HALF)
        yield


async def mallory_writes(start: datetime = TOMORROW + 6 * HALF) -> None:
    contact = Contact("Mallory", VERA, "+4930999999", PRIVACY)
    caller = Caller(VISITOR, "198.51.100.9")
    with pytest.raises(ProofNeeded):
        await book(caller, a_wish(start=start), contact, once(caller, "wish", {}), Reading())


def newest_link() -> str:
    while effects.work_once(Providers(EmbeddedMail()), SYSTEM):
        pass
    letter = next(
        letter
        for letter in db.query(dev_mailbox.list_kept, SYSTEM)
        if letter.kind == "sign_in" and letter.to == VERA
    )
    return next(part for part in letter.text.split() if "/sign-in/link/" in part)


async def vera_signs_in(client: httpx.AsyncClient) -> str:
    await client.post("/sign-in", data={"email": VERA})
    await client.get(newest_link().removeprefix(ORIGIN))
    done = await client.post("/sign-in/confirm", data={"it_was_me": "yes"})
    return done.headers["location"]


def names() -> list[str]:
    return [sealed.read(client, "name") for client in rows_of(Client)]


def known() -> list[Client]:
    return rows_of(Client, Client.provisional == False)  # noqa: E712


async def test_h3_what_a_stranger_typed_on_a_full_day_is_kept_nowhere():
    before = names(), len(rows_of(Consent))
    await mallory_writes()
    assert (names(), len(rows_of(Consent))) == before
    assert newest_link()


async def test_h3_who_books_her_own_call_is_never_named_by_a_stranger():
    await mallory_writes()
    call = a_call(a_guest(email=VERA, name="Vera", phone="+390612345678"), TOMORROW + DAY)
    async with browser() as vera:
        assert await vera_signs_in(vera) == "/sign-in/was-it-you"
        assert known() == []
        data = {"call": call.reference, "was_me": "yes"}
        done = await vera.post("/sign-in/was-it-you", data=data)
        assert done.headers["location"] == "/me"
    client = client_of(call.reference)
    assert not client.provisional
    assert sealed.read(client, "name") == "Vera"
    assert sealed.read(client, "phone") == "+390612345678"
    assert "Mallory" not in names()


async def test_h3_who_never_booked_says_name_and_number_anew_and_books_the_full_day():
    await mallory_writes()
    async with browser() as vera:
        assert await vera_signs_in(vera) == "/sign-in/name"
        assert known() == []
        assert (await vera.get("/me")).headers["location"] == "/sign-in/was-it-you"
        asked = await vera.get("/sign-in/was-it-you")
        assert asked.headers["location"] == "/sign-in/name"
        page = words((await vera.get("/sign-in/name")).text)
        assert "Mallory" not in page
        done = await vera.post("/sign-in/name", data=DETAILS)
        assert done.headers["location"] == "/book"
        assert (await vera.get("/me")).status_code == 200
    (client,) = known()
    assert sealed.read(client, "name") == "Vera Rossi"
    assert sealed.read(client, "phone") == "+390612345678"
    assert [row.version for row in rows_of(Consent, Consent.client_id == client.id)] == [PRIVACY]
    actor = Actor(Role.CLIENT, client.account_id, client.id)
    assert a_session(actor, CALL, TOMORROW + 6 * HALF).status == "confirmed"


async def test_h3_a_newcomer_is_one_client_however_often_the_form_is_sent():
    await mallory_writes()
    async with browser() as vera:
        await vera_signs_in(vera)
        await vera.post("/sign-in/name", data=DETAILS)
        again = await vera.post("/sign-in/name", data={**DETAILS, "name": "Vera Again"})
        assert again.headers["location"] == "/me"
        assert (await vera.get("/sign-in/name")).headers["location"] == "/me"
    assert [sealed.read(client, "name") for client in known()] == ["Vera Rossi"]


async def test_h3_what_is_wrong_in_the_newcomers_form_is_said_and_nothing_is_written():
    await mallory_writes()
    async with browser() as vera:
        await vera_signs_in(vera)
        answer = await vera.post("/sign-in/name", data={"name": "Vera", "phone": "no"})
        assert answer.status_code == 422
        assert 'value="Vera"' in answer.text
        assert "agree to it" in words(answer.text)
    assert known() == []


async def test_h3_an_open_question_comes_before_the_name():
    await mallory_writes()
    call = a_call(a_guest(email=VERA, name="Mallory"), TOMORROW + DAY)
    async with browser() as vera:
        await vera_signs_in(vera)
        for answer in (
            await vera.get("/sign-in/name"),
            await vera.post("/sign-in/name", data=DETAILS),
        ):
            assert answer.headers["location"] == "/sign-in/was-it-you"
        assert known() == []
        data = {"call": call.reference, "was_me": "no"}
        await vera.post("/sign-in/was-it-you", data=data)
    assert known() == []


async def test_h3_nobody_without_a_proven_mailbox_is_asked_for_a_name():
    async with browser() as nobody:
        for answer in (
            await nobody.get("/sign-in/name"),
            await nobody.post("/sign-in/name", data=DETAILS),
        ):
            assert answer.headers["location"] == "/sign-in"
    assert known() == []


async def test_h3_an_address_that_nobody_proves_is_forgotten_after_a_day():
    before = len(rows_of(Account))
    await mallory_writes()
    assert len(rows_of(Account)) == before + 1
    with the_time_is(NOW + DAY - HALF):
        db.transact(clean_up.forget, SYSTEM)
    assert len(rows_of(Account)) == before + 1
    with the_time_is(NOW + DAY + HALF):
        db.transact(clean_up.forget, SYSTEM)
    assert len(rows_of(Account)) == before
    assert rows_of(SigninLink, SigninLink.booking_id == None) == []  # noqa: E711


async def test_h3_who_is_signed_in_and_has_still_to_say_a_name_is_not_forgotten():
    await mallory_writes()
    async with browser() as vera:
        await vera_signs_in(vera)
        with the_time_is(NOW + 2 * DAY):
            db.transact(clean_up.forget, SYSTEM)
            assert (await vera.get("/sign-in/name")).status_code == 200
    assert len(rows_of(BrowserSession)) == 1
