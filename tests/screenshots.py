"""make screenshots: every screen at both widths in both themes, into docs/screenshots."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, StorageState

from practice.settings import ROOT
from tests import chromium, server

TARGET = ROOT / "docs" / "screenshots"
SCREENS = {
    "home": "/",
    "home-it": "/it",
    "about": "/about",
    "privacy": "/privacy",
    "reading": "/reading/first-conversation",
    "manual": "/api/docs",
    "manual-it": "/it/api/docs",
    "sign-in": "/sign-in",
    "sign-in-it": "/it/sign-in",
    "sign-in-sent": "/sign-in/sent",
    "sign-in-gone": "/sign-in/confirm",
    "plain": "/plain/book",
    "plain-it": "/it/plain/book",
    "plain-zones": "/plain/book/discovery?zones=all",
    "plain-form": "/plain/book/discovery?start=2026-11-26T08:00:00Z",
    "plain-gone": "/plain/book/discovery?start=2026-11-28T08:00:00Z",
    "plain-locked": "/plain/book/individual",
    "not-found": "/nowhere",
    "styleguide": "/styleguide",
    "styleguide-it": "/it/styleguide",
}
HER = "hello@studiomarea.example"
OSKAR = "oskar@lindvale.example"
NOOR = "noor@alderby.example"
WREN = "wren@castell.example"
INES = "ines@calloway.example"
TOBIAS = "tobias@quill.example"
WIDTHS = (360, 1280)
THEMES = ("light", "dark")


class Private(NamedTuple):
    """Whose page it is, and what is done on it before the picture."""

    who: str
    path: str
    act: Callable[[Page], Any] = lambda _page: None


def press(name: str) -> Callable[[Page], Any]:
    return lambda page: page.get_by_role("button", name=re.compile(f"^{name}")).first.click()


def make_an_address(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Make")).first.click()
    page.locator("#address").wait_for()


PRIVATE = {
    "me": Private(OSKAR, "/me"),
    "me-it": Private(OSKAR, "/it/me"),
    "me-first-call": Private(NOOR, "/me"),
    "me-request": Private(WREN, "/me"),
    "me-menu": Private(OSKAR, "/me", press("Oskar")),
    "me-two": Private(INES, "/me", press("Ines")),
    "me-nothing": Private(TOBIAS, "/me"),
    "me-cancel": Private(OSKAR, "/me", press("Cancel")),
    "me-notices": Private(OSKAR, "/me/notices"),
    "me-notices-it": Private(OSKAR, "/it/me/notices"),
    "me-calendar": Private(OSKAR, "/me/calendar", make_an_address),
    "me-devices": Private(OSKAR, "/me/devices"),
    "today": Private(HER, "/portal"),
    "today-it": Private(HER, "/it/portal"),
    "today-decline": Private(HER, "/portal", press("Decline")),
    "today-devices": Private(HER, "/portal/devices"),
    "today-notices": Private(HER, "/portal/notices"),
    "today-feedback": Private(HER, "/portal/feedback"),
    "today-running": Private(HER, "/portal/running"),
    "today-running-it": Private(HER, "/it/portal/running"),
    "today-calendar": Private(HER, "/portal/calendar"),
}


def main() -> int:
    TARGET.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as directory, chromium.browser() as browser:
        data = Path(directory)
        # Always the same morning, so that two pictures differ by what was changed.
        with server.running(data, data / "log", PRACTICE_NOW=server.MORNING) as portal:
            take_all(browser, portal.base)
            take_cover(browser, portal.base)
    return 0


def take_all(browser: Browser, base: str) -> None:
    people = {one.who for one in PRIVATE.values()}
    signed_in = {who: sign_in(browser, base, who) for who in sorted(people)}
    for theme in THEMES:
        for wide in WIDTHS:
            for name, path in SCREENS.items():
                take(browser, base, Private("", path), f"{name}-{wide}-{theme}")
            for name, screen in PRIVATE.items():
                take(browser, base, screen, f"{name}-{wide}-{theme}", signed_in[screen.who])


def sign_in(browser: Browser, base: str, who: str) -> StorageState:
    with browser.new_context() as context:
        server.sign_in_by_letter(context, base, who)
        return context.storage_state()


def take(
    browser: Browser, base: str, screen: Private, name: str, state: StorageState | None = None
) -> None:
    _name, wide, theme = name.rsplit("-", 2)
    with browser.new_context(
        viewport={"width": int(wide), "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        storage_state=state,
        locale="it-IT" if screen.path.startswith("/it") else "en-GB",
    ) as context:
        page = context.new_page()
        page.goto(base + screen.path)
        page.wait_for_load_state("networkidle")
        screen.act(page)
        page.wait_for_load_state("networkidle")
        file = TARGET / f"{name}.png"
        page.screenshot(path=file, full_page=True)
        print(file.relative_to(ROOT))


def take_cover(browser: Browser, base: str) -> None:
    """The one picture that is committed, for the README."""
    with browser.new_context(viewport={"width": 1280, "height": 760}, locale="en-GB") as context:
        page = context.new_page()
        page.goto(base)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=ROOT / "docs" / "home.png")


if __name__ == "__main__":
    sys.exit(main())
