"""The component set in a real browser: forms, dialogs, trouble, both languages and themes."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from practice import i18n
from tests.browser.conftest import OpenPage, moved_while_loading
from tests.support.appearances import axe_in_all_looks, sticks_out
from tests.support.portal_process import Server

# A word of the style guide, as it stands in the script.
NO_ELEMENT = "`Let the server fail`"


def ready(page: Page) -> Page:
    """Built pages can be operated once their socket is open."""
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("path", ["/styleguide", "/it/styleguide"])
def test_axe_finds_nothing(open_page: OpenPage, path: str):
    assert axe_in_all_looks(ready(open_page(path, bypass_csp=True))) == {}


def test_nothing_sticks_out_sideways(open_page: OpenPage):
    assert sticks_out(ready(open_page("/styleguide"))) == []


@pytest.mark.parametrize("path", ["/styleguide", "/it/styleguide"])
def test_a_page_is_in_its_language_before_and_after_it_wakes_up(open_page: OpenPage, path: str):
    page = open_page(path)
    language = "it" if path.startswith("/it") else "en"
    assert page.locator("html").get_attribute("lang") == language
    ready(page)
    assert page.locator("html").get_attribute("lang") == language
    words = {"en": "Style guide", "it": "Guida di stile"}
    expect(page.get_by_role("heading", level=1)).to_have_text(words[language])


def in_italian(message: str) -> str:
    with i18n.speaking("it"):
        return i18n._(message)


def form_of(page: Page) -> Locator:
    return page.locator("form").first


def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(open_page: OpenPage):
    page = ready(open_page("/styleguide", wide=360))
    form = form_of(page)
    form.get_by_label("Name").fill("Giulia")
    form.get_by_label("E-mail").fill("giulia.example.org")
    form.get_by_role("button", name="Book this time").click()
    expect(form.get_by_text("That address has no @ in it.").first).to_be_visible()
    expect(form.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Name")).to_have_value("Giulia")
    expect(form.get_by_label("E-mail")).to_have_value("giulia.example.org")


def test_a_form_cannot_be_sent_twice(open_page: OpenPage):
    sent: list[str] = []
    page = open_page("/")
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framesent", lambda frame: sent.append(str(frame)) if "submit" in str(frame) else None
        ),
    )
    page.goto(page.url.rstrip("/") + "/styleguide")
    form = form_of(ready(page))
    button = form.get_by_role("button", name="Book this time")
    button.click()
    form.evaluate("form => { form.requestSubmit(); form.requestSubmit() }")
    expect(form.get_by_text("Please tell me your name.").first).to_be_visible()
    assert len(sent) == 1


def test_an_error_is_a_kind_sentence_with_a_reference_that_is_in_the_log(
    open_page: OpenPage, portal: Server
):
    page = ready(open_page("/styleguide"))
    page.get_by_role("button", name="Let the server fail").click()
    alert = page.locator(".trouble")
    expect(alert).to_contain_text("Something went wrong on our side. Nothing you wrote was lost.")
    found = re.search(r"[2-9B-Z]{8}", alert.inner_text())
    assert found
    assert f"ref={found.group()}" in portal.said()
    alert.get_by_role("button", name="Close").click()
    expect(alert).not_to_contain_text("Something went wrong")


def test_an_error_is_told_in_italian_on_an_italian_page(open_page: OpenPage):
    page = ready(open_page("/it/styleguide"))
    page.get_by_role("button", name=in_italian("Let the server fail")).click()
    expect(page.locator(".trouble")).to_contain_text(
        in_italian("Something went wrong on our side. Nothing you wrote was lost.")
    )


def test_a_dialog_takes_the_focus_and_gives_it_back(open_page: OpenPage):
    page = ready(open_page("/styleguide"))
    opener = page.get_by_role("button", name="What is stored?")
    opener.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(opener).to_be_focused()


def test_tabs_are_moved_by_arrow_keys(open_page: OpenPage):
    page = ready(open_page("/styleguide"))
    tabs = page.get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()


def test_a_chosen_theme_wins_over_the_device_and_is_remembered(open_page: OpenPage):
    page = ready(open_page("/styleguide", color_scheme="light"))
    page.get_by_text("Dark", exact=True).click()
    dark = "rgb(23, 25, 22)"
    expect(page.locator("body")).to_have_css("background-color", dark)
    ready(page).reload()
    expect(page.locator("body")).to_have_css("background-color", dark)


def test_a_lost_connection_comes_back_by_itself(open_page: OpenPage):
    page = ready(open_page("/styleguide"))
    page.context.set_offline(True)
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    form = form_of(page)
    form.get_by_label("Name").fill("Giulia")
    form.get_by_role("button", name="Book this time").click()
    expect(form.get_by_text("That address has no @ in it.").first).to_be_visible(timeout=15000)


# Nobody listens there.
NO_ANSWER = """
const Socket = window.WebSocket;
window.WebSocket = class extends Socket { constructor() { super("ws://localhost:9/"); } };
"""


def test_while_nobody_answers_it_is_said(chrome: Browser, portal: Server):
    """Its own browser, because this page complains on its console, as it must."""
    with chrome.new_context() as context:
        page = context.new_page()
        page.add_init_script(NO_ANSWER)
        page.goto(f"{portal.base}/it/styleguide")
        said = in_italian("There is no connection at the moment.")
        expect(page.locator(".trouble")).to_contain_text(said, timeout=30_000)


def torn(route: Route) -> None:
    """The page's script as it was built, but for one element that cannot be drawn."""
    script = route.fetch()
    breaks = "(() => { throw new Error('torn') })()"
    # Or the browser would keep it for a year, as it keeps the right one.
    headers = {**script.headers, "cache-control": "no-store"}
    route.fulfill(response=script, headers=headers, body=script.text().replace(NO_ELEMENT, breaks))


def test_a_page_that_fails_says_so_in_both_languages(chrome: Browser, portal: Server):
    """Its own browser, because this page complains on its console, as it must."""
    with chrome.new_context(viewport={"width": 360, "height": 900}) as context:
        page = context.new_page()
        page.route("**/assets/*styleguide*.js", torn)
        page.goto(f"{portal.base}/styleguide")
        heading = page.get_by_role("heading", name="This page has stumbled")
        expect(heading).to_be_visible()
        italian = page.get_by_role("heading", name=in_italian("This page has stumbled"))
        expect(italian).to_be_visible()
        page.unroute_all()
        page.get_by_role("link", name="Load it again").click()
        expect(ready(page).get_by_role("button", name="Let the server fail")).to_be_visible()


def test_nothing_moves_while_the_page_wakes_up(open_page: OpenPage, portal: Server):
    page = open_page("/", wide=360)
    assert moved_while_loading(page, f"{portal.base}/styleguide") <= 0.05
