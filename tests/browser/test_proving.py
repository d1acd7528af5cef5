"""Whose booking it is, in a real browser: guests are asked for proof, mailboxes whether it was
them, and the therapist whether a day full of strangers stays as it is."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage
from tests.screenshots import steps
from tests.support import portal_process
from tests.support.appearances import axe_in_all_looks, sticks_out
from tests.support.portal_process import Server

HER = "hello@studiomarea.example"
OSKAR = "oskar@lindvale.example"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Of its own, because here one browser books for many people."""
    directory = tmp_path_factory.mktemp("proving")
    settings = {"PRACTICE_NOW": portal_process.MORNING, **portal_process.GENEROUS}
    with portal_process.running(directory, directory / "server.log", **settings) as portal:
        yield portal


@pytest.fixture(autouse=True)
def as_free_as_before(portal: Server) -> Iterator[None]:
    """No test finds a day fuller for those that ran before it."""
    yield
    steps.made.clear()
    with portal_process.changing(portal) as ask:
        ask("UPDATE bookings SET status = 'cancelled' WHERE origin IS NOT NULL", ())


def title(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def looks_right(page: Page) -> None:
    """By day and by night, on a phone and on a desk."""
    assert axe_in_all_looks(page, widths=(360,)) == {}
    assert sticks_out(page, widths=(320, 768, 1280)) == []


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def path_in_letters(page: Page, email: str, pattern: re.Pattern[str]) -> str:
    """The newest one like this, as soon as it has come."""
    for _try in range(200):
        letters = page.request.get("/dev/mailbox.json").json()
        texts = [letter["text"] for letter in letters if letter["to"] == email]
        if match := pattern.search("\n".join(texts)):
            return match[0]
        page.wait_for_timeout(50)
    raise AssertionError(f"no such letter to {email}")


def opened(open_page: OpenPage, portal: Server, path: str, **options: Any) -> Page:
    """By an address that does without the name of its house."""
    return open_page(path, base_url=portal.base, timezone_id="Europe/Rome", **options)


def at_the_door(open_page: OpenPage, portal: Server, **options: Any) -> Page:
    return opened(open_page, portal, "/sign-in", wide=360, bypass_csp=True, **options)


# Whose booking it is


def test_who_signs_in_says_of_each_guests_booking_whether_it_was_them(
    open_page: OpenPage, portal: Server
):
    page = at_the_door(open_page, portal)
    times = steps.free_times(page)
    denied, claimed = (steps.book_as_stranger(page, time, OSKAR) for time in times[:40:30])
    page = portal_process.sign_in_by_letter(page.context, portal.base, OSKAR)
    assert page.url == f"{portal.base}/sign-in/was-it-you"
    title(page, "Was this you?")
    looks_right(page)
    press(page, "No, that was not me")
    title(page, "Was this you?")
    press(page, "Yes, that was me")
    assert page.url == f"{portal.base}/me"
    for link in (denied, claimed):
        page.goto(link)
        title(page, "This link has been replaced")
    page.goto("/sign-in/was-it-you")
    assert page.url == f"{portal.base}/me"


def letter_opened(open_page: OpenPage, portal: Server, **options: Any) -> tuple[Page, str]:
    """The link in a booking's letter, in a browser that did not book it; and the path of the
    booking."""
    page, email = at_the_door(open_page, portal, **options), steps.an_email()
    link = steps.book_as_stranger(page, steps.free_times(page)[0], email)
    page.goto(path_in_letters(page, email, steps.SIGNS_IN))
    title(page, "Was this you?")
    expect(page.locator(".door")).to_contain_text(f"{email[:2]}…@example.org")
    expect(page.locator(".door")).to_contain_text("Thursday 26 November, ")
    return page, link


def test_a_no_behind_a_bookings_letter_cancels_it_and_signs_nobody_in(
    open_page: OpenPage, portal: Server
):
    page, link = letter_opened(open_page, portal)
    looks_right(page)
    press(page, "No, that was not me")
    title(page, "Thank you for telling me")
    looks_right(page)
    page.goto("/me")
    assert page.url == f"{portal.base}/sign-in"
    page.goto(link)
    title(page, "This link has been replaced")


def test_a_yes_behind_a_bookings_letter_opens_the_account(open_page: OpenPage, portal: Server):
    page, link = letter_opened(open_page, portal, java_script_enabled=False)
    press(page, "It was me, sign in")
    assert page.url == f"{portal.base}/me"
    page.goto(link)
    title(page, "Your call")


def test_behind_a_link_that_was_replaced_a_fresh_letter_is_asked_for(
    open_page: OpenPage, portal: Server
):
    page = at_the_door(open_page, portal)
    email = steps.an_email()
    link = steps.book_as_stranger(page, steps.free_times(page)[0], email)
    path_in_letters(page, email, re.compile(re.escape(link)))
    with portal_process.changing(portal) as ask:
        ask("UPDATE bookings SET link_version = 2 WHERE reference = %s", (link.split("/")[2],))
    page.goto(link)
    title(page, "This link has been replaced")
    looks_right(page)
    press(page, "Send me a new letter")
    title(page, "Look in your mailbox")
    looks_right(page)
    newer = re.compile(rf"{link.rpartition('/')[0]}/(?!{link.rpartition('/')[2]})[\w-]+")
    page.goto(path_in_letters(page, email, newer))
    title(page, "Your call")


# A day that guests have filled


def test_on_a_day_full_of_guests_a_new_one_proves_their_e_mail_and_books(
    open_page: OpenPage, portal: Server
):
    page = opened(open_page, portal, f"/book?day={steps.ROOMY}", wide=360, bypass_csp=True)
    steps.be_asked_for_proof(page)
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("open the link in the letter")
    looks_right(page)
    email = page.locator("#wish-email").input_value()
    start = page.locator(".slot.on").get_attribute("data-slot")
    page.goto(path_in_letters(page, email, steps.SIGNS_IN))
    page.locator(".door-form .primary").click()
    page.wait_for_url("**/sign-in/name")
    looks_right(page)
    page.get_by_label("Name").fill("Ines Calloway")
    page.get_by_label("Phone").fill("+39 040 123456")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Go on to the times").click()
    page.wait_for_url("**/book*")
    page.goto(f"/book?day={steps.ROOMY}")
    page.locator(f"[data-slot='{start}']").click()
    steps.send(page)
    page.wait_for_url("**/booked/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re booked")


def test_the_therapist_lets_a_day_full_of_strangers_go(
    open_page: OpenPage, chrome: Browser, portal: Server
):
    with chrome.new_context() as context:
        portal_process.sign_in_by_letter(context, portal.base, HER)
        state = context.storage_state()
    page = opened(open_page, portal, "/portal", storage_state=state, bypass_csp=True)
    steps.fill_a_day(page)
    guests = [f"/manage{link}" for link in steps.made]
    assert len(guests) >= 2
    looks_right(page)
    let_go = page.get_by_role("button", name=re.compile("^Let them all go ?: Thursday 26 November"))
    let_go.press("Enter")
    expect(page.get_by_role("status").filter(has_text="calls are cancelled")).to_have_count(1)
    expect(let_go).to_have_count(0)
    for link in guests:
        page.goto(link)
        title(page, "This time is cancelled")
