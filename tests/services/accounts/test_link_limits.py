"""Asking for sign-in links for somebody else: it floods nobody, and locks nobody out."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from practice import db, settings, vault
from practice.domain.actors import SYSTEM
from practice.models.accounts import SigninLink
from practice.models.outbox import OutboxRow
from practice.providers import EmbeddedMail, Providers
from practice.services.letters import dev_mailbox
from practice.services.operations import clean_up, effects
from tests.builders import NOW, a_call, a_client, a_guest, rows_of, the_time_is
from tests.support.http_client import ORIGIN, browser

pytestmark = pytest.mark.anyio
ADA = "ada@example.org"
ELSEWHERE = "198.51.100.4"
SENT = (303, "/sign-in/sent")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    now = replace(settings.current(), answer_floor=timedelta(0))
    monkeypatch.setattr(settings, "current", lambda: now)


async def ask(client: httpx.AsyncClient, email: str = ADA) -> tuple[int, str]:
    answer = await client.post("/sign-in", data={"email": email})
    return answer.status_code, answer.headers.get("location", "")


def links_sent() -> list[str]:
    while effects.work_once(Providers(EmbeddedMail()), SYSTEM):
        pass
    found = [one for one in db.query(dev_mailbox.list_kept, SYSTEM) if one.kind == "sign_in"]
    return [re.findall(rf"{ORIGIN}(/sign-in/link/\S+)", one.text)[0] for one in found]


async def press(client: httpx.AsyncClient, link: str) -> str:
    await client.get(link)
    done = await client.post("/sign-in/confirm")
    return done.headers.get("location", "")


async def test_m6_five_requests_of_a_stranger_do_not_keep_anybody_from_signing_in(house: str):
    a_client(email=ADA)
    async with browser() as ada, browser(address=ELSEWHERE) as stranger:
        for _ in range(8):
            assert await ask(stranger) == SENT
        before = set(links_sent())
        assert await ask(ada) == SENT
        (link,) = set(links_sent()) - before
        assert await press(ada, link) == "/me"


async def test_m6_requests_of_a_stranger_do_not_void_the_link_of_who_asked_before(house: str):
    a_client(email=ADA)
    async with browser() as ada, browser(address=ELSEWHERE) as stranger:
        await ask(ada)
        (link,) = links_sent()
        for _ in range(8):
            await ask(stranger)
        assert await press(ada, link) == "/me"


async def test_m6_past_the_limit_the_words_are_the_same_and_the_newest_link_stays_good(house: str):
    a_client(email=ADA)
    async with browser() as ada:
        newest = ""
        asked: list[tuple[int, str]] = []
        for second in range(9):
            with the_time_is(NOW + timedelta(seconds=second)):
                asked.append(await ask(ada))
                newest = links_sent()[0]
        assert asked == [SENT] * 9
        assert len(links_sent()) == 5
        assert await press(ada, newest) == "/me"


async def test_m6_from_everywhere_at_once_a_mailbox_gets_so_many_and_a_known_browser_its_own(
    house: str,
):
    a_client(email=ADA)
    async with browser() as ada, browser(address="192.0.2.77") as new:
        await ask(ada)
        assert await press(ada, links_sent()[0]) == "/me"
        await ada.post("/sign-out")
        for number in range(60):
            async with browser(address=f"198.51.{number}.9") as stranger:
                assert await ask(stranger) == SENT
        most = settings.current().limits.links_per_mailbox.count
        before = set(links_sent())
        assert len(before) == most
        assert await ask(new) == SENT
        assert set(links_sent()) == before
        assert await ask(ada) == SENT
        (link,) = set(links_sent()) - before
        assert await press(ada, link) == "/me"


async def test_m6_a_known_browser_is_not_stopped_by_its_neighbours(house: str):
    """Twenty requests from one address, for whomever: a stranger waits, who is known does not."""
    a_client(email=ADA)
    async with browser() as ada, browser() as neighbour:
        await ask(ada)
        await press(ada, links_sent()[0])
        await ada.post("/sign-out")
        found = [(await ask(neighbour, f"x{n}@example.org"))[0] for n in range(21)]
        assert found[-1] == 429
        assert await ask(ada) == SENT


async def test_m6_a_known_browser_is_known_for_its_own_address_only(house: str):
    a_client(email=ADA)
    a_client(email="bob@example.org")
    async with browser() as ada:
        await ask(ada)
        await press(ada, links_sent()[0])
        await ada.post("/sign-out")
        counts: list[int] = []
        for _ in range(9):
            await ask(ada, "bob@example.org")
            counts.append(len(links_sent()))
        assert counts[-1] == 1 + 5


async def test_m6_an_address_of_nobody_is_answered_alike_past_the_limit(house: str):
    async with browser() as stranger:
        assert [await ask(stranger, "nobody@example.org") for _ in range(9)] == [SENT] * 9
    assert rows_of(OutboxRow) == []


async def asked_from(addresses: list[str], email: str = ADA) -> int:
    """How many letters more there are after each of them asked once."""
    before = len(links_sent())
    for address in addresses:
        async with browser(address=address) as stranger:
            await ask(stranger, email)
    return len(links_sent()) - before


async def test_h2_an_address_that_nobody_proved_gets_three_links_a_day_from_one_place(house: str):
    a_call(a_guest(email=ADA))
    assert await asked_from([ELSEWHERE] * 9) == 3
    assert await asked_from([f"2001:db8:0:aa{n:02x}::1" for n in range(9)]) == 3
    with the_time_is(NOW + timedelta(days=1)):
        assert await asked_from([ELSEWHERE]) == 1


async def test_h2_an_address_that_nobody_proved_gets_ten_links_a_day_from_everywhere(house: str):
    a_call(a_guest(email=ADA))
    assert await asked_from([f"198.51.{number}.9" for number in range(15)]) == 10


async def test_m6_three_requests_of_a_stranger_do_not_lock_an_unproven_guest_out(house: str):
    a_call(a_guest(email=ADA))
    assert await asked_from([ELSEWHERE] * 5) == 3
    assert await asked_from(["192.0.2.77"]) == 1


async def test_m6_who_booked_from_here_is_locked_out_by_nobody(house: str):
    """The place that the booking came from has a count of its own."""
    ring = vault.ring()
    a_call(a_guest(email=ADA, origin=ring.index("network", "203.0.113.7")))
    assert await asked_from([f"198.51.{number}.9" for number in range(15)]) == 10
    assert await asked_from(["203.0.113.7"] * 5) == 3


async def test_m6_one_line_with_many_networks_does_not_use_a_mailbox_up(house: str):
    a_client(email=ADA)
    household = [f"2001:db8:0:aa{n:02x}::1" for n in range(20)]
    assert await asked_from(household) == 5
    customer = [f"2001:db8:1:{n:02x}00::1" for n in range(20)]
    assert await asked_from(customer) == 10
    assert await asked_from(["192.0.2.77"]) == 1


async def test_m6_letters_to_many_addresses_are_counted_for_the_whole_line(house: str):
    """Each is another's mailbox; a household's networks share what one address may ask."""
    people = [f"person{n}@example.org" for n in range(25)]
    for email in people:
        a_client(email=email)
    sent = 0
    for number, email in enumerate(people):
        sent += await asked_from([f"2001:db8:0:aa{number:02x}::1"], email)
    assert sent == 20


async def test_m6_a_browser_is_known_as_long_as_its_cookie_lives(house: str):
    a_client(email=ADA)
    async with browser() as ada:
        await ask(ada)
        await press(ada, links_sent()[0])
        await ada.post("/sign-out")
        with the_time_is(NOW + timedelta(days=364)):
            db.transact(clean_up.forget, SYSTEM)
            (link,) = rows_of(SigninLink)
            assert link.device is None
            await asked_from([f"198.51.{number}.9" for number in range(45)])
            before = set(links_sent())
            await ask(ada)
            assert len(set(links_sent()) - before) == 1
        with the_time_is(NOW + timedelta(days=367)):
            db.transact(clean_up.forget, SYSTEM)
    assert [link for link in rows_of(SigninLink) if link.used_at] == []


async def test_m6_a_used_link_voids_all_others(house: str):
    a_client(email=ADA)
    async with browser() as ada, browser(address=ELSEWHERE) as stranger:
        await ask(stranger)
        (theirs,) = links_sent()
        await ask(ada)
        (link,) = set(links_sent()) - {theirs}
        assert await press(ada, link) == "/me"
        await stranger.get(theirs)
        assert (await stranger.get("/sign-in/confirm")).status_code == 410
