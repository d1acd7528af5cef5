"""Finds a browser: the machine's Chromium, or the one that Playwright brought."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = (
    "No browser was found. Install Chromium (Debian: apt-get install chromium; or "
    "`.venv/bin/playwright install chromium`), or set SKIP_BROWSER=1 to go without these tests."
)


def path(playwright: Playwright) -> str | None:
    own = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    if own:
        return own
    brought = playwright.chromium.executable_path
    return brought if Path(brought).exists() else None


@contextmanager
def browser() -> Generator[Browser]:
    with sync_playwright() as playwright:
        found = path(playwright)
        if found is None:
            raise LookupError(MISSING)
        with playwright.chromium.launch(executable_path=found, args=QUIET) as browser:
            yield browser
