"""Booking, moving and cancelling as somebody does whose browser runs no script."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage
from tests.support import portal_process
from tests.support.appearances import axe_in_all_looks, sticks_out
from tests.support.html_forms import links, typed
from tests.support.portal_process import Server

PATH = "/plain/book/discovery"
WHO = {"name": "Giulia Ferri", "phone": "+39 040 123456"}
_guests = count(1)


def an_email() -> str:
    return f"giulia{next(_guests)}@example.org"


class Guest:
    """Somebody else, at another browser, who is quicker."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.web = httpx.Client(base_url=base, headers={"origin": base})

    def form(self, path: str = PATH, at: int = 0) -> dict[str, str]:
        times = links(self.web.get(path).text, "start=")
        page = self.web.get(times[at]).text
        version = re.findall(r'name="privacy_version"[^>]*value="([^"]+)"', page) or re.findall(
            r'value="([^"]+)"[^>]*name="privacy_version"', page
        )
        return {**typed(page), **WHO, "email": an_email(), "privacy_version": version[0]}

    def book(self, form: dict[str, str]) -> str:
        answer = self.web.post(PATH, data=form)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[portal_process.Server]:
    """One of their own, which lets one address book as often as these journeys do."""
    own = tmp_path_factory.mktemp("plain")
    said = {"PRACTICE_NOW": portal_process.MORNING, "PRACTICE_LIMITS": "off"}
    with portal_process.running(own, own / "server.log", **said) as found:
        yield found


@pytest.fixture(scope="module")
def guest(portal: Server) -> Iterator[Guest]:
    found = Guest(portal.base)
    yield found
    found.web.close()


@pytest.fixture(scope="module")
def key(guest: Guest) -> str:
    """Of a booking that nobody moves."""
    return guest.book(guest.form(f"{PATH}?from=2026-12-01")).removeprefix("/booked")


def fill(page: Page) -> None:
    page.get_by_label("Name").fill(WHO["name"])
    page.get_by_label("E-mail").fill(an_email())
    page.get_by_role("textbox", name="Phone").fill(WHO["phone"])
    page.get_by_label("I have read the").check()


def test_a_guest_books_moves_and_cancels_without_a_script(open_page: OpenPage, portal: Server):
    page = open_page(PATH, wide=360, java_script_enabled=False)
    page.get_by_role("link", name=re.compile("^26 November")).click()
    page.get_by_role("list").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="And who is calling?")).to_be_visible()
    # A dropped connection: the address brings everything back.
    page.reload()
    fill(page)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re booked")
    booked = page.url
    page.reload()
    assert page.url == booked
    page.get_by_role("link", name="Move or cancel").click()
    page.get_by_role("link", name="Move it").click()
    page.get_by_role("link", name=re.compile("^27 November")).click()
    page.get_by_role("list").get_by_role("link").first.click()
    page.get_by_role("button", name=re.compile("^Move it to Friday at")).click()
    expect(page.get_by_role("status")).to_have_text(re.compile("It has a new time."))
    expect(page.locator(".plate-date")).to_have_text("27 November")
    page.get_by_role("link", name="Cancel it").click()
    expect(page.get_by_text("Cancelling costs nothing.")).to_be_visible()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This time is cancelled")
    page.goto(booked)
    expect(page.get_by_role("heading", level=1)).to_have_text("This time is cancelled")


