"""Somebody booked under this address: nothing attaches before its owner said that it was them."""

import re
from datetime import timedelta

import httpx
import pytest

from practice import db, vault
from practice.domain.actors import SYSTEM, VISITOR
from practice.domain.booking.status import Status
from practice.models import sealed
from practice.models.accounts import Account, BrowserSession, SigninLink
from practice.models.clients import Client
from practice.models.outbox import OutboxRow
from practice.providers import EmbeddedMail, Providers
from practice.services.accounts import merging
from practice.services.booking import book
from practice.services.letters import dev_mailbox
from practice.services.links import management
from practice.services.operations import effects
from practice.services.rate_limits import Once
from tests import builders
from tests.builders import (
    CALL,
    THERAPIST,
    TOMORROW,
    a_call,
    a_client,
    a_guest,
    a_session,
    change_row,
    client_of,
    row,
    rows_of,
    the_time_is,
)
from tests.support.html_forms import words
from tests.support.http_client import ORIGIN, browser

pytestmark = pytest.mark.anyio
ADA = "ada@example.org"
HERS, TYPED = "+390612345678", "+493012345999"
DAY = timedelta(days=1)


def mailbox() -> list[dev_mailbox.Kept]:
    while effects.work_once(Providers(EmbeddedMail()), SYSTEM):
        pass
    return db.query(dev_mailbox.list_kept, SYSTEM)


def link_in(kind: str) -> str:
    letter = next(one for one in mailbox() if one.kind == kind)
    return re.findall(rf"{ORIGIN}(/sign-in/link/\S+)", letter.text)[0]


async def sign_in(client: httpx.AsyncClient) -> httpx.Response:
    await client.post("/sign-in", data={"email": ADA})
    await client.get(link_in("sign_in"))
    return await client.post("/sign-in/confirm", data={"it_was_me": "yes"})


async def answer(client: httpx.AsyncClient, reference: str, was_me: str) -> httpx.Response:
    return await client.post("/sign-in/was-it-you", data={"call": reference, "was_me": was_me})


def a_known_client() -> builders.Actor:
    known = a_client(discovered=False, email=ADA)
    assert known.client_id
    change_row(
        Client,
        Client.id == known.client_id,
        phone=sealed.seal(Client, "phone", known.client_id, HERS),
        phone_index=vault.ring().index("phone", HERS),
    )
    return known


def path_of(booked: builders.Booked) -> str:
    return (booked.manage_url or "").removeprefix(ORIGIN)


async def test_h3_a_guess_at_a_clients_e_mail_shows_nothing_of_them_after_they_sign_in(house: str):
    known, guessed = a_known_client(), a_call(a_guest(email=ADA, phone=TYPED))
    change_row(builders.Booking, place="phone")
    async with browser() as ada, browser(address="198.51.100.4") as stranger:
        await sign_in(ada)
        page = await stranger.get(path_of(guessed))
        assert HERS[-3:] not in words(page.text)
    assert row(guessed.reference).client_id != known.client_id


async def test_h3_who_signs_in_is_asked_about_each_booking_under_their_address(house: str):
    a_known_client()
    first = a_call(a_guest(email=ADA, name="Eve Guess"))
    second = a_call(a_guest(email=ADA), TOMORROW + DAY)
    async with browser() as ada:
        done = await sign_in(ada)
        assert done.headers["location"] == "/sign-in/was-it-you"
        page = words((await ada.get("/sign-in/was-it-you")).text)
        assert "Was this you?" in page
        assert "Tuesday 24 November, 09:00" in page
        assert "Eve Guess" in page
        asked = await answer(ada, first.reference, "no")
        assert asked.headers["location"] == "/sign-in/was-it-you"
        page = words((await ada.get("/sign-in/was-it-you")).text)
        assert "Wednesday 25 November, 09:00" in page
        done = await answer(ada, second.reference, "yes")
        assert done.headers["location"] == "/me"
        assert (await ada.get("/sign-in/was-it-you")).headers["location"] == "/me"


async def test_h3_a_yes_attaches_the_booking_and_revokes_its_writers_link(house: str):
    known, call = a_known_client(), a_call(a_guest(email=ADA, phone=TYPED))
    async with browser() as ada, browser(address="198.51.100.4") as writer:
        await sign_in(ada)
        await answer(ada, call.reference, "yes")
        page = await writer.get(path_of(call))
        moved = await writer.post(
            f"{path_of(call)}/move", data={"start": (TOMORROW + DAY).isoformat(), "tz": "UTC"}
        )
        cancelled = await writer.post(f"{path_of(call)}/cancel", data={"at_most_cents": "0"})
    assert row(call.reference).client_id == known.client_id
    assert {page.status_code, moved.status_code, cancelled.status_code} == {410}
    assert "24 November" not in words(page.text)
    assert HERS[-3:] not in words(page.text)
    assert row(call.reference).status == "confirmed"
    assert builders.appointment_of(call.reference).starts_at == TOMORROW


