"""The lock and the way out, in a real browser: what stands behind, what opens it, what is kept."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from practice import db
from practice.postgres import Cluster
from practice.services import drafts
from practice.services.accounts import sessions
from tests.support import running_portal
from tests.support.appearances import axe_in_all_looks, sticks_out
from tests.support.portal_process import Server

PATH = "/styleguide/door"
WORDS = "Dear Junia, on Thursday"


@pytest.fixture(scope="module")
def own(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("lock") / "portal.log"
    # All of them are one therapist, and some of her codes are wrong.
    with running_portal.shared(postgres, log, PRACTICE_LIMIT_CODES="1000/60") as portal:
        yield portal


@pytest.fixture
def tab(chrome: Browser, own: Server) -> Iterator[Any]:
    """Opens the page of somebody with this cookie."""
    context = chrome.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(10_000)
    errors: list[str] = []

    def opened(cookie: str, path: str = PATH) -> Page:
        context.add_cookies([{"name": "practice_session", "value": cookie, "url": own.base}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(own.base + path)
        return page

    yield opened
    context.close()
    assert errors == []


def letter(page: Page) -> Any:
    return page.get_by_label("A letter to Junia")


def sheet(page: Page) -> Any:
    return page.get_by_role("dialog", name="The portal is locked")


def locked(page: Page, cookie: str) -> Page:
    running_portal.pass_time(cookie, timedelta(minutes=61))
    expect(sheet(page)).to_be_visible()
    return page


def test_a_draft_is_kept_after_a_pause_and_found_by_the_next_page(tab: Any):
    cookie, actor = running_portal.a_client()
    page = tab(cookie)
    letter(page).fill(WORDS)
    expect(page.get_by_text("Draft kept")).to_be_visible()
    assert db.query(drafts.find, actor, name="sample/door") == WORDS
    expect(letter(tab(cookie))).to_have_value(WORDS)


def test_who_writes_before_the_page_is_awake_loses_nothing(tab: Any, own: Server):
    cookie, actor = running_portal.a_client()
    page = tab(cookie, "/healthz")
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => "
        f"document.querySelector('textarea').value = '{WORDS}')"
    )
    page.goto(own.base + PATH)
    expect(page.get_by_text("Draft kept")).to_be_visible()
    assert db.query(drafts.find, actor, name="sample/door") == WORDS


def test_a_draft_is_kept_when_its_field_is_left(tab: Any):
    cookie, actor = running_portal.a_client()
    page = tab(cookie)
    letter(page).fill(WORDS)
    letter(page).blur()
    expect(page.locator(".entry-kept")).to_have_attribute("data-fresh", "true")
    assert db.query(drafts.find, actor, name="sample/door") == WORDS


def test_what_is_newer_than_its_draft_is_not_called_kept(tab: Any):
    cookie, _ = running_portal.a_client()
    page = tab(cookie)
    letter(page).fill(WORDS)
    expect(page.locator(".entry-kept")).to_have_attribute("data-fresh", "true")
    letter(page).press("x")
    expect(page.locator(".entry-kept")).to_have_attribute("data-fresh", "false")


def test_an_idle_portal_shows_the_lock_and_nothing_else(tab: Any):
    cookie, _ = running_portal.the_therapist()
    page = tab(cookie)
    letter(page).fill(WORDS)
    expect(page.get_by_text("Draft kept")).to_be_visible()
    locked(page, cookie)
    expect(page.get_by_label("Code")).to_be_focused()
    expect(sheet(page).get_by_text("Studio Marea")).to_be_visible()
    expect(letter(page)).to_be_hidden()
    assert page.get_by_role("textbox").count() == 1, "nothing behind it is there for a reader"
    assert page.evaluate("document.querySelector('textarea').value") == ""
    for _ in range(7):
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('dialog')")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("!!document.activeElement.closest('dialog')")
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(sheet(page)).to_be_visible()


def test_a_code_opens_it_and_the_page_is_as_it_was(tab: Any):
    cookie, secret = running_portal.the_therapist()
    page = tab(cookie)
    letter(page).fill(WORDS)
    expect(page.get_by_text("Draft kept")).to_be_visible()
    locked(page, cookie)
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That code does not fit.")).to_be_visible()
    expect(page.get_by_label("Code")).to_be_focused()
    page.get_by_label("Code").fill(running_portal.code_of(secret))
    page.get_by_role("button", name="Unlock").click()
    expect(sheet(page)).to_be_hidden()
    expect(letter(page)).to_have_value(WORDS)


def test_the_other_tab_is_unlocked_with_it(tab: Any):
    cookie, secret = running_portal.the_therapist()
    page, other = tab(cookie), tab(cookie)
    letter(page).fill(WORDS)
    expect(page.get_by_text("Draft kept")).to_be_visible()
    locked(page, cookie)
    expect(sheet(other)).to_be_visible()
    page.get_by_label("Code").fill(running_portal.code_of(secret))
    page.get_by_role("button", name="Unlock").click()
    expect(sheet(other)).to_be_hidden()
    expect(letter(other)).to_have_value(WORDS)


def test_a_page_that_is_opened_locked_shows_the_lock(tab: Any):
    cookie, _ = running_portal.the_therapist()
    running_portal.pass_time(cookie, timedelta(minutes=61))
    expect(sheet(tab(cookie))).to_be_visible()


def test_from_the_lock_one_can_sign_out(tab: Any, own: Server):
    cookie, _ = running_portal.the_therapist()
    page = locked(tab(cookie), cookie)
    sheet(page).get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{own.base}/")
    assert cookie not in str(page.context.cookies())


def test_when_the_session_ends_elsewhere_the_page_goes_to_the_door(tab: Any, own: Server):
    cookie, actor = running_portal.a_client()
    page = tab(cookie)
    letter(page).fill(WORDS)
    expect(page.get_by_text("Draft kept")).to_be_visible()
    db.transact(sessions.end_all, actor)
    page.wait_for_url(f"{own.base}/sign-in")


def test_a_page_of_nobody_leads_to_the_door_in_its_language(tab: Any, own: Server):
    page = tab("nobody", "/it/styleguide/door")
    page.wait_for_url(f"{own.base}/it/sign-in")


def test_a_public_page_stays_when_a_session_ends(tab: Any, own: Server):
    cookie, actor = running_portal.a_client()
    page = tab(cookie, "/styleguide")
    page.get_by_role("button", name="Cancel an appointment").wait_for()
    db.transact(sessions.end_all, actor)
    page.wait_for_timeout(4500)
    page.get_by_role("button", name="Cancel an appointment").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.url == f"{own.base}/styleguide"


def test_the_lock_can_be_read_by_everybody(tab: Any):
    cookie, _ = running_portal.the_therapist()
    page = locked(tab(cookie), cookie)
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That code does not fit.")).to_be_visible()
    assert axe_in_all_looks(page, widths=(320, 1280)) == {}
    assert sticks_out(page, widths=(320, 1280)) == []
