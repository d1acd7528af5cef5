"""make screenshots: every screen at both widths in both themes, into docs/screenshots."""

import sys

from playwright.sync_api import Browser

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
    "not-found": "/nowhere",
    "styleguide": "/styleguide",
    "styleguide-it": "/it/styleguide",
}
WIDTHS = (360, 1280)
THEMES = ("light", "dark")


def main() -> int:
    TARGET.mkdir(parents=True, exist_ok=True)
    data = ROOT / ".data" / "tests"
    data.mkdir(parents=True, exist_ok=True)
    with (
        server.running(data / "server", data / "screenshots.log") as portal,
        chromium.browser() as browser,
    ):
        for theme in THEMES:
            for wide in WIDTHS:
                with browser.new_context(
                    viewport={"width": wide, "height": 900},
                    color_scheme=theme,
                    reduced_motion="reduce",
                ) as context:
                    page = context.new_page()
                    for name, path in SCREENS.items():
                        spoken = "it" if path.startswith("/it") else "en"
                        page.set_extra_http_headers({"accept-language": spoken})
                        page.goto(portal.base + path)
                        page.wait_for_load_state("networkidle")
                        file = TARGET / f"{name}-{wide}-{theme}.png"
                        page.screenshot(path=file, full_page=True)
                        print(file.relative_to(ROOT))
        take_cover(browser, portal.base)
    return 0


def take_cover(browser: Browser, base: str) -> None:
    """The one picture that is committed, for the README."""
    with browser.new_context(viewport={"width": 1280, "height": 760}, locale="en-GB") as context:
        page = context.new_page()
        page.goto(base)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=ROOT / "docs" / "home.png")


if __name__ == "__main__":
    sys.exit(main())
