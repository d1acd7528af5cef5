"""make screenshots: every screen at both widths, in both themes and languages, into
docs/screenshots. `.venv/bin/python -m tests.screenshots.take home sign-in` takes only those whose
name begins so.

What is shown, and what is done before, is in screens.py.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, Page, StorageState

from practice.settings import ROOT
from tests.screenshots import steps
from tests.screenshots.screens import HOUSES, LINKED, SCREENS, House, Screen
from tests.support import chromium, portal_process

TARGET = ROOT / "docs" / "screenshots"
WIDTHS = (360, 1280)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


class Look(NamedTuple):
    code: str
    wide: int
    theme: Literal["light", "dark"]


def main(beginnings: list[str]) -> int:
    TARGET.mkdir(parents=True, exist_ok=True)
    wanted = {
        name: one for name, one in SCREENS.items() if name.startswith(tuple(beginnings) or "")
    }
    with TemporaryDirectory() as directory, chromium.browser() as browser:
        for house, settings in HOUSES.items():
            own = {name: one for name, one in wanted.items() if one.house == house}
            if own:
                take_in(browser, Path(directory) / house, settings, own, house=house)
    return 0


def take_in(
    browser: Browser,
    data: Path,
    settings: Mapping[str, str],
    wanted: Mapping[str, Screen],
    house: House,
) -> None:
    # Always the same morning, so that two pictures differ by what was changed.
    with portal_process.running(
        data, data / "log", PRACTICE_NOW=portal_process.MORNING, **settings
    ) as portal:
        if house == "dark":
            portal_process.put_out(portal)
        take_all(browser, portal, wanted)
        if "home" in wanted:
            take_cover(browser, portal.base)


def take_all(browser: Browser, portal: portal_process.Server, wanted: Mapping[str, Screen]) -> None:
    if any(callable(one.path) for one in wanted.values()):
        with browser.new_context() as context:
            steps.read_letters(context.request, portal.base, LINKED)
    people = sorted({one.who for one in wanted.values()} - {""})
    signed_in = {who: sign_in(browser, portal.base, who) for who in people}
    for name, screen in wanted.items():
        with screen.during(portal):
            for code, wide, theme in product(screen.languages, screen.widths or WIDTHS, THEMES):
                look = Look(code, wide, theme)
                with shown(browser, portal.base, screen, look, signed_in.get(screen.who)) as page:
                    keep(page, f"{name}{'' if code == 'en' else f'-{code}'}-{wide}-{theme}")


def sign_in(browser: Browser, base: str, who: str) -> StorageState:
    with browser.new_context() as context:
        portal_process.sign_in_by_letter(context, base, who)
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
        screen.before(context)
        page = context.new_page()
        path = screen.path if isinstance(screen.path, str) else screen.path()
        page.goto(base + steps.in_language(look.code, path))
        page.wait_for_load_state("networkidle")
        screen.act(page)
        page.wait_for_load_state("networkidle")
        yield page
        steps.give_back(page)


def keep(page: Page, name: str) -> None:
    """As high as the page is: for a picture that is higher than its window the browser makes the
    window a pixel wide for a moment, and pages that answer to its width change their mind."""
    file = TARGET / f"{name}.png"
    high = page.evaluate("document.documentElement.scrollHeight")
    wide = page.evaluate("window.innerWidth")
    page.set_viewport_size({"width": wide, "height": max(high, 900)})
    page.screenshot(path=file)
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
