"""make screenshots: every screen at both widths, in both themes and languages, into
docs/screenshots. `.venv/bin/python -m tests.screenshots home sign-in` takes only those whose name
begins so.

A screen is a line of SCREENS: a name, an address, who is signed in, and what is done before.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple
from urllib.parse import quote
from uuid import uuid4

from playwright.sync_api import Browser, Page, StorageState

from practice import i18n
from practice.settings import ROOT
from tests import chromium, server

TARGET = ROOT / "docs" / "screenshots"
HER = "hello@studiomarea.example"
OSKAR = "oskar@lindvale.example"
NOOR = "noor@alderby.example"
WREN = "wren@castell.example"
INES = "ines@calloway.example"
TOBIAS = "tobias@quill.example"
WIDTHS = (360, 1280)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


class Screen(NamedTuple):
    """Where it is, whose page it is, and what is done on it before the picture."""

    path: str
    who: str = ""
    act: Callable[[Page], Any] = lambda _page: None
    languages: tuple[str, ...] = i18n.LANGUAGES


class Look(NamedTuple):
    code: str
    wide: int
    theme: Literal["light", "dark"]


def open_all(page: Page) -> None:
    """What a visitor would open one after the other."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def press(name: str) -> Callable[[Page], Any]:
    return lambda page: page.get_by_role("button", name=re.compile(f"^{name}")).first.click()


