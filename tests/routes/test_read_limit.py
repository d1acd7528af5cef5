"""M7: reading costs something, so one address may not read without end; and nobody pays twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from starlette.requests import Request

from practice import settings, token_buckets
from practice.environment import Rate
from practice.i18n import speaking
from practice.routes import health, negotiation, read_limit
from practice.routes.read_limit import Reads
from practice.settings import Settings
from practice.site.booking.views import clocks
from tests.builders import CALL
from tests.support.html_forms import words
from tests.support.http_client import browser

pytestmark = pytest.mark.anyio
FEW = 5
ZONES = f"/plain/book/{CALL}?zones=all"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings under which one address reads five pages in ten minutes."""
    known = settings.current()
    limits = replace(known.limits, reads=Rate(FEW, timedelta(minutes=10)))
    monkeypatch.setattr(settings, "current", lambda: replace(known, limits=limits))


async def read_out(guest: httpx.AsyncClient, path: str) -> httpx.Response:
    """The answer after everything that may be read was read."""
    for _ in range(FEW):
        assert (await guest.get(path)).status_code not in {429, 500}
    return await guest.get(path)


@pytest.mark.parametrize("code", ["en", "it"])
def test_m7_the_list_of_zones_is_drawn_once(code: str, monkeypatch: pytest.MonkeyPatch):
    with speaking(code):
        first = clocks._options("Europe/Rome")
        monkeypatch.setattr(clocks.zones, "zones", lambda: pytest.fail("drawn once more"))
        assert clocks._options("Europe/Rome") == first
        other = clocks._options("Asia/Tokyo")
    assert first.count(" selected>") == other.count(" selected>") == 1
    assert '<option value="Asia/Tokyo" selected>' in other


def test_a_zone_that_the_list_lacks_is_chosen_under_its_own_name():
    found = clocks._options("Asia/Calcutta")
    assert found.startswith('<option value="Asia/Calcutta" selected>Asia/Calcutta</option>')
    assert found.count(" selected>") == 1


async def test_m7_who_reads_dear_pages_without_end_is_asked_for_patience(house: str, few: None):
    async with browser() as guest:
        answer = await read_out(guest, ZONES)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 120
    assert answer.headers["cache-control"] == "no-store"
    assert "A little patience" in words(answer.text)


async def test_m7_patience_is_asked_for_in_the_language_of_the_address(house: str, few: None):
    async with browser() as guest:
        answer = await read_out(guest, f"/it{ZONES}")
    assert answer.status_code == 429
    assert '<html lang="it">' in answer.text
    assert "Un po’ di pazienza" in words(answer.text)


@pytest.mark.parametrize(
    "path",
    [ZONES, "/book", "/me", "/sign-in", "/nowhere", "/nowhere?search=a", "/manage/x", "/book/none"],
)
async def test_m7_all_that_is_made_anew_is_counted(house: str, few: None, path: str):
    async with browser() as guest:
        assert (await read_out(guest, path)).status_code == 429


async def test_m7_pages_of_different_kinds_are_one_count(house: str, few: None):
    async with browser() as guest:
        for path in (ZONES, "/book", "/sign-in", "/nowhere", "/plain/book"):
            assert (await guest.get(path)).status_code != 429
        assert (await guest.get("/sign-in")).status_code == 429


@pytest.mark.parametrize("path", ["/", "/it/about", "/privacy", "/robots.txt", "/og.png"])
async def test_m7_what_is_ready_in_memory_is_not_counted(practice: str, few: None, path: str):
    async with browser() as guest:
        await read_out(guest, path)
        assert (await guest.get(path)).status_code == 200


async def test_m7_a_neighbour_reads_on(house: str, few: None):
    async with browser() as guest, browser(address="203.0.113.8") as neighbour:
        assert (await read_out(guest, ZONES)).status_code == 429
        assert (await neighbour.get(ZONES)).status_code == 200


def scope_of(address: str) -> dict[str, object]:
    return {"type": "http", "headers": [], "client": (address, 1)}


def test_m7_tokens_come_back_one_by_one(monkeypatch: pytest.MonkeyPatch):
    """And whoever is refused is not put back further."""
    clock = [100.0]
    monkeypatch.setattr(read_limit, "monotonic", lambda: clock[0])
    reads = Reads(Settings.read({"PRACTICE_LIMIT_READS": "10/10"}))
    assert [reads.wait(scope_of("203.0.113.7")) for _ in range(10)] == [0] * 10
    assert [reads.wait(scope_of("203.0.113.7")) for _ in range(3)] == [1, 1, 1]
    clock[0] += 1
    assert reads.wait(scope_of("203.0.113.7")) == 0
    assert reads.wait(scope_of("203.0.113.7")) == 1


def test_m7_a_household_reads_at_one_rate_however_many_networks_it_has():
    reads = Reads(Settings.read({"PRACTICE_LIMIT_READS": "10/600"}))
    waits = [reads.wait(scope_of(f"2001:db8:0:{number}::1")) for number in range(15)]
    assert waits.count(0) == 10
    assert reads.wait(scope_of("2001:db8:1::1")) == 0


def test_m7_who_read_is_forgotten_when_too_many_did():
    reads = Reads(Settings.read({}))
    for _ in range(300):
        reads.wait(scope_of("198.51.100.1"))
    for number in range(token_buckets.MOST_NETWORKS + 500):
        reads.wait(scope_of(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"))
    assert len(reads.buckets.full_at) <= token_buckets.MOST_NETWORKS
    assert "198.51.100.1" in reads.buckets.full_at, "who read most is remembered longest"


def test_m7_limits_that_are_off_count_nothing():
    reads = Reads(Settings.read({"PRACTICE_LIMITS": "off", "PRACTICE_LIMIT_READS": "1/600"}))
    assert {reads.wait(scope_of("203.0.113.7")) for _ in range(5)} == {0}


def test_a_header_of_languages_without_an_end_is_read_to_its_first_thousand_letters():
    header = "it;q=0.5," + "x-y;q=0.1," * 30_000
    found = negotiation.weighed(header)
    assert found[0] == ("it", 0.5)
    assert len(found) < 200
    assert not negotiation.is_known('"tag"', "x," * 150_000 + '"tag"')


async def test_m7_who_asks_at_once_whether_it_is_ready_shares_one_look(
    monkeypatch: pytest.MonkeyPatch,
):
    looks: list[int] = []

    async def look() -> dict[str, str]:
        looks.append(1)
        await asyncio.sleep(0)
        return {"database": "ok"}

    monkeypatch.setattr(health, "_look", look)
    request = Request({"type": "http", "headers": []})
    answers = await asyncio.gather(*(health.readyz(request) for _ in range(20)))
    assert [answer.status_code for answer in answers] == [200] * 20
    assert len(looks) == 1
    await health.readyz(request)
    assert len(looks) == 2, "nothing is remembered"
