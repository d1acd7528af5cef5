"""The public pages as a person meets them, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, moved_while_loading
from tests.support.appearances import axe_in_all_looks, sticks_out
from tests.support.portal_process import Server

PAGES = [
    *("/", "/about", "/privacy", "/reading/first-conversation", "/api/docs"),
    *("/sign-in", "/sign-in/sent", "/nowhere"),
]
TRANSFER_LIMIT = 60_000


@pytest.mark.parametrize("path", [*PAGES, "/it"])
def test_axe_finds_nothing(open_page: OpenPage, path: str):
    page = open_page(path, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert axe_in_all_looks(page) == {}


@pytest.mark.parametrize("path", [*PAGES, "/it", "/it/privacy", "/it/api/docs"])
def test_nothing_sticks_out_sideways(open_page: OpenPage, path: str):
    assert sticks_out(open_page(path)) == []


def test_the_pages_read_without_javascript(open_page: OpenPage):
    page = open_page("/", java_script_enabled=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Dr. Elena Conti")
    page.get_by_role("navigation").get_by_role("link", name="About").first.click()
    expect(page).to_have_url(page.url.partition("/about")[0] + "/about")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_language_is_switched_and_stays(open_page: OpenPage, portal: Server):
    page = open_page("/about")
    page.get_by_role("link", name="IT – leggere in italiano").click()
    expect(page).to_have_url(f"{portal.base}/it/about")
    assert page.locator("html").get_attribute("lang") == "it"
    page.locator("header .brand").click()
    expect(page).to_have_url(f"{portal.base}/it")


def test_an_italian_browser_is_offered_italian(open_page: OpenPage, portal: Server):
    page = open_page("/", locale="it-IT")
    page.get_by_role("link", name="Questa pagina c’è anche in italiano").click()
    expect(page).to_have_url(f"{portal.base}/it")
    assert page.locator(".offer-language").count() == 0


def test_the_one_button_leads_to_booking(open_page: OpenPage, portal: Server):
    page = open_page("/")
    page.get_by_role("link", name="Book a free discovery call – 20 minutes").click()
    expect(page).to_have_url(f"{portal.base}/book")
    page.wait_for_load_state("networkidle")


def test_every_link_leads_somewhere(open_page: OpenPage, portal: Server):
    page = open_page("/")
    for path in [*PAGES[:5], "/it", "/it/about", "/it/privacy", "/it/api/docs"]:
        page.goto(portal.base + path)
        links = page.evaluate(
            "[...document.querySelectorAll('a[href]')].map(a => a.href)"
            ".filter(href => href.startsWith(location.origin))"
        )
        for link in set(links):
            address, _, anchor = link.partition("#")
            answer = page.request.get(address)
            assert answer.status == 200, link
            assert not anchor or f'id="{anchor}"' in answer.text(), link


def test_the_keyboard_reaches_everything_in_sight(open_page: OpenPage):
    page = open_page("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Go to the text")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Book a free discovery call").first).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    question = page.locator("summary").nth(1)
    question.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details").nth(1)).to_have_attribute("open", "")


def test_a_wide_example_is_read_with_the_keyboard(open_page: OpenPage):
    """On a phone the page stays still and the example moves inside its own frame."""
    page = open_page("/api/docs", wide=360)
    example = page.get_by_role("group", name="Example request: POST /api/bookings")
    example.focus()
    assert example.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    page.keyboard.press("ArrowRight")
    page.wait_for_function("one => one.scrollLeft > 0", arg=example.element_handle())
    assert page.evaluate("document.scrollingElement.scrollLeft") == 0


def test_home_weighs_little_and_loads_nothing_from_elsewhere(open_page: OpenPage, portal: Server):
    page = open_page("/privacy")
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.resource_type, request.url)))
    page.goto(f"{portal.base}/")
    page.wait_for_load_state("networkidle")
    assert {kind for kind, _ in asked} <= {"document", "stylesheet", "font", "image", "other"}
    assert [url for _, url in asked if not url.startswith(portal.base)] == []
    weighs = page.evaluate(
        "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')"
        ".filter(e => e.name.endsWith('.css'))).reduce((sum, e) => sum + e.transferSize, 0)"
    )
    assert 5_000 < weighs <= TRANSFER_LIMIT


def test_nothing_moves_while_home_loads(open_page: OpenPage, portal: Server):
    page = open_page("/privacy", wide=360)
    assert moved_while_loading(page, f"{portal.base}/") <= 0.05


def test_no_style_or_script_is_refused_by_the_policy(open_page: OpenPage):
    """The fixture fails on any complaint of the console; this one makes sure styles arrived."""
    page = open_page("/")
    family = page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    assert "Fraunces" in family
    assert page.evaluate("document.fonts.check('16px \"Figtree Variable\"')")


@pytest.mark.parametrize(
    ("theme", "paper"), [("light", "rgb(251, 248, 243)"), ("dark", "rgb(23, 25, 22)")]
)
def test_the_theme_follows_the_device(open_page: OpenPage, theme: str, paper: str):
    page = open_page("/", color_scheme=theme)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