def make_an_address(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Make")).first.click()
    page.locator("#address").wait_for()


def choose(page: Page) -> None:
    page.locator("[data-slot]").nth(1).click()
    page.locator("#wish-name").wait_for()


def write(page: Page) -> None:
    said = {"name": "Giulia Ferri", "email": f"{uuid4().hex[:8]}@example.org"}
    for name, words in {**said, "phone": "+39 040 123456"}.items():
        page.locator(f"#wish-{name}").fill(words)
    page.get_by_role("checkbox").check()


def send(page: Page) -> None:
    page.locator("form button[type=submit]").click()


def send_nothing(page: Page) -> None:
    choose(page)
    send(page)
    page.locator("[data-error-summary]").wait_for()


def book(page: Page) -> None:
    choose(page)
    write(page)
    send(page)
    page.wait_for_url("**/booked/**")


def manage(page: Page, then: str = "") -> None:
    book(page)
    page.goto(page.url.replace("/booked/", "/manage/") + then)


def lose(page: Page) -> None:
    """Somebody else is quicker, by the road of programs."""
    choose(page)
    start = page.locator(".slot.on").get_attribute("data-slot")
    known = page.request.get("/api/session-types").json()
    wish = {"session_type": "discovery", "start": start, "name": "Somebody Else"}
    wish |= {"email": f"{uuid4().hex[:8]}@example.org", "phone": "+39 040 654321"}
    wish |= {"time_zone": "Europe/Rome", "place": "video"}
    wish["privacy_version"] = known["privacy_version"]
    key = {"idempotency-key": uuid4().hex}
    assert page.request.post("/api/bookings", data=wish, headers=key).status == 201
    write(page)
    send(page)
    page.locator(".alts").wait_for()


def look_for_a_zone(page: Page) -> None:
    page.locator(".zone button").first.click()
    page.get_by_role("dialog").wait_for()


# What is pressed by its English name is shown in English.
ENGLISH = ("en",)
SCREENS: Mapping[str, Screen] = {
    "home": Screen("/"),
    "home-questions": Screen("/", act=open_all),
    "about": Screen("/about"),
    "privacy": Screen("/privacy"),
    "reading": Screen("/reading/first-conversation"),
    "manual": Screen("/api/docs"),
    "sign-in": Screen("/sign-in"),
    "sign-in-sent": Screen("/sign-in/sent"),
    "sign-in-gone": Screen("/sign-in/confirm"),
    "book": Screen("/book"),
    "book-chosen": Screen(f"/book?day=2026-12-02&start={quote('2026-12-02T14:30:00+01:00')}"),
    "book-wrong": Screen("/book", act=send_nothing),
    "book-taken": Screen("/book", act=lose),
    "book-zones": Screen("/book", act=look_for_a_zone),
    "book-locked": Screen("/book/individual"),
    "booked": Screen("/book", act=book),
    "manage": Screen("/book", act=manage),
    "manage-cancel": Screen("/book", act=lambda page: manage(page, "/cancel")),
    "manage-move": Screen("/book", act=lambda page: manage(page, "/move")),
    "plain": Screen("/plain/book"),
    "plain-zones": Screen("/plain/book/discovery?zones=all"),
    "plain-form": Screen("/plain/book/discovery?start=2026-11-26T08:00:00Z"),
    "plain-gone": Screen("/plain/book/discovery?start=2026-11-28T08:00:00Z"),
    "plain-locked": Screen("/plain/book/individual"),
    "not-found": Screen("/nowhere"),
    "styleguide": Screen("/styleguide"),
    "me": Screen("/me", OSKAR),
    "me-first-call": Screen("/me", NOOR),
    "me-request": Screen("/me", WREN),
    "me-menu": Screen("/me", OSKAR, press("Oskar")),
    "me-two": Screen("/me", INES, press("Ines")),
    "me-nothing": Screen("/me", TOBIAS),
    "me-cancel": Screen("/me", OSKAR, press("Cancel"), ENGLISH),
    "me-notices": Screen("/me/notices", OSKAR),
    "me-calendar": Screen("/me/calendar", OSKAR, make_an_address, ENGLISH),
    "me-devices": Screen("/me/devices", OSKAR),
    "today": Screen("/portal", HER),
    "today-decline": Screen("/portal", HER, press("Decline"), ENGLISH),
    "today-devices": Screen("/portal/devices", HER),
    "today-notices": Screen("/portal/notices", HER),
    "today-feedback": Screen("/portal/feedback", HER),
    "today-running": Screen("/portal/running", HER),
    "today-calendar": Screen("/portal/calendar", HER),
}


def main(beginnings: list[str]) -> int:
    TARGET.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as directory, chromium.browser() as browser:
        data = Path(directory)
        # Always the same morning, so that two pictures differ by what was changed.
        with server.running(
            data, data / "log", PRACTICE_NOW=server.MORNING, PRACTICE_LIMITS="off"
        ) as portal:
            take_all(browser, portal.base, tuple(beginnings) or ("",))
            if not beginnings:
                take_cover(browser, portal.base)
    return 0


def take_all(browser: Browser, base: str, beginnings: tuple[str, ...]) -> None:
    wanted = {name: one for name, one in SCREENS.items() if name.startswith(beginnings)}
    people = sorted({one.who for one in wanted.values()} - {""})
    signed_in = {who: sign_in(browser, base, who) for who in people}
    for name, screen in wanted.items():
        for code, wide, theme in product(screen.languages, WIDTHS, THEMES):
            look = Look(code, wide, theme)
            with shown(browser, base, screen, look, signed_in.get(screen.who)) as page:
                keep(page, f"{name}{'' if code == 'en' else f'-{code}'}-{wide}-{theme}")


def sign_in(browser: Browser, base: str, who: str) -> StorageState:
    with browser.new_context() as context:
        server.sign_in_by_letter(context, base, who)
        return context.storage_state()


@contextmanager
def shown(
    browser: Browser, base: str, screen: Screen, look: Look, state: StorageState | None
) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": look.wide, "height": 900},
        color_scheme=look.theme,
        reduced_motion="reduce",
        storage_state=state,
        locale=f"{look.code}-{'GB' if look.code == 'en' else look.code.upper()}",
        timezone_id="Europe/Rome",
        base_url=base,
    ) as context:
        page = context.new_page()
        page.goto(base + i18n.path_in(look.code, screen.path))
        page.wait_for_load_state("networkidle")
        screen.act(page)
        page.wait_for_load_state("networkidle")
        yield page


def keep(page: Page, name: str) -> None:
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
    sys.exit(main(sys.argv[1:]))
