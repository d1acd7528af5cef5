"""Private pages at their door: whose they are, where everybody else is led, and what is kept."""

from datetime import timedelta

import httpx
import pytest

from practice import db
from practice.domain.actors import SYSTEM, Role
from practice.models.accounts import BrowserSession, Factor
from practice.pages import PRIVATE
from practice.practice import addresses
from practice.services.accounts import second_factor
from practice.services.accounts.sessions import hashed
from practice.site.seo.sitemap import robots
from tests.builders import NOW, a_client, change_row, rows_of, the_time_is
from tests.support.http_client import STUB, browser
from tests.support.signed_in import cookie_for, her_seat

pytestmark = pytest.mark.anyio
PAGES = addresses(PRIVATE)
OF_CLIENTS = [path for path, role in PAGES.items() if role is Role.CLIENT]
HERS = [path for path, role in PAGES.items() if role is Role.THERAPIST]


def in_language_of(path: str, there: str) -> str:
    return f"/it{there}" if path.startswith("/it") else there


async def answered(path: str, cookie: str = "", **headers: str) -> httpx.Response:
    async with browser() as client:
        return await client.get(path, headers={"cookie": cookie, **headers})


def a_client_s_cookie() -> str:
    client = a_client()
    assert client.account_id
    return cookie_for(client.account_id)


def test_both_surfaces_exist_in_both_languages():
    for code in ("", "/it"):
        mine = {path for path in OF_CLIENTS if path.startswith("/it") == bool(code)}
        places = ("", "/move", "/notices", "/calendar", "/devices")
        assert mine == {f"{code}/me{place}" for place in places}
        hers = {path for path in HERS if path.startswith("/it") == bool(code)}
        places = ("", "/notices", "/feedback", "/running", "/calendar", "/devices")
        assert hers == {f"{code}/portal{place}" for place in places}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("cookie", ["", "practice_session=", "practice_session=forged", "other=1"])
async def test_who_is_not_signed_in_is_led_to_the_door(house: str, path: str, cookie: str):
    answer = await answered(path, cookie)
    assert answer.status_code == 303
    assert answer.headers["location"] == in_language_of(path, "/sign-in")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content == b""


@pytest.mark.parametrize("path", PAGES)
async def test_each_is_led_to_the_own_pages(house: str, path: str):
    of_client = await answered(path, a_client_s_cookie())
    of_therapist = await answered(path, her_seat().cookie)
    own, other = (of_client, of_therapist) if path in OF_CLIENTS else (of_therapist, of_client)
    assert (own.status_code, own.text) == (200, STUB)
    assert own.headers["cache-control"] == "no-store"
    assert other.status_code == 303
    home = "/portal" if path in OF_CLIENTS else "/me"
    assert other.headers["location"] == in_language_of(path, home)


@pytest.mark.parametrize("path", PAGES)
async def test_a_head_tells_no_more_than_a_get(house: str, path: str):
    async with browser() as client:
        answer = await client.head(path)
    assert (answer.status_code, answer.content) == (303, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_page_can_only_be_read(house: str, method: str):
    async with browser() as client:
        answer = await client.request(method, "/me", headers={"cookie": a_client_s_cookie()})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", OF_CLIENTS)
async def test_a_known_etag_opens_nothing(house: str, path: str):
    """Without a session a browser is not even told that its old copy is still true."""
    own = await answered(path, a_client_s_cookie())
    assert (await answered(path, **{"if-none-match": own.headers["etag"]})).status_code == 303


@pytest.mark.parametrize("path", HERS)
async def test_the_portal_stays_shut_until_the_code_is_shown(house: str, path: str):
    cookie = her_seat().cookie
    (own,) = rows_of(BrowserSession)
    db.transact(second_factor.enrol, SYSTEM, account_id=own.account_id)
    change_row(Factor, confirmed_at=NOW)
    answer = await answered(path, cookie)
    assert answer.headers["location"] == in_language_of(path, "/sign-in/code")


@pytest.mark.parametrize("path", ["/me/", "/it/portal/", "/me/devices/?x=1"])
async def test_a_slash_too_many_is_forgiven(house: str, path: str):
    answer = await answered(path)
    assert (answer.status_code, answer.headers["location"]) == (
        308,
        path.replace("/?", "?").rstrip("/"),
    )


async def test_a_session_that_is_over_opens_no_page(house: str):
    cookie = a_client_s_cookie()
    with the_time_is(NOW + timedelta(days=14)):
        answer = await answered("/me", cookie)
    assert answer.headers["location"] == "/sign-in"


async def test_after_ending_another_device_one_is_back_at_the_list(house: str):
    client = a_client()
    assert client.account_id
    here, _there = cookie_for(client.account_id), cookie_for(client.account_id, "Safari, iPhone")
    other = next(
        one for one in rows_of(BrowserSession) if one.secret_hash != hashed(here.partition("=")[2])
    )
    async with browser() as own:
        done = await own.post(
            "/it/sign-out/one", data={"session": str(other.id)}, headers={"cookie": here}
        )
        self_ended = await own.post("/sign-out/all", headers={"cookie": here})
    assert done.headers["location"] == "/it/me/devices"
    assert self_ended.headers["location"] == "/sign-in"


def test_no_robot_is_invited():
    said = robots("https://practice.example")
    for path in PAGES:
        assert any(
            path.startswith(rule.rstrip("$"))
            for rule in (line.removeprefix("Disallow: ") for line in said.splitlines())
            if rule.startswith("/")
        )
