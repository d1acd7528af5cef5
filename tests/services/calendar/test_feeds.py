"""Calendar feeds over HTTP: whose times are in them, who may look, and what they never tell."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import icalendar
import pytest
import vobject
from starlette.applications import Starlette

from practice import db, settings
from practice.domain.actors import SYSTEM, Actor, Role
from practice.environment import Rate
from practice.models import sealed as models_sealed
from practice.models.accounts import Therapist
from practice.models.calendar import CalendarFeed
from practice.models.clients import Client
from practice.routes import feeds as routes
from practice.services.accounts import therapist
from practice.services.booking import book, cancel, move
from practice.services.calendar import feeds
from tests import builders
from tests.builders import ASKED, NOW, THERAPIST, TOMORROW

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)
NOTE = "I cannot sleep since autumn"
COUPLE = "Perdita Quill"


@pytest.fixture(autouse=True)
def no_zone_is_remembered() -> Iterator[None]:
    """vobject keeps the first description of a zone it reads, for all later files."""
    known = vars(vobject.icalendar)["__tzidMap"]
    before = dict(known)
    yield
    known.clear()
    known.update(before)


def called(client: Actor, name: str) -> Actor:
    assert client.client_id
    sealed = models_sealed.seal(Client, "name", client.client_id, name)
    builders.change_row(Client, Client.id == client.client_id, name=sealed)
    return client


@pytest.fixture
def ada(house: str) -> Actor:
    return called(builders.a_client(email="ada@example.org"), "Ada Byronessa")


@pytest.fixture
def grace(house: str) -> Actor:
    return called(builders.a_client(email="grace@example.org"), "Grace Hopperly")


def made_for(actor: Actor) -> str:
    """The path of a new feed."""
    return "/" + db.transact(feeds.make, actor).split("/", 3)[3]


def her() -> Actor:
    db.transact(therapist.appoint, SYSTEM, email="elena@example.org")
    (owner,) = builders.rows_of(Therapist)
    return Actor(Role.THERAPIST, owner.account_id)


@asynccontextmanager
async def asking(address: str = "203.0.113.7") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=routes.ROUTES), client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def ask(path: str, address: str = "203.0.113.7") -> httpx.Response:
    async with asking(address) as client:
        return await client.get(path)


async def read(path: str) -> str:
    answer = await ask(path)
    assert answer.status_code == 200
    return answer.text.replace("\r\n ", "")


def starts(body: str) -> list[Any]:
    """As two readers of others see them, who must agree."""
    one = [event.start for event in icalendar.Calendar.from_ical(body).events]
    other = vobject.readOne(body)
    assert [event.dtstart.value for event in getattr(other, "vevent_list", [])] == one
    return one


def a_couple(client: Actor) -> str:
    wish = builders.a_wish(ASKED, TOMORROW + 3 * HOUR, note=NOTE, participants=[COUPLE])
    return db.transact(book.book, THERAPIST, wish, client_id=client.client_id).reference


async def test_a_clients_feed_holds_her_own_times_and_nobody_elses(ada: Actor, grace: Actor):
    mine = builders.a_confirmed(ada)
    other = builders.a_confirmed(grace, TOMORROW + 2 * HOUR)
    body = await read(made_for(ada))
    assert starts(body) == [TOMORROW]
    assert mine.reference in body
    assert other.reference not in body
    for word in ("Grace", "Hopperly", "grace@"):
        assert word not in body


async def test_who_cares_for_a_child_has_both_in_one_feed(ada: Actor):
    """And another account's child is not among them."""
    child = builders.a_client()
    builders.change_row(Client, Client.id == child.client_id, account_id=ada.account_id)
    builders.a_confirmed(ada)
    builders.a_confirmed(Actor(Role.CLIENT, ada.account_id, child.client_id), TOMORROW + 2 * HOUR)
    builders.a_confirmed(builders.a_client(), TOMORROW + 4 * HOUR)
    assert starts(await read(made_for(ada))) == [TOMORROW, TOMORROW + 2 * HOUR]


async def test_the_therapists_feed_holds_everybody_by_initial(ada: Actor, grace: Actor):
    builders.a_confirmed(ada)
    builders.a_confirmed(grace, TOMORROW + 2 * HOUR)
    body = await read(made_for(her()))
    assert starts(body) == [TOMORROW, TOMORROW + 2 * HOUR]
    assert "Byronessa" not in body
    assert "Hopperly" not in body
    assert {line for line in body.splitlines() if line.startswith("SUMMARY")} == {
        "SUMMARY:Ada B.",
        "SUMMARY:Grace H.",
    }


async def test_an_account_that_was_the_therapists_sees_nobody_any_more(ada: Actor):
    builders.a_confirmed(ada)
    before = her()
    path = made_for(before)
    db.transact(therapist.appoint, SYSTEM, email="somebody.new@example.org")
    assert starts(await read(path)) == []