async def test_h3_what_the_link_shows_is_what_its_writer_typed(house: str):
    """Also to whoever holds the newest link, which lies in calendars and is passed on."""
    a_known_client()
    call = a_call(a_guest(email=ADA, phone=TYPED))
    change_row(builders.Booking, place="phone")
    async with browser() as ada:
        await sign_in(ada)
        await answer(ada, call.reference, "yes")
        path = builders.manage_path(call.reference)
        page, file = await ada.get(path), await ada.get(f"{path}/calendar.ics")
    assert TYPED[-3:] in words(page.text)
    assert HERS[-3:] not in words(page.text)
    assert HERS not in file.text


async def test_h3_a_no_lets_the_call_go_and_tells_the_therapist(house: str):
    known, call = a_known_client(), a_call(a_guest(email=ADA))
    async with browser() as ada, browser(address="198.51.100.4") as writer:
        await sign_in(ada)
        done = await answer(ada, call.reference, "no")
        page = await writer.get(path_of(call))
    assert done.headers["location"] == "/me"
    assert row(call.reference).status == "cancelled"
    assert page.status_code == 410
    assert client_of(call.reference).provisional
    assert client_of(call.reference).account_id != known.account_id
    told = rows_of(OutboxRow, OutboxRow.fact == "cancelled")
    assert {one.effect for one in told} >= {"letter_to_therapist", "letter_to_client"}


async def test_h3_a_no_leaves_a_call_that_has_begun_to_the_therapist(house: str):
    """It took place; only she knows what came of it."""
    a_known_client()
    call = a_call(a_guest(email=ADA))
    with the_time_is(TOMORROW + timedelta(minutes=1)):
        async with browser() as ada:
            await sign_in(ada)
            await answer(ada, call.reference, "no")
    assert row(call.reference).status == Status.CONFIRMED


async def test_h3_a_revoked_link_offers_a_fresh_letter_to_the_mailbox_alone(house: str):
    a_known_client()
    call = a_call(a_guest(email=ADA))
    async with browser() as ada:
        await sign_in(ada)
        await answer(ada, call.reference, "yes")
        page = await ada.get(path_of(call))
        assert "Send me a new letter" in words(page.text)
        sent = await ada.post(f"{path_of(call)}/renew")
        assert sent.status_code == 200
        newest = [
            letter.to for letter in mailbox() if builders.manage_path(call.reference) in letter.text
        ]
        assert newest == [ADA]
        again = [(await ada.post(f"{path_of(call)}/renew")).status_code for _ in range(5)]
    assert again == [200] * 5
    assert sum(one.kind == "call_confirmed" for one in mailbox()) <= 4


async def test_h3_a_link_of_no_version_is_nothing_at_all(house: str):
    call = a_call(a_guest(email=ADA))
    async with browser() as stranger:
        page = await stranger.get(f"/manage/{call.reference}/{'A' * 27}")
        sent = await stranger.post(f"/manage/{call.reference}/{'A' * 27}/renew")
        live = await stranger.post(f"{path_of(call)}/renew")
    assert (page.status_code, sent.status_code, live.status_code) == (404, 404, 404)


async def test_h3_who_denies_all_and_is_nobody_here_stays_nobody(house: str):
    call = a_call(a_guest(email=ADA))
    async with browser() as ada:
        done = await sign_in(ada)
        assert done.headers["location"] == "/sign-in/was-it-you"
        assert (await ada.get("/me")).headers["location"] == "/sign-in/was-it-you"
        done = await answer(ada, call.reference, "no")
        page = words((await ada.get(done.headers["location"])).text)
        assert (await ada.get("/me")).headers["location"] == "/sign-in"
    assert "nothing of it is kept in your name" in page
    assert rows_of(Account)[0].email_proven_at is None
    assert all(one.ended_at for one in rows_of(BrowserSession))
    assert row(call.reference).status == "cancelled"
    async with browser() as ada:
        before = len(rows_of(SigninLink))
        await ada.post("/sign-in", data={"email": ADA})
    assert len(rows_of(SigninLink)) == before


async def test_h3_who_is_new_says_yes_and_becomes_the_client(house: str):
    call = a_call(a_guest(email=ADA, name="Ada Byron"))
    async with browser() as ada:
        await sign_in(ada)
        done = await answer(ada, call.reference, "yes")
        assert done.headers["location"] == "/me"
        assert (await ada.get("/me")).status_code == 200
        # The link of their own letter stays good: the booking has not changed its client.
        assert (await ada.get(path_of(call))).status_code == 200
    assert not client_of(call.reference).provisional
    assert rows_of(BrowserSession)[0].client_id == row(call.reference).client_id


