"""The pages behind the door in a real browser: looked at, heard, and used without a mouse."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage, SignedIn, moved_while_loading
from tests.support.appearances import axe_in_all_looks, sticks_out
from tests.support.portal_process import Server

HER = "hello@studiomarea.example"
JUNIA = "junia@hartwell.example"
MARLOW = "marlow@finch.example"
INES = "ines@calloway.example"
ADA = "ada@fennimore.example"
NOBODY_COMES = "noor@alderby.example"
CLIENTS = ("", "/notices", "/calendar", "/devices")
HERS = ("", "/notices", "/feedback", "/running", "/calendar", "/devices")
WHOSE = {
    **{f"/me{place}": JUNIA for place in CLIENTS},
    **{f"/portal{place}": HER for place in HERS},
}
SPOKEN = [prefix + path for path in WHOSE for prefix in ("", "/it")]


def whose(path: str) -> str:
    return WHOSE[path.removeprefix("/it")]


def ready(page: Page) -> Page:
    """What was loading has come."""
    page.wait_for_load_state("networkidle")
    expect(page.locator(".loading")).to_have_count(0)
    return page


def opened(open_page: OpenPage, signed_in: SignedIn, path: str, **options: Any) -> Page:
    who = options.pop("who", None) or whose(path)
    return ready(open_page(path, storage_state=signed_in(who), **options))


@pytest.mark.parametrize("path", SPOKEN)
def test_axe_finds_nothing_and_nothing_sticks_out_sideways(
    open_page: OpenPage, signed_in: SignedIn, path: str
):
    page = opened(open_page, signed_in, path, bypass_csp=True)
    assert axe_in_all_looks(page) == {}
    assert sticks_out(page) == []
    assert page.locator("html").get_attribute("lang") == ("it" if "/it" in path else "en")


@pytest.mark.parametrize("wide", [360, 1280])
@pytest.mark.parametrize("path", WHOSE)
def test_nothing_moves_while_a_page_fills(
    open_page: OpenPage, signed_in: SignedIn, portal: Server, path: str, wide: int
):
    page = open_page("/privacy", wide=wide, storage_state=signed_in(whose(path)))
    assert moved_while_loading(page, f"{portal.base}{path}") <= 0.05
    ready(page)


@pytest.mark.parametrize("path", WHOSE)
def test_the_html_knows_nobody(chrome: Browser, signed_in: SignedIn, portal: Server, path: str):
    with chrome.new_context(storage_state=signed_in(whose(path))) as context:
        html = context.request.get(portal.base + path).text()
    assert re.search('<meta [^>]*content="noindex"', html)
    for private in ("Junia", "Hartwell", "Tobias", "Marlow", "Firefox", "Studio Marea"):
        assert private not in html


def test_the_next_appointment_is_said_with_its_way_in(open_page: OpenPage, signed_in: SignedIn):
    page = opened(open_page, signed_in, "/me", wide=360)
    expect(page.get_by_role("heading", level=1)).to_have_text("Good to see you, Junia Hartwell")
    expect(page.locator(".next-day")).to_have_text("Tuesday 24 November")
    expect(page.locator(".next-hours")).to_contain_text("10:30 – 11:20your time, London")
    room = page.get_by_role("link", name="Join the room")
    assert room.get_attribute("href") == "https://room.studiomarea.example/conti"


def test_an_appointment_is_given_back_by_keyboard_after_its_cost_was_said(
    open_page: OpenPage, signed_in: SignedIn
):
    page = opened(open_page, signed_in, "/me", who=MARLOW)
    cancel = page.get_by_role("button", name=re.compile("^Cancel"))
    cancel.press("Enter")
    dialog = page.get_by_role("dialog", name="Cancel this appointment?")
    expect(dialog).to_contain_text("Cancelling costs €80 now, because the time is near.")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(cancel).to_be_focused()
    cancel.press("Enter")
    dialog.get_by_role("button", name="Cancel the appointment").press("Enter")
    expect(dialog).not_to_be_visible()
    expect(page.get_by_role("status").first).to_contain_text("The appointment is cancelled.")
    expect(page.get_by_text("No appointment ahead")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_who_has_no_session_yet_reads_what_opens_them(open_page: OpenPage, signed_in: SignedIn):
    page = opened(open_page, signed_in, "/me", who=NOBODY_COMES, wide=360)
    expect(page.locator(".locked")).to_contain_text("Sessions open after our first call.")


def test_the_menu_behind_the_name_opens_and_closes_by_keyboard_and_leads_out(
    open_page: OpenPage, signed_in: SignedIn, portal: Server
):
    state = signed_in(ADA, again=True)
    page = ready(open_page("/it/me", wide=360, storage_state=state))
    who = page.get_by_role("button", name="Ada Fennimore")
    who.press("Enter")
    out = page.locator(".who-menu").get_by_role("button", name="Uscire")
    expect(out).to_be_visible()
    page.keyboard.press("Escape")
    expect(out).not_to_be_visible()
    expect(who).to_be_focused()
    who.press("Enter")
    out.press("Enter")
    page.wait_for_url(f"{portal.base}/it")
    page.goto(f"{portal.base}/it/me")
    assert page.url == f"{portal.base}/it/sign-in"


def test_one_account_looks_from_one_person_to_another(open_page: OpenPage, signed_in: SignedIn):
    page = ready(open_page("/me", storage_state=signed_in(INES, again=True)))
    page.get_by_role("button", name="Ines Calloway").press("Enter")
    page.get_by_role("button", name="Paul Calloway").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Good to see you, Paul Calloway")
    page.get_by_role("button", name="Paul Calloway").press("Enter")
    expect(page.locator(".who-menu").get_by_role("button")).to_have_text(
        ["Ines Calloway", "Sign out"]
    )


def test_another_device_is_signed_out_and_the_list_is_there_again(
    open_page: OpenPage, signed_in: SignedIn, portal: Server
):
    there = ready(open_page("/me", storage_state=signed_in(ADA, again=True)))
    page = ready(open_page("/me", storage_state=signed_in(ADA, again=True)))
    page.get_by_role("navigation", name="Your pages", exact=True).get_by_text("Devices").click()
    page.wait_for_url(f"{portal.base}/me/devices")
    # The page it came from was loaded already: the list is what has to be waited for.
    expect(ready(page).get_by_text("this browser")).to_be_visible()
    others = page.get_by_role("button", name=re.compile("^Sign out there"))
    before = others.count()
    assert before >= 1
    others.first.click()
    page.wait_for_url(f"{portal.base}/me/devices")
    expect(ready(page).get_by_text("this browser")).to_be_visible()
    expect(others).to_have_count(before - 1)
    there.reload()
    assert there.url == f"{portal.base}/sign-in"


def test_the_day_is_a_list_in_the_order_of_the_clock(open_page: OpenPage, signed_in: SignedIn):
    page = opened(open_page, signed_in, "/portal")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tuesday 24 November")
    items = page.get_by_role("list", name=re.compile("by the clock of Trieste$"))
    times = items.locator("time").all_inner_texts()
    assert times == sorted(times)
    expect(items.locator(".is-now")).to_have_count(1)
    expect(page.locator(".day-next")).to_contain_text("Junia Hartwell")


def test_a_call_is_closed_by_keyboard_and_the_page_is_true_at_once(
    open_page: OpenPage, signed_in: SignedIn
):
    page = opened(open_page, signed_in, "/portal", wide=360)
    title = "How did the call with Tobias Quill go?"
    question = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=title))
    expect(question).to_have_count(1)
    question.get_by_role("button").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(question).to_have_count(0)
    expect(page.locator(".day-done")).to_have_text("Noted. Sessions are open now.")
    expect(page.locator("#decisions")).to_be_focused()
    expect(page.locator(".day-item.is-call").first).to_contain_text("took place")


def test_a_request_is_declined_and_what_was_typed_outlives_a_second_thought(
    open_page: OpenPage, signed_in: SignedIn
):
    page = opened(open_page, signed_in, "/portal")
    page.get_by_role("button", name=re.compile("^Decline")).press("Enter")
    dialog = page.get_by_role("dialog", name="Decline this request?")
    expect(dialog).to_contain_text("Wren Castell asks for")
    why = dialog.get_by_label("For your record")
    assert why.get_attribute("id") == "decline-why"
    why.fill("A colleague fits better.")
    dialog.get_by_role("button", name="Decline the request").press("Enter")
    expect(dialog).not_to_be_visible()
    expect(page.locator(".day-done")).to_have_text("Declined. The time is free again.")
    expect(page.get_by_text("Wren Castell asks for")).to_have_count(0)


def test_a_slip_of_the_finger_answers_once(open_page: OpenPage, signed_in: SignedIn):
    page = opened(open_page, signed_in, "/portal")
    page.get_by_role("button", name=re.compile("^Took place")).dblclick()
    expect(page.locator(".day-done")).to_have_text("Noted: it took place.")
    expect(page.locator(".trouble")).to_be_empty()


def test_a_notice_counts_until_it_was_shown_and_leads_to_its_thing(
    open_page: OpenPage, signed_in: SignedIn, portal: Server
):
    page = ready(open_page("/me", storage_state=signed_in(ADA, again=True)))
    nav = page.get_by_role("navigation", name="Your pages", exact=True)
    expect(nav.get_by_role("link", name="Notices 1 unread")).to_be_visible()
    nav.get_by_role("link", name=re.compile("^Notices")).press("Enter")
    page.wait_for_url(f"{portal.base}/me/notices")
    expect(page.get_by_text("new", exact=True)).to_be_visible()
    expect(nav.get_by_role("link", name="Notices", exact=True)).to_be_visible()
    page.reload()
    expect(ready(page).get_by_text("new", exact=True)).to_have_count(0)
    page.get_by_role("link", name=re.compile("^Your appointment on")).press("Enter")
    page.wait_for_url(f"{portal.base}/me")


def test_an_address_is_made_by_keyboard_shown_once_and_taken_away(
    open_page: OpenPage, signed_in: SignedIn
):
    page = opened(open_page, signed_in, "/me/calendar", who=INES, wide=360)
    page.get_by_role("button", name="Make an address").press("Enter")
    box = page.get_by_label("Your private address")
    expect(box).to_be_focused()
    address = box.input_value()
    assert page.request.get(address).text().startswith("BEGIN:VCALENDAR")
    page.reload()
    expect(ready(page).locator("#address")).to_have_count(0)
    expect(page.get_by_text(re.compile("^Made today at .*, last read today"))).to_be_visible()
    page.get_by_role("button", name="Stop sharing").press("Enter")
    expect(page.get_by_role("status").first).to_have_text("The address no longer answers.")
    assert page.request.get(address).status == 404
