"""A page as everybody sees it: on a phone and on a desk, by day and by night. It is loaded once and
shown in each look, because loading it is most of what that costs."""

from collections.abc import Iterator
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT as AXE
from playwright.sync_api import Page

WIDTHS = (360, 1280)
# Every rule that axe has; of what it says only what is wrong.
FINDINGS = "axe.run({resultTypes: ['violations']}).then(said => said.violations)"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def looks(page: Page, widths: tuple[int, ...] = WIDTHS) -> Iterator[str]:
    """Without motion: a colour on its way to another one has no contrast of its own."""
    for wide in widths:
        page.set_viewport_size({"width": wide, "height": 900})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            yield f"{wide} {theme}"


def axe_findings(page: Page) -> list[str]:
    """A document is given axe once: half a megabyte takes as long to read as a page to examine."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: Any = page.evaluate(FINDINGS)
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def axe_in_all_looks(page: Page, widths: tuple[int, ...] = WIDTHS) -> dict[str, list[str]]:
    """What it finds, by look; nothing where it finds nothing."""
    found = {look: axe_findings(page) for look in looks(page, widths)}
    return {look: findings for look, findings in found.items() if findings}


def sticks_out(page: Page, widths: tuple[int, ...] = (320, 360, 768, 1280)) -> list[int]:
    """The widths at which the page is wider than the screen."""
    found: list[int] = []
    for wide in widths:
        page.set_viewport_size({"width": wide, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > wide:
            found.append(wide)
    return found
