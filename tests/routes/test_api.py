"""The HTTP interface as a stranger meets it: answers, refusals, limits, and nothing given away."""

import asyncio
import json
import math
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
import time_machine
from sqlalchemy import func, select
from sqlmodel import Session
from starlette.requests import Request

from practice import authentication, db, runtime, settings
from practice.client_address import network_of
from practice.domain.actors import SYSTEM, Actor
from practice.domain.booking.status import Visibility
from practice.domain.clients.refusals import DiscoveryRequired
from practice.models.base import Table
from practice.models.booking import Booking
from practice.models.clients import Client
from practice.models.content import PrivacyText
from practice.models.outbox import OutboxRow
from practice.models.schedule import Block
from practice.routes import api
from practice.services.booking import cancel
from practice.services.calendar import groups
from practice.settings import Settings
from tests import builders
from tests.builders import CALL, GROUP, NOW, PAID, PRIVACY, THERAPIST, TOMORROW

pytestmark = pytest.mark.anyio
ANSWERS = "application/json"


@asynccontextmanager
async def asking(address: str = "203.0.113.7") -> AsyncIterator[httpx.AsyncClient]:
    """Many clients at once would wait for each other in the pool of connections, as they should."""
    transport = httpx.ASGITransport(api.make(), client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Without the floor, which most tests need not wait for."""
    return set_to(monkeypatch, answer_floor=timedelta(0))


def set_to(monkeypatch: pytest.MonkeyPatch, **different: Any) -> Settings:
    now = replace(settings.current(), **different)
    monkeypatch.setattr(settings, "current", lambda: now)
    return now


def sign_in(monkeypatch: pytest.MonkeyPatch, actor: Actor) -> None:
    """Whatever cookie comes."""

    async def found(_cookie: str | None) -> Actor:
        return actor

    monkeypatch.setattr(authentication, "actor_for", found)


def without_limits(monkeypatch: pytest.MonkeyPatch) -> Settings:
    return set_to(monkeypatch, limits=replace(settings.current().limits, are_on=False))


def a_body(at: datetime = TOMORROW, **different: Any) -> dict[str, Any]:
    said = {
        "session_type": CALL,
        "start": at.isoformat(),
        "name": "Giulia Ferri",
        "email": f"giulia{next(builders._numbers)}@example.org",
        "phone": "+39 040 123456",
        "time_zone": "Europe/Berlin",
        "place": "video",
        "privacy_version": PRIVACY,
    }
    return {**said, **different}


async def book(
    client: httpx.AsyncClient, body: Mapping[str, Any], key: str | None = None, **headers: str
) -> httpx.Response:
    key = key or f"key-{next(builders._numbers)}"
    return await client.post(
        "/api/bookings", json=body, headers={"Idempotency-Key": key, **headers}
    )


def how_many(table: type[Table]) -> int:
    def work(session: Session, _actor: Actor) -> int:
        return session.connection().scalar(select(func.count()).select_from(table)) or 0

    return db.query(work, SYSTEM)


def slots_of(answer: httpx.Response) -> list[str]:
    return [one["start"] for one in answer.json()["slots"]]


async def ask_slots(client: httpx.AsyncClient, **asked: str) -> httpx.Response:
    said = {"session_type": CALL, "from": "2026-11-24", "to": "2026-11-24", "tz": "Europe/Berlin"}
    return await client.get("/api/slots", params={**said, **asked})


# What can be booked


async def test_session_types_say_what_is_locked_and_what_opens_it(house: str):
    async with asking() as client:
        said = (await client.get("/api/session-types")).json()
    by_slug = {one["slug"]: one for one in said["session_types"]}
    assert said["privacy_version"] == PRIVACY
    assert (by_slug[CALL]["locked"], by_slug[CALL]["why"]) == (False, None)
    assert (by_slug[PAID]["locked"], by_slug[PAID]["why"]) == (True, DiscoveryRequired.message)
    assert by_slug[PAID]["price_cents"] == 8000
    assert by_slug[GROUP]["capacity"] == 3
    assert by_slug[CALL]["places"] == ["video", "phone"]


async def test_words_come_in_the_language_of_the_request(house: str):
    async with asking() as client:
        answer = await client.get("/api/session-types", headers={"accept-language": "it"})
    why = [one["why"] for one in answer.json()["session_types"] if one["locked"]]
    assert "Si apre dopo la prima chiamata, che è gratuita." in why


@pytest.mark.parametrize("visible", [Visibility.LINK, Visibility.THERAPIST])
async def test_types_that_are_not_public_are_not_listed(house: str, visible: Visibility):
    builders.change_type(CALL, visible=visible)
    async with asking() as client:
        said = (await client.get("/api/session-types")).json()
        slots = await ask_slots(client)
    assert CALL not in [one["slug"] for one in said["session_types"]]
    assert slots.status_code == (200 if visible is Visibility.LINK else 404)


# Free times


async def test_slots_are_instants_with_the_offset_of_the_zone_that_asked(house: str):
    async with asking() as client:
        said = (await ask_slots(client, tz="America/New_York")).json()
    assert said["time_zone"] == "America/New_York"
    first = said["slots"][0]
    assert first == {
        "start": "2026-11-24T03:00:00-05:00",
        "end": "2026-11-24T03:20:00-05:00",
        "remaining": 1,
    }
    assert len(said["slots"]) == 16


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu"])
async def test_a_slot_belongs_to_the_day_of_its_start_where_the_asker_is(house: str, zone: str):
    """The days of one asked for one by one are the same as asked for together."""
    days = [date(2026, 11, 23) + timedelta(days=n) for n in range(4)]
    async with asking() as client:
        together = slots_of(
            await ask_slots(client, tz=zone, **{"from": str(days[0]), "to": str(days[-1])})
        )
        alone = [
            slots_of(await ask_slots(client, tz=zone, **{"from": str(day), "to": str(day)}))
            for day in days
        ]
    assert together == [one for found in alone for one in found]
    for day, found in zip(days, alone, strict=True):
        assert all(datetime.fromisoformat(one).date() == day for one in found)
    assert together


async def test_both_days_are_included_and_62_are_the_most(house: str):
    async with asking() as client:
        longest = await ask_slots(client, **{"from": "2026-11-23", "to": "2027-01-23"})
        too_long = await ask_slots(client, **{"from": "2026-11-23", "to": "2027-01-24"})
        backwards = await ask_slots(client, **{"from": "2026-11-25", "to": "2026-11-24"})
    assert longest.status_code == 200
    for refused in (too_long, backwards):
        assert (refused.status_code, list(refused.json()["error"]["details"])) == (422, ["to"])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "tomorrow"}, "from"),
        ({"from": "1732406400"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"to": "2026-11-24T00:00:00"}, "to"),
        ({"tz": "Middle/Earth"}, "tz"),
        ({"tz": "../../etc/passwd"}, "tz"),
        ({"tz": "Europe/Berlin\0"}, "tz"),
        ({"session_type": "x" * 81}, "session_type"),
    ],
)
async def test_a_wrong_question_names_its_field(house: str, asked: dict[str, str], field: str):
    async with asking() as client:
        answer = await ask_slots(client, **asked)
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == [field]


@pytest.mark.parametrize(("day"), ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
async def test_the_ends_of_time_have_no_slots(house: str, day: str, zone: str):
    async with asking() as client:
        answer = await ask_slots(client, tz=zone, **{"from": day, "to": day})
    assert (answer.status_code, answer.json()["slots"]) == (200, [])


async def test_a_locked_type_has_no_times_and_an_unknown_one_is_not_found(house: str):
    async with asking() as client:
        locked = await ask_slots(client, session_type=PAID)
        unknown = await ask_slots(client, session_type="friendship")
    assert (locked.status_code, locked.json()["error"]["code"]) == (403, "discovery_required")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")


async def test_a_group_says_how_many_places_are_left(house: str, monkeypatch: pytest.MonkeyPatch):
    client_actor = builders.a_client(intake_completed_at=NOW)
    builders.change_type(GROUP, price_cents=0)
    db.transact(groups.open_group, THERAPIST, slug=GROUP, start=TOMORROW)
    builders.a_session(client_actor, GROUP)
    another = builders.a_client(intake_completed_at=NOW)
    sign_in(monkeypatch, another)
    async with asking() as client:
        said = (await ask_slots(client, session_type=GROUP)).json()
    assert [(one["start"], one["remaining"]) for one in said["slots"]] == [
        ("2026-11-24T09:00:00+01:00", 2)
    ]


# Booking


async def test_a_guest_books_the_first_call(house: str, quick: Settings):
    async with asking() as client:
        answer = await book(client, a_body())
        slots = slots_of(await ask_slots(client))
    said = answer.json()
    assert answer.status_code == 201
    assert re.fullmatch(r"[A-Z]{3}-[0-9]{3}-[A-Z]{2}", said["reference"])
    assert said["status"] == "confirmed"
    assert datetime.fromisoformat(said["starts_at"]) == TOMORROW
    assert datetime.fromisoformat(said["ends_at"]) == TOMORROW + timedelta(minutes=20)
    assert said["manage_url"].startswith(f"http://localhost:3000/manage/{said['reference']}/")
    assert "2026-11-24T09:00:00+01:00" not in slots


async def test_a_guest_gets_nothing_but_the_first_call(house: str, quick: Settings):
    async with asking() as client:
        answer = await book(client, a_body(session_type=PAID))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "discovery_required")
    assert how_many(Booking) == 0


async def test_who_comes_second_is_offered_the_next_free_times(house: str, quick: Settings):
    builders.a_call(start=TOMORROW)
    async with asking() as client:
        answer = await book(client, a_body(TOMORROW))
        said = answer.json()["error"]
        again = await book(client, a_body(start=said["details"]["alternatives"][0]))
    assert (answer.status_code, said["code"]) == (409, "slot_taken")
    assert said["message"] == "That time has just been taken. These are free:"
    assert len(said["details"]["alternatives"]) == 3
    assert again.status_code == 201


@pytest.mark.parametrize(
    "start",
    [
        TOMORROW + timedelta(minutes=1),
        TOMORROW - timedelta(hours=5),
        NOW - timedelta(days=1),
        NOW + timedelta(days=100),
        datetime(2199, 1, 1, 9, tzinfo=ZoneInfo("UTC")),
        datetime(2000, 6, 1, 9, tzinfo=ZoneInfo("UTC")),
    ],
)
async def test_what_is_not_offered_cannot_be_booked(house: str, quick: Settings, start: datetime):
    async with asking() as client:
        answer = await book(client, a_body(start))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "slot_taken")
    assert answer.json()["error"]["details"]["alternatives"]


async def test_the_second_call_of_one_who_is_signed_in_is_refused(
    house: str, quick: Settings, monkeypatch: pytest.MonkeyPatch
):
    client_actor = builders.a_client(discovered=False)
    builders.a_session(client_actor, CALL)
    sign_in(monkeypatch, client_actor)
    async with asking() as client:
        answer = await book(client, a_body(TOMORROW + timedelta(hours=1)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "discovery_open")


async def test_a_paid_session_is_held_for_who_is_signed_in(
    house: str, quick: Settings, monkeypatch: pytest.MonkeyPatch
):
    client_actor = builders.a_client()
    sign_in(monkeypatch, client_actor)
    async with asking() as client:
        answer = await book(client, a_body(session_type=PAID))
    assert (answer.status_code, answer.json()["status"]) == (201, "held")


async def test_a_known_person_is_answered_like_a_stranger(house: str, quick: Settings):
    """Client, provisional, unknown: the same words, the same headers."""
    builders.a_client(email="known@example.org")
    builders.a_call(builders.a_guest(email="guest@example.org"), TOMORROW)
    answers: list[httpx.Response] = []
    async with asking() as client:
        for number, email in enumerate(["known", "guest", "stranger"]):
            start = TOMORROW + timedelta(days=1, minutes=30 * number)
            # The day's share of guests is not what is compared here.
            answers.append(
                await book(
                    client,
                    a_body(start + timedelta(days=number // 2), email=f"{email}@example.org"),
                )
            )
    assert {one.status_code for one in answers} == {201}
    assert len({tuple(sorted(one.json())) for one in answers}) == 1
    assert len({tuple(sorted(one.headers)) for one in answers}) == 1


@pytest.mark.parametrize(
    ("different", "fields"),
    [
        ({"name": "   "}, {"name"}),
        ({"name": "A\nB\x00"}, {"name"}),
        ({"email": "no address"}, {"email"}),
        ({"phone": "call me"}, {"phone"}),
        ({"time_zone": "Mars/Olympus"}, {"time_zone"}),
        ({"privacy_version": "1999"}, {"privacy_version"}),
        ({"start": "2026-11-24T09:00:00"}, {"start"}),
        ({"start": "soon"}, {"start"}),
        ({"start": "0001-01-01T00:00:00+14:00"}, {"start"}),
        ({"language": "tlh"}, {"language"}),
        ({"place": "moon"}, {"place"}),
        ({"place": None}, {"place"}),
        ({"place": "in_person"}, {"place"}),
        ({"note": "x" * 4001}, {"note"}),
        ({"favourite_colour": "blue"}, {"favourite_colour"}),
        ({"name": "", "email": "", "phone": ""}, {"name", "email", "phone"}),
        (
            {"name": " ", "email": "x", "phone": "x", "start": "x", "privacy_version": "x"},
            {"name", "email", "phone", "start", "privacy_version"},
        ),
    ],
)
async def test_every_wrong_field_is_named(
    house: str, quick: Settings, different: dict[str, Any], fields: set[str]
):
    async with asking() as client:
        answer = await book(client, a_body(**different))
    said = answer.json()["error"]
    assert (answer.status_code, said["code"]) == (422, "invalid")
    assert set(said["details"]) == fields
    assert how_many(Booking) == 0


EVIL: list[Any] = [
    None,
    True,
    7,
    10**400,
    math.nan,
    [],
    {},
    {"$gt": ""},
    "",
    "\x00",
    "\ud800",
    "\u202egnp.exe",
    "x" * 65_000,
    "'; DROP TABLE bookings; --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "🫶" * 50,
]


@pytest.mark.parametrize("field", sorted(a_body()))
async def test_nothing_that_is_sent_breaks_it(
    house: str, quick: Settings, monkeypatch: pytest.MonkeyPatch, field: str
):
    without_limits(monkeypatch)
    async with asking() as client:
        for number, evil in enumerate(EVIL):
            headers = {"Idempotency-Key": f"k{number}", "content-type": ANSWERS}
            body = json.dumps({**a_body(), field: evil})
            answer = await client.post("/api/bookings", content=body, headers=headers)
            assert answer.status_code in {201, 404, 409, 413, 422}, evil
            assert answer.headers["content-type"] == ANSWERS
            if answer.status_code == 422:
                assert list(answer.json()["error"]["details"]) == [field], evil


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b"7", b'"text"', b"\xff\xfe", b"[" * 60_000, b'{"a":' * 9_000],
    ids=range(9),
)
@pytest.mark.parametrize("kind", [ANSWERS, "text/plain", "application/xml", ""])
async def test_a_body_that_is_no_object_is_refused(
    house: str, quick: Settings, body: bytes, kind: str
):
    headers = {"Idempotency-Key": "k", "content-type": kind}
    async with asking() as client:
        answer = await client.post("/api/bookings", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]


async def test_a_body_beyond_the_limit_is_cut_off_while_it_arrives(house: str, quick: Settings):
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 50_000_000:
            sent += 16_384
            yield b" " * 16_384

    headers = {"Idempotency-Key": "k", "content-type": ANSWERS}
    async with asking() as client:
        answer = await client.post("/api/bookings", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert sent < 200_000


@pytest.mark.parametrize("key", [None, "", "x" * 256])
async def test_a_booking_needs_its_key(house: str, quick: Settings, key: str | None):
    headers = {} if key is None else {"Idempotency-Key": key}
    async with asking() as client:
        answer = await client.post("/api/bookings", json=a_body(), headers=headers)
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/bookings", 405, "method_not_allowed"),
        ("DELETE", "/api/slots", 405, "method_not_allowed"),
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api/", 404, "not_found"),
    ],
)
async def test_what_is_not_there_says_so_in_the_same_shape(
    house: str, method: str, path: str, status: int, code: str
):
    async with asking() as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


# The same request again


async def test_the_same_key_and_body_get_the_same_answer(house: str, quick: Settings):
    body = a_body()
    async with asking() as client:
        first = await book(client, body, "one")
        second = await book(client, body, "one")
        other = await book(client, {**body, "name": "Somebody Else"}, "one")
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_mismatch")
    assert how_many(Booking) == 1


async def test_a_hundred_requests_with_one_key_make_one_booking(house: str, quick: Settings):
    body = a_body()
    async with asking() as client:
        answers = await asyncio.gather(*(book(client, body, "one") for _ in range(100)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.text for one in answers}) == 1
    assert (how_many(Booking), how_many(Client), how_many(OutboxRow)) == (1, 1, 3)


async def test_the_answer_is_rebuilt_as_it_was_even_after_the_booking_was_cancelled(
    house: str, quick: Settings
):
    body = a_body()
    async with asking() as client:
        first = await book(client, body, "one")
        db.transact(cancel.cancel, THERAPIST, reference=first.json()["reference"])
        second = await book(client, body, "one")
    assert first.text == second.text


async def test_a_refused_request_may_be_sent_again_under_its_key(house: str, quick: Settings):
    taken = builders.a_call(start=TOMORROW)
    body = a_body(TOMORROW)
    async with asking() as client:
        refused = await book(client, body, "one")
        db.transact(cancel.cancel, THERAPIST, reference=taken.reference)
        accepted = await book(client, body, "one")
    assert (refused.status_code, accepted.status_code) == (409, 201)


async def test_a_key_is_forgotten_after_two_days(house: str, quick: Settings):
    async with asking() as client:
        first = await book(client, a_body(TOMORROW), "one")
        with time_machine.travel(NOW + timedelta(hours=48), tick=False):
            second = await book(client, a_body(NOW + timedelta(days=3, hours=1)), "one")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["reference"] != second.json()["reference"]


async def test_a_key_belongs_to_the_address_it_came_from(house: str, quick: Settings):
    async with asking("203.0.113.7") as one, asking("203.0.113.8") as other:
        first = await book(one, a_body(TOMORROW), "one")
        second = await book(other, a_body(TOMORROW + timedelta(hours=1)), "one")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["reference"] != second.json()["reference"]


# Limits


async def test_the_sixth_try_from_an_address_has_to_wait(house: str, quick: Settings):
    async with asking() as client:
        tries = [await book(client, a_body(session_type=PAID)) for _ in range(6)]
        wait = int(tries[-1].headers["retry-after"])
    async with asking("203.0.113.8") as neighbour:
        free = await book(neighbour, a_body(session_type=PAID))
    assert [one.status_code for one in tries] == [403] * 5 + [429]
    assert tries[-1].json()["error"]["code"] == "too_many"
    assert wait == 600
    assert free.status_code == 403
    with time_machine.travel(NOW + timedelta(seconds=wait), tick=False):
        async with asking() as client:
            assert (await book(client, a_body(session_type=PAID))).status_code == 403


async def test_wrong_input_is_not_counted_as_a_try(house: str, quick: Settings):
    async with asking() as client:
        for _ in range(8):
            assert (await book(client, a_body(email="x"))).status_code == 422
        assert (await book(client, a_body())).status_code == 201


async def test_nobody_books_more_than_three_calls_from_one_address(house: str, quick: Settings):
    days = [TOMORROW + timedelta(days=n) for n in range(4)]
    days[-1] = TOMORROW + timedelta(hours=3)
    async with asking() as client:
        answers = [await book(client, a_body(day)) for day in days]
    assert [one.status_code for one in answers] == [201, 201, 201, 429]


async def test_an_address_has_two_calls_under_its_e_mail(house: str, quick: Settings):
    answers: list[httpx.Response] = []
    for number in range(3):
        async with asking(f"203.0.113.{number}") as client:
            body = a_body(TOMORROW + timedelta(days=number), email="one@example.org")
            answers.append(await book(client, body))
    assert [one.status_code for one in answers] == [201, 201, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("hops", "forwarded", "one_and_the_same"),
    [
        (0, ["1.1.1.{n}"], True),
        (1, ["9.9.9.{n}, 1.1.1.1"], True),
        (1, ["9.9.9.9, 1.1.1.{n}"], False),
        (2, ["9.9.9.{n}, 1.1.1.1, 10.0.0.1"], True),
        (1, ["2001:db8:1:1::{n}"], True),
        (1, ["2001:db8:1:{n}::1"], False),
        (1, ["nonsense {n}"], True),
        (1, ["::ffff:1.1.1.{n}"], False),
    ],
)
async def test_an_address_is_believed_as_far_as_our_own_proxies_go(
    house: str,
    quick: Settings,
    monkeypatch: pytest.MonkeyPatch,
    hops: int,
    forwarded: list[str],
    one_and_the_same: bool,
):
    set_to(monkeypatch, trusted_proxy_hops=hops)
    async with asking("10.0.0.1") as client:
        tries = [
            await book(
                client,
                a_body(session_type=PAID),
                **{"X-Forwarded-For": forwarded[0].format(n=number)},
            )
            for number in range(1, 8)
        ]
    assert ([one.status_code for one in tries][-1] == 429) is one_and_the_same


async def test_the_floor_and_the_limits_are_on_unless_said_otherwise(house: str):
    assert Settings.read({}).limits.are_on
    async with asking() as client:
        started = perf_counter()
        answers = [await book(client, a_body(session_type=PAID)) for _ in range(6)]
        took = perf_counter() - started
    assert answers[-1].status_code == 429
    assert took >= 6 * 0.25


async def test_a_machine_that_fills_every_field_gets_a_success_that_books_nothing(
    house: str, quick: Settings
):
    body = a_body()
    async with asking() as client:
        lured = await book(client, {**body, "website": "https://spam.example"}, "one")
        again = await book(client, {**body, "website": "https://spam.example"}, "one")
        honest = await book(client, body, "two")
    assert (lured.status_code, honest.status_code) == (201, 201)
    assert lured.text == again.text
    assert set(lured.json()) == set(honest.json())
    assert lured.json()["status"] == honest.json()["status"]
    assert len(lured.json()["manage_url"]) == len(honest.json()["manage_url"])
    assert (how_many(Booking), how_many(OutboxRow)) == (1, 3)


async def test_a_calendar_that_cannot_be_had_says_when_to_come_back(
    house: str, quick: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(db, "GATE_WAIT", 0.1)
    with psycopg.connect(house) as rogue:
        rogue.execute("LOCK TABLE calendar_gate IN EXCLUSIVE MODE")
        async with asking() as client:
            answer = await book(client, a_body())
        rogue.rollback()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
    assert int(answer.headers["retry-after"]) > 0


async def test_the_description_is_the_truth_about_every_call(house: str):
    async with asking() as client:
        said = (await client.get("/api/openapi.json")).json()
    calls = {(method, path) for path, item in said["paths"].items() for method in item}
    assert calls == {
        ("get", "/api/session-types"),
        ("get", "/api/slots"),
        ("post", "/api/bookings"),
    }
    assert "422" in said["paths"]["/api/slots"]["get"]["responses"]
    assert "HTTPValidationError" not in said["components"]["schemas"]


async def test_what_was_booked_by_a_service_is_not_told_to_a_guest(house: str):
    """A reference opens nothing."""
    reference = builders.a_call().reference
    async with asking() as client:
        for path in (f"/api/bookings/{reference}", f"/api/bookings?reference={reference}"):
            assert (await client.get(path)).status_code in {404, 405}


async def test_a_guest_is_told_about_the_gate_before_anything_else(house: str, quick: Settings):
    """Whatever else is wrong with the wish for another type."""
    async with asking() as client:
        for place in (None, "phone"):
            answer = await book(client, a_body(session_type=PAID, place=place))
            assert (answer.status_code, answer.json()["error"]["code"]) == (
                403,
                "discovery_required",
            )


async def test_a_newer_privacy_text_does_not_change_an_answer_that_was_given(
    house: str, quick: Settings
):
    def publish(session: Session, _actor: Actor) -> None:
        session.add(PrivacyText(version="new", effective_on=NOW.date(), body={"en": "New"}))

    body = a_body()
    async with asking() as client:
        first = await book(client, body, "one")
        db.transact(publish, SYSTEM)
        again = await book(client, body, "one")
        other = await book(client, a_body(TOMORROW + timedelta(hours=1)))
    assert (again.status_code, again.text) == (201, first.text)
    assert list(other.json()["error"]["details"]) == ["privacy_version"]


async def test_days_blocked_for_ever_break_nothing(house: str, quick: Settings):
    def block(session: Session, _actor: Actor) -> None:
        session.add(Block.days(date(2026, 11, 26), date(9999, 12, 31), "Pacific/Kiritimati"))
        session.add(Block.days(date(1, 1, 1), date(2026, 11, 23), "Pacific/Niue"))

    db.transact(block, SYSTEM)
    async with asking() as client:
        days = {"from": "2026-11-20", "to": "2026-12-20"}
        found = {one[:10] for one in slots_of(await ask_slots(client, **days))}
        answer = await book(client, a_body(TOMORROW + timedelta(days=7)))
    assert found == {"2026-11-24", "2026-11-25"}
    assert answer.status_code == 409


async def test_where_nothing_is_free_nothing_is_promised(house: str, quick: Settings):
    def block(session: Session, _actor: Actor) -> None:
        session.add(Block.days(NOW.date(), NOW.date() + timedelta(days=365), "Europe/Berlin"))

    db.transact(block, SYSTEM)
    async with asking() as client:
        said = (await book(client, a_body())).json()["error"]
    assert said["details"]["alternatives"] == []
    assert said["message"] == "That time has just been taken."


async def test_what_is_free_after_a_long_holiday_is_found(house: str, quick: Settings):
    def block(session: Session, _actor: Actor) -> None:
        session.add(Block.days(NOW.date(), NOW.date() + timedelta(days=30), "Europe/Berlin"))

    db.transact(block, SYSTEM)
    async with asking() as client:
        said = (await book(client, a_body())).json()["error"]
    assert said["details"]["alternatives"][0] == "2026-12-24T08:00:00+00:00"


@pytest.mark.parametrize("zone", ["localtime", "Factory", "posixrules"])
async def test_a_zone_that_is_another_on_every_machine_is_none(house: str, zone: str):
    async with asking() as client:
        answer = await ask_slots(client, tz=zone)
    assert list(answer.json()["error"]["details"]) == ["tz"]


@pytest.mark.parametrize(
    ("said", "network"),
    [
        ("198.51.100.7:40001", "198.51.100.7"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_what_a_proxy_writes_is_read_with_and_without_a_port(said: str, network: str):
    headers = [(b"x-forwarded-for", said.encode())]
    request = Request({"type": "http", "headers": headers, "client": ("10.0.0.1", 1)})
    assert network_of(request, 1) == network


async def until_they_wait(rogue: psycopg.Connection) -> None:
    """As many as may wait at once; the calendar's lock is the only one that anybody wants."""
    waiting = (
        b"SELECT count(*) FROM pg_locks WHERE NOT granted AND database = "
        b"(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    for _ in range(200):
        found = rogue.execute(waiting).fetchone()
        if found and found[0] >= runtime.AT_THE_GATE:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("nobody came to the gate")


async def test_whoever_waits_at_the_gate_stops_nobody_from_reading(
    house: str, quick: Settings, monkeypatch: pytest.MonkeyPatch
):
    """DB7 with many more callers than threads: all are told in time, and readers notice nothing."""
    without_limits(monkeypatch)
    monkeypatch.setattr(db, "GATE_WAIT", 2.0)
    waited: list[float] = []

    async def wish(client: httpx.AsyncClient) -> int:
        started = perf_counter()
        answer = await book(client, a_body())
        waited.append(perf_counter() - started)
        return answer.status_code

    with psycopg.connect(house) as rogue:
        rogue.execute("LOCK TABLE calendar_gate IN EXCLUSIVE MODE")
        async with asking() as client:
            wishes = [asyncio.create_task(wish(client)) for _ in range(24)]
            await until_they_wait(rogue)
            started = perf_counter()
            read = await ask_slots(client)
            reading = perf_counter() - started
            statuses = await asyncio.gather(*wishes)
        rogue.rollback()
    async with asking() as client:
        after = await book(client, a_body())
    assert set(statuses) == {503}
    assert (read.status_code, after.status_code) == (200, 201)
    # One wait of two seconds, not three of them in a row; and readers do not wait for it to end.
    assert max(waited) < 4
    assert reading < 1.4