async def test_h3_a_yes_beside_an_open_call_asks_which_one_stays(house: str):
    known = a_known_client()
    own = a_session(known, CALL).reference
    guest = a_call(a_guest(email=ADA), TOMORROW + DAY)
    async with browser() as ada:
        await sign_in(ada)
        done = await answer(ada, guest.reference, "yes")
        assert done.headers["location"] == "/sign-in/which"
        kept = await ada.post("/sign-in/which", data={"keep": guest.reference})
        assert kept.headers["location"] == "/me"
    assert (row(own).status, row(guest.reference).status) == ("cancelled", "confirmed")
    assert row(guest.reference).client_id == known.client_id


async def test_h3_a_denied_call_is_no_choice_among_ones_own(house: str):
    own = a_session(a_known_client(), CALL).reference
    guest = a_call(a_guest(email=ADA), TOMORROW + DAY)
    async with browser() as ada:
        await sign_in(ada)
        done = await answer(ada, guest.reference, "no")
        assert done.headers["location"] == "/me"
    assert (row(own).status, row(guest.reference).status) == ("confirmed", "cancelled")


async def test_h3_nobody_answers_for_another(house: str):
    a_client(email="bob@example.org")
    call = a_call(a_guest(email=ADA))
    async with browser() as bob, browser() as nobody:
        await bob.post("/sign-in", data={"email": "bob@example.org"})
        await bob.get(link_in("sign_in"))
        await bob.post("/sign-in/confirm", data={"it_was_me": "yes"})
        theirs = await answer(bob, call.reference, "no")
        assert theirs.headers["location"] == "/me"
        assert (await answer(nobody, call.reference, "no")).headers["location"] == "/sign-in"
    assert row(call.reference).status == "confirmed"
    assert client_of(call.reference).claimed is None


async def test_h3_the_therapist_who_merges_revokes_the_writers_link_too(house: str):
    known, call = a_known_client(), a_call(a_guest(email=ADA))
    assert known.client_id
    db.transact(
        merging.merge,
        THERAPIST,
        client_id=row(call.reference).client_id,
        into=known.client_id,
    )
    async with browser() as writer:
        assert (await writer.get(path_of(call))).status_code == 410


async def test_h3_the_same_request_again_hands_out_no_newer_link(house: str):
    known = a_known_client()
    once = Once(b"me", b"key", b"wish")
    guest, wish = a_guest(email=ADA), builders.a_wish()
    first = db.transact(book.book, VISITOR, wish, guest=guest, once=once)
    builders.prove(first.reference)
    assert row(first.reference).client_id == known.client_id
    again = db.transact(book.book, VISITOR, wish, guest=guest, once=once)
    assert again == first
    assert again.manage_url != management.manage_url(row(first.reference))


# The link in a booking's own letter


async def test_the_link_of_a_bookings_letter_asks_who_booked_what_and_where(house: str):
    call = a_call(a_guest(email=ADA, device="Firefox, Linux"))
    async with browser() as reader:
        await reader.get(link_in("call_confirmed"))
        page = words((await reader.get("/sign-in/confirm")).text)
        assert "Was this you?" in page
        assert "ad…@example.org" in page
        assert "Firefox, Linux" in page
        assert "Tuesday 24 November, 09:00" in page
        unsaid = await reader.post("/sign-in/confirm")
        assert unsaid.headers["location"] == "/sign-in/confirm"
        assert rows_of(BrowserSession) == []
        done = await reader.post("/sign-in/confirm", data={"it_was_me": "yes"})
    assert done.headers["location"] == "/me"
    assert not client_of(call.reference).provisional


async def test_a_no_at_the_link_of_a_bookings_letter_lets_it_go_and_signs_nobody_in(house: str):
    call = a_call(a_guest(email=ADA))
    async with browser() as reader:
        await reader.get(link_in("call_confirmed"))
        done = await reader.post("/sign-in/confirm", data={"it_was_me": "no"})
        page = words((await reader.get(done.headers["location"])).text)
    assert "nothing of it is kept in your name" in page
    assert rows_of(BrowserSession) == []
    assert row(call.reference).status == "cancelled"
    assert client_of(call.reference).claimed is False


async def test_the_link_of_a_strangers_letter_does_not_attach_their_other_bookings(house: str):
    known = a_known_client()
    call, other = a_call(a_guest(email=ADA)), a_call(a_guest(email=ADA), TOMORROW + DAY)
    letter = next(
        one for one in mailbox() if one.kind == "call_confirmed" and call.reference in one.text
    )
    async with browser() as ada:
        await ada.get(re.findall(rf"{ORIGIN}(/sign-in/link/\S+)", letter.text)[0])
        done = await ada.post("/sign-in/confirm", data={"it_was_me": "yes"})
    assert done.headers["location"] == "/sign-in/was-it-you"
    assert row(call.reference).client_id == known.client_id
    assert row(other.reference).client_id != known.client_id