async def test_nothing_private_is_in_any_feed(ada: Actor):
    """It is read over shoulders and synchronised to other houses."""
    reference = a_couple(ada)
    for path in (made_for(ada), made_for(her())):
        body = await read(path)
        assert reference in body
        for word in (NOTE, COUPLE, "Byronessa", "ada@example.org", "8000", "80.00", "Couples"):
            assert word not in body
        assert "CLASS:PRIVATE" in body


async def test_what_is_over_before_it_took_place_is_gone(ada: Actor):
    kept = builders.a_confirmed(ada)
    gone = builders.a_confirmed(ada, TOMORROW + 2 * HOUR)
    path = made_for(ada)
    assert starts(await read(path)) == [TOMORROW, TOMORROW + 2 * HOUR]
    db.transact(cancel.cancel, THERAPIST, reference=gone.reference)
    assert starts(await read(path)) == [TOMORROW]
    db.transact(move.move, THERAPIST, reference=kept.reference, start=TOMORROW + 5 * HOUR)
    assert starts(await read(path)) == [TOMORROW + 5 * HOUR]


async def test_what_is_only_asked_for_stands_in_no_calendar(ada: Actor):
    builders.a_request(ada)
    assert starts(await read(made_for(ada))) == []


async def test_two_months_back_and_no_longer(ada: Actor):
    booked = builders.a_confirmed(ada)
    path = made_for(ada)
    end = builders.appointment_of(booked.reference).ends_at
    with builders.the_time_is(end + feeds.BACK - timedelta(seconds=1)):
        assert starts(await read(path)) == [TOMORROW]
    with builders.the_time_is(end + feeds.BACK):
        assert starts(await read(path)) == []


# Who may look


def mangled(path: str) -> dict[str, str]:
    token = path.removeprefix("/api/calendar/").removesuffix(".ics")
    return {
        "never made": "x" * len(token),
        "cut": token[:-1],
        "longer": token + "A",
        "in capitals": token.upper(),
        "of nothing": "%20",
        "very long": "x" * 101,
        "of other letters": "ü" * 40,
        "with a zero": token + "%00",
        "a pattern": "%25",
        "a quote": "'%20OR%20true--",
    }


async def test_whatever_is_wrong_with_an_address_there_is_nothing(ada: Actor):
    """Byte for byte: nobody learns whether it ever was one."""
    path = made_for(ada)
    answers = {
        name: await ask(f"/api/calendar/{token}.ics") for name, token in mangled(path).items()
    }
    db.transact(feeds.revoke, ada)
    answers["revoked"] = await ask(path)
    assert {answer.status_code for answer in answers.values()} == {404}
    assert len({answer.content for answer in answers.values()}) == 1
    assert len({tuple(answer.headers.multi_items()) for answer in answers.values()}) == 1


async def test_a_new_address_takes_the_place_of_the_old(ada: Actor):
    old = made_for(ada)
    new = made_for(ada)
    assert [(await ask(path)).status_code for path in (old, new)] == [404, 200]


async def test_one_persons_new_address_leaves_anothers_alone(ada: Actor, grace: Actor):
    path = made_for(grace)
    made_for(ada)
    db.transact(feeds.revoke, ada)
    assert (await ask(path)).status_code == 200


async def test_the_address_itself_is_nowhere_in_the_database(ada: Actor):
    token = made_for(ada).removeprefix("/api/calendar/").removesuffix(".ics")
    (kept,) = builders.rows_of(CalendarFeed)
    assert token.encode() not in kept.token_hash
    assert len(token) >= 43


async def test_looking_is_written_down_for_the_owner(ada: Actor):
    path = made_for(ada)
    assert (await ask(path)).status_code == 200
    found = db.query(feeds.find, ada)
    assert found
    assert found.last_read_at == NOW
    made_for(ada)
    found = db.query(feeds.find, ada)
    assert found
    assert found.last_read_at is None


async def test_who_tries_addresses_is_asked_for_patience(
    ada: Actor, monkeypatch: pytest.MonkeyPatch
):
    now = settings.current()
    few = replace(now, limits=replace(now.limits, feeds_per_address=Rate(3, HOUR)))
    monkeypatch.setattr(settings, "current", lambda: few)
    path = made_for(ada)
    tries = [await ask(f"/api/calendar/{'x' * 43}.ics") for _ in range(3)]
    assert {one.status_code for one in tries} == {404}
    refused = await ask(path)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
    assert (await ask(path, "198.51.100.9")).status_code == 200
    with builders.the_time_is(NOW + HOUR):
        assert (await ask(path)).status_code == 200


async def test_search_engines_and_stores_keep_out(ada: Actor):
    answer = await ask(made_for(ada))
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"


async def test_nobody_writes_to_it(ada: Actor):
    path = made_for(ada)
    async with asking() as client:
        for verb in ("POST", "PUT", "DELETE", "PROPFIND"):
            assert (await client.request(verb, path)).status_code == 405
