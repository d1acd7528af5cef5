"""The free times that stand on the booking page before its script has come."""

import base64
import hashlib
import re
from datetime import datetime
from html import unescape

import httpx
import pytest
from psycopg import OperationalError
from sqlalchemy.exc import DBAPIError

from practice.routes.prerender import PLACE, SCRIPT
from practice.services.booking import offers
from tests.builders import CALL, NOW, PAID, ZONE, a_call, a_client, change_type
from tests.support.http_client import browser
from tests.support.signed_in import cookie_for

pytestmark = pytest.mark.anyio
SLOT = re.compile(
    r'<a href="([^"]*)" class="slot[^"]*"><time datetime="([^"]*)">(\d\d:\d\d)</time>'
)


async def opened(path: str = "/book", cookie: str = "", **asked: str) -> httpx.Response:
    async with browser() as guest:
        return await guest.get(path, params=asked or None, headers={"cookie": cookie})


async def times(path: str = "/book", **asked: str) -> list[tuple[str, str, str]]:
    return [
        (unescape(way), start, shown)
        for way, start, shown in SLOT.findall((await opened(path, **asked)).text)
    ]


def is_empty(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and PLACE in answer.text


async def test_the_first_free_day_is_there_at_once(house: str):
    shown = await times()
    assert shown[0][2] == "09:00"
    assert {start[:10] for _way, start, _shown in shown} == {f"{NOW:%Y-%m-%d}"}


async def test_where_two_months_are_full_it_is_the_first_day_after_them(house: str):
    change_type(CALL, notice_minutes=70 * 24 * 60, horizon_days=120)
    assert {start[:10] for _way, start, _shown in await times()} == {"2027-02-01"}
    assert "February 2027" in (await opened()).text


async def test_it_shows_what_the_page_without_a_script_shows(house: str):
    assert await times() == await times(f"/plain/book/{CALL}")


async def test_each_time_leads_to_its_form(house: str):
    (way, _start, shown), *_others = await times()
    form = await opened(way.partition("#")[0])
    assert form.status_code == 200
    assert 'name="email"' in form.text
    assert shown in form.text


async def test_it_speaks_the_language_of_the_address(house: str):
    answer = await opened("/it/book")
    assert "Scelga un orario" in answer.text
    assert all(way.startswith("/it/plain/book/") for way, _start, _shown in await times("/it/book"))


async def test_a_day_and_a_zone_in_the_address_are_kept(house: str):
    days = re.findall(r"[?&]day=(\d{4}-\d\d-\d\d)", (await opened()).text)
    wanted = sorted(set(days))[2]
    shown = await times(day=wanted)
    assert {start[:10] for _way, start, _shown in shown} == {wanted}
    there = await times(day=wanted, tz="Asia/Kathmandu")
    assert {start[-6:] for _way, start, _shown in there} == {"+05:45"}


async def test_a_chosen_time_is_marked(house: str):
    (_way, start, _shown), *_others = await times()
    answer = await opened(day=start[:10], start=start)
    assert re.findall(r'class="slot on"><time datetime="([^"]*)"', answer.text) == [start]


@pytest.mark.parametrize(
    "said", [{"tz": "Atlantis"}, {"day": "tomorrow"}, {"day": "20261127"}, {"start": "now"}]
)
async def test_what_cannot_be_read_was_not_asked_for(house: str, said: dict[str, str]):
    assert await times(**said) == await times()


async def test_the_page_says_by_which_clock_unless_it_was_asked_for(house: str):
    assert f'data-usual="{ZONE.key}"' in (await opened()).text
    assert "data-usual" not in (await opened(tz="Asia/Kathmandu")).text


async def test_the_policy_lets_its_script_run_and_no_other(house: str):
    answer = await opened()
    (script,) = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert script == SCRIPT
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert re.findall(r"script-src ([^;]*)", policy) == [f"'self' 'sha256-{digest}'"]


async def test_another_answer_has_another_tag(house: str):
    before = await opened()
    assert (await opened()).headers["etag"] == before.headers["etag"]
    (_way, start, _shown), *_others = await times()
    a_call(start=datetime.fromisoformat(start))
    assert (await opened()).headers["etag"] != before.headers["etag"]


async def test_who_is_signed_in_is_not_taken_for_a_guest(house: str):
    client = a_client()
    assert client.account_id
    assert is_empty(await opened(cookie=cookie_for(client.account_id)))


@pytest.mark.parametrize("path", [f"/book/{PAID}", "/book/move", "/styleguide"])
async def test_pages_that_show_no_times_to_a_guest_stay_as_they_are(house: str, path: str):
    answer = await opened(path)
    assert answer.status_code == 404 or is_empty(answer)


async def test_where_nothing_is_free_the_page_says_so_itself(house: str):
    change_type(CALL, notice_minutes=61 * 24 * 60)
    assert is_empty(await opened())


async def test_a_database_that_is_away_keeps_nobody_from_the_page(
    house: str, monkeypatch: pytest.MonkeyPatch
):
    def away(*_given: object, **_named: object) -> None:
        raise DBAPIError("SELECT", None, OperationalError("gone"))

    monkeypatch.setattr(offers, "find_desk", away)
    assert is_empty(await opened())


async def test_a_time_that_is_gone_is_said_to_be(house: str):
    (_way, start, _shown), *_others = await times()
    a_call(start=datetime.fromisoformat(start))
    assert "not free any more" in (await opened(day=start[:10], start=start)).text
    assert "not free any more" not in (await opened()).text


async def test_a_device_is_not_asked_where_the_address_names_a_zone_that_is_none(house: str):
    assert "data-usual" not in (await opened(tz="Atlantis")).text
