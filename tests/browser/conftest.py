"""One built portal and one browser for all journeys."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from practice.settings import ROOT
from tests.support import chromium, portal_process

OpenPage = Callable[..., Page]
SignedIn = Callable[..., StorageState]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.relative_to(ROOT).as_posix():
            item.add_marker(pytest.mark.timeout(180))


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[portal_process.Server]:
    """One for each worker, so that what one journey does to its log disturbs no other; made anew
    on a morning that is always the same, because journeys change what they find."""
    own = tmp_path_factory.mktemp("portal")
    with portal_process.running(
        own, own / "server.log", PRACTICE_NOW=portal_process.MORNING
    ) as found:
        yield found


@pytest.fixture(scope="session")
def signed_in(portal: portal_process.Server, chrome: Browser) -> SignedIn:
    """What a browser holds for whom the letter is; each signs in once for all journeys."""
    kept: dict[str, StorageState] = {}

    def state_of(email: str, *, again: bool = False) -> StorageState:
        if again or email not in kept:
            with chrome.new_context() as context:
                portal_process.sign_in_by_letter(context, portal.base, email)
                kept[email] = context.storage_state()
        return kept[email]

    return state_of


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    if os.environ.get("SKIP_BROWSER") == "1":
        pytest.skip("SKIP_BROWSER=1")
    try:
        with chromium.browser() as browser:
            yield browser
    except LookupError as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def open_page(chrome: Browser, portal: portal_process.Server) -> Iterator[OpenPage]:
    """A page in a fresh browser; a test fails when the page complained on its console."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(path: str = "/", *, wide: int = 1280, **options: Any) -> Page:
        options = {"locale": "en-GB", "color_scheme": "light", **options}
        context = chrome.new_context(viewport={"width": wide, "height": 900}, **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if is_bad(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(portal.base + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def moved_while_loading(page: Page, address: str) -> float:
    """The layout shift of a page from its first pixel until nothing is loaded any more."""
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "entry => window.moved += entry.value)).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page.evaluate("window.moved")


# The browser itself reports a refusal that a test asked for.
ASKED_FOR = re.compile(
    r"the server responded with a status of 4(04|09|10|22) |net::ERR_INTERNET_DISCONNECTED"
)


def is_bad(said: Any) -> bool:
    return said.type in {"error", "warning"} and not ASKED_FOR.search(said.text)