def test_who_loses_the_time_takes_the_next_one_with_one_button(open_page: OpenPage, guest: Guest):
    page = open_page(PATH, wide=360, java_script_enabled=False)
    page.get_by_role("list").get_by_role("link").nth(1).click()
    fill(page)
    guest.book(guest.form(at=1))
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That time has just been taken")
    assert page.locator(".alt input").first.evaluate("one => one === document.activeElement")
    first = page.get_by_role("button", name=re.compile("^Book .* at ")).inner_text()
    page.locator(".alt").nth(1).click()
    second = page.get_by_role("button", name=re.compile("^Book .* at ")).inner_text()
    assert first != second
    page.get_by_role("button", name="Change the phone number").click()
    expect(page.get_by_role("textbox", name="Phone")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value(WHO["name"])
    expect(page.locator(".chosen")).to_contain_text(second.rpartition(" ")[2])
    # The Enter key books; it changes nothing else.
    page.get_by_role("textbox", name="Phone").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re booked")


def test_by_the_keyboard_alone(open_page: OpenPage):
    page = open_page(PATH, java_script_enabled=False)
    page.get_by_role("link", name=re.compile("^27 November")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Friday 27 November"))).to_be_visible()
    page.get_by_role("list").get_by_role("link").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio").first.focus()
    order: list[Any] = []
    for _ in range(7):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.name || document.activeElement.href"))
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            page.keyboard.press("Enter")
    assert [one for one in order if one][:4] == ["name", "email", "phone", "note"]
    assert "privacy_version" in order


# Every page, and every state of it


def states(guest: Guest, key: str) -> dict[str, Callable[[Page], Any]]:
    """How each is reached; the forms are sent by the page itself."""

    def at(path: str) -> Callable[[Page], Any]:
        return lambda page: page.goto(guest.base + path)

    def sent(**different: str) -> Callable[[Page], Any]:
        def act(page: Page) -> None:
            page.goto(guest.base + PATH)
            page.locator(".slot").first.click()
            page.evaluate(
                """said => {
                    const form = document.querySelector('main form')
                    for (const [name, value] of Object.entries(said))
                        for (const one of form.querySelectorAll(`[name=${name}]`)) one.value = value
                    form.noValidate = true
                    form.submit()
                }""",
                {**WHO, "email": "giulia@example.org", **different},
            )
            page.wait_for_load_state("networkidle")

        return act

    def consented(page: Page) -> None:
        page.goto(guest.base + PATH)
        page.locator(".slot").first.click()
        fill(page)
        gone = datetime(2026, 11, 29, 9).astimezone().isoformat()
        page.evaluate("at => { document.querySelector('[name=start]').value = at }", gone)
        page.get_by_role("button", name="Book this time").click()

    return {
        "month": at(PATH),
        "zones": at(f"{PATH}?zones=all"),
        "far": at(f"{PATH}?from=2027-06-01&tz=Mars"),
        "locked": at("/plain/book/individual"),
        "form": lambda page: (at(PATH)(page), page.locator(".slot").first.click()),
        "errors": sent(name=" ", phone="1"),
        "taken": consented,
        "booked": at(f"/booked{key}"),
        "manage": at(f"/manage{key}"),
        "cancel": at(f"/manage{key}/cancel"),
        "move": at(f"/manage{key}/move"),
        "confirm": lambda page: (
            at(f"/manage{key}/move")(page),
            page.locator(".slot").first.click(),
        ),
    }


TITLES = {
    "locked": "Individual session",
    "taken": "That time cannot be booked",
    "booked": "You’re booked",
    "manage": "Your call",
    "cancel": "Cancel this call?",
    "move": "Another time for your call",
    "confirm": "Another time for your call",
}


def test_axe_finds_nothing_on_any_page_in_any_state(open_page: OpenPage, guest: Guest, key: str):
    page = open_page(PATH, bypass_csp=True)
    for name, reach in states(guest, key).items():
        reach(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(
            TITLES.get(name, "A free discovery call")
        )
        assert axe_in_all_looks(page) == {}, name


# What is pressed, and is lower than a finger.
LOW = """[...document.querySelectorAll('main :is(.btn, .slot, .cal-head .icon-btn, .alt)')]
    .filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"""


def test_nothing_sticks_out_sideways_and_every_target_is_large(
    open_page: OpenPage, guest: Guest, key: str
):
    page = open_page(PATH)
    for name, reach in states(guest, key).items():
        reach(page)
        for wide in (320, 360, 768):
            assert sticks_out(page, (wide,)) == [], name
            assert page.evaluate(LOW) == [], (name, wide)


def test_on_paper_there_is_the_appointment_and_nothing_else(
    chrome: Browser, portal: Server, key: str
):
    page = chrome.new_page()
    page.goto(f"{portal.base}/booked{key}")
    page.emulate_media(media="print")
    expect(page.locator(".plate")).to_be_visible()
    for gone in (".calendar-ways", ".offer", ".next-steps", ".calm-foot", "header nav"):
        expect(page.locator(gone).first).to_be_hidden()
    page.close()
