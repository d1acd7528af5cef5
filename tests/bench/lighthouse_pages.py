"""How heavy and how quick the pages are:
`.venv/bin/python -m tests.bench.lighthouse_pages [address …]`.

A free time stands in a `.slot`; one that the script has taken over bears data-slot; a day to choose
bears data-day; the times of a day stand in an element with data-times-of.
"""

import os
import re
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, NamedTuple

import psutil
from playwright.sync_api import Browser, Locator, Page
from playwright.sync_api import TimeoutError as NotSeen

from practice import build, practice
from practice.settings import Settings
from tests.bench import lighthouse
from tests.bench.lighthouse import CATEGORIES, Seen
from tests.bench.start_and_pages import WORK, flood
from tests.support import chromium, portal_process
from tests.support.portal_process import Server
from tests.support.smoke import IS_SMOKE, size
from tests.support.websocket_client import connected

# What, how much, and how much it may be.
Row = tuple[str, str, str]
PUBLIC = ("/", "/it", "/about", "/privacy", "/reading/first-conversation")
# Not to be found by search engines, so that no score of theirs is asked of it.
DOOR = "/sign-in"
VISITORS = size(200, 10)
OPENINGS = size(7, 2)
CHOICES = size(40, 2)
# The slow 4G of Lighthouse: bytes a second, and milliseconds there and back.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 204_800, "uploadThroughput": 96_000}
SLOW_PROCESSOR = 4

# A device that keeps another time than the practice is told its own.
ELSEWHERE = "America/New_York"

# When the first free time stands in a frame that was drawn, and when the script has it.
WATCH = """
window.drawn = wanted => new Promise(seen => {
  const look = () => document.querySelector(wanted)?.getClientRects().length
    ? requestAnimationFrame(() => seen(performance.now()))
    : requestAnimationFrame(look);
  requestAnimationFrame(look);
});
window.firstSlot = drawn(".slot time");
window.taken = drawn("[data-slot]");
"""
# The days that can be chosen, whether the mark is on the button or around it.
DAYS = """
() => [...document.querySelectorAll("[data-day]")].filter(day => {
  const button = day.matches("button, a") ? day : day.querySelector("button, a");
  return button && !button.disabled && button.getAttribute("aria-disabled") !== "true"
    && button.getClientRects().length;
}).map(day => day.dataset.day)
"""
CHOOSE = """
day => new Promise(done => {
  const at = document.querySelector(`[data-day="${day}"]`);
  const button = at.matches("button, a") ? at : at.querySelector("button, a");
  const shown = () => document.querySelector(`[data-times-of="${day}"]`);
  const started = performance.now();
  const finish = () => { watch.disconnect(); done(performance.now() - started); };
  const watch = new MutationObserver(() => shown() && finish());
  watch.observe(document.body, { subtree: true, childList: true, attributes: true });
  button.click();
  if (shown()) finish();
})
"""


class Opening(NamedTuple):
    """In milliseconds from the address."""

    seen: float
    taken: float


def main(addresses: list[str]) -> int:
    WORK.mkdir(parents=True, exist_ok=True)
    build.ensure(Settings.read({"PRACTICE_DATA_DIR": str(WORK)}))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, everything on the same cores\n")
    for what, measured, target in rows(addresses):
        print(f"{what:<62}{measured:<44}{target}", flush=True)
    return 0


def rows(addresses: list[str]) -> Iterator[Row]:
    interactive = ["/book" if "/book" in practice.addresses(practice.pages) else "/styleguide"]
    with running() as portal:
        each, p95 = flood(portal.base, "/")
        yield "GET /, 16 connections", f"{each:.0f} a second, p95 {p95:.0f} ms", "≥ 200 a second"
        for path in addresses or (*PUBLIC, DOOR):
            yield from weighed(portal, path)
        for path in addresses or interactive:
            if not addresses:
                yield from weighed(portal, path)
            yield from of_times(portal, path)
    with running() as portal:
        if not addresses:
            yield journey(portal)
        yield memory(portal)


def running() -> AbstractContextManager[Server]:
    """With nobody's limits: here one address asks for all."""
    return portal_process.running(WORK / "pages", WORK / "pages.log", PRACTICE_LIMITS="off")


def weighed(portal: Server, path: str) -> Iterator[Row]:
    """Not in the small size: a look takes half a minute, and Lighthouse is fetched for it."""
    if not IS_SMOKE:
        yield from of_page(path, lighthouse.look(portal.base + path, WORK))


def of_page(path: str, seen: Seen) -> Iterator[Row]:
    is_light = "script" not in seen.bytes_of
    kinds = ", ".join(f"{kind} {size / 1000:.1f}" for kind, size in sorted(seen.bytes_of.items()))
    yield (
        f"{path}: kB and requests",
        f"{seen.bytes_in_all / 1000:.1f} in {seen.requests}",
        "" if is_light else "≤ 190 kB",
    )
    yield f"  {kinds}", "", ""
    yield (
        f"  Lighthouse: {', '.join(CATEGORIES)}",
        " · ".join(f"{seen.scores[name]:.0f}" for name in CATEGORIES),
        "≥ 98 each" if is_light else "performance ≥ 95",
    )
    yield (
        "  largest paint s, layout shift",
        f"{seen.largest:.2f}, {seen.moved:.3f}",
        "≤ 0.05 shift" if is_light else "≤ 2.0 s, ≤ 0.05",
    )


def of_times(portal: Server, path: str) -> Iterator[Row]:
    with chromium.browser() as browser:
        # The first warms the server up.
        if first_time(browser, portal.base + path) is None:
            yield f"{path}: first free time", "no free time there", "≤ 250 ms, ≤ 1.8 s"
            return

        def several(**how: Any) -> list[Opening]:
            found = (first_time(browser, portal.base + path, **how) for _ in range(OPENINGS))
            return [one for one in found if one]

        quick, slow = several(), several(slow=True)
        elsewhere = several(zone=ELSEWHERE)
        choosing = choices(browser, portal.base + path)
    yield f"{path}: address to first free time, ms", said([one.seen for one in quick]), "≤ 250"
    yield "  until the script has taken it over, ms", said([one.taken for one in quick]), ""
    yield (
        "  on slow 4G with a processor four times slower, ms",
        said([one.seen for one in slow]),
        "≤ 1,800",
    )
    yield "  until the script has taken it over, ms", said([one.taken for one in slow]), ""
    yield "  for a device of another zone, ms", said([one.seen for one in elsewhere]), "≤ 250"
    yield f"  another day to its times, ms, {len(choosing)} times", said(choosing), "≤ 15, p95 ≤ 30"


def said(times: Sequence[float]) -> str:
    if len(times) < 2:
        return "too few"
    return f"p50 {statistics.median(times):.0f}, p95 {statistics.quantiles(times, n=20)[-1]:.0f}"


def first_time(browser: Browser, address: str, **how: Any) -> Opening | None:
    """By the browser's own clock, from a cold cache; None where there is no free time at all."""
    with opened(browser, address, **how) as page:
        try:
            page.locator("[data-slot]").first.wait_for(timeout=20_000)
        except NotSeen:
            return None
        return Opening(page.evaluate("window.firstSlot"), page.evaluate("window.taken"))


def choices(browser: Browser, address: str) -> list[float]:
    with opened(browser, address) as page:
        page.locator("[data-slot]").first.wait_for()
        page.wait_for_load_state("networkidle")
        days: list[str] = page.evaluate(DAYS)
        wanted = [days[number % len(days)] for number in range(1, CHOICES + 1)]
        return [page.evaluate(CHOOSE, day) for day in wanted] if len(days) > 1 else []


def journey(portal: Server) -> Row:
    """From home to a call that is booked, on a phone, by hands that type at once."""
    taps = 0

    def tap(what: Locator) -> None:
        nonlocal taps
        what.click()
        taps += 1

    with chromium.browser() as browser, opened(browser, portal.base + "/") as page:
        started = time.perf_counter()
        tap(page.get_by_role("link", name=re.compile("^Book a free")).first)
        tap(page.locator("[data-slot]").first)
        page.get_by_label("Name").fill("Giulia Ferri")
        page.get_by_label("E-mail").fill("giulia@example.org")
        page.get_by_label("Phone", exact=True).fill("+39 040 123456")
        tap(page.get_by_role("checkbox"))
        tap(page.get_by_role("button", name="Book this time"))
        page.wait_for_url("**/booked/**")
        page.get_by_role("heading", level=1).wait_for()
        taken = time.perf_counter() - started
    return (
        "home to booked: taps, fields, seconds beside typing",
        f"{taps}, 3, {taken:.1f}",
        "< 60 s",
    )


@contextmanager
def opened(
    browser: Browser, address: str, *, slow: bool = False, zone: str = lighthouse.ZONE
) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": 412, "height": 823}, locale="en-GB", timezone_id=zone, bypass_csp=True
    ) as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        if slow:
            session = context.new_cdp_session(page)
            session.send("Network.emulateNetworkConditions", SLOW)
            session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_PROCESSOR})
        page.goto(address)
        yield page


def memory(portal: Server) -> Row:
    """What the process that serves grows by; it has seen visitors before, as it would have."""
    with ExitStack() as warm:
        for _ in range(VISITORS // 10):
            warm.enter_context(connected(portal.base)).heard()
    before = resident(portal)
    with ExitStack() as visitors:
        for _ in range(VISITORS):
            visitors.enter_context(connected(portal.base)).heard()
        each = (resident(portal) - before) / VISITORS
    return f"memory of each of {VISITORS} connected visitors, kB", f"{each / 1000:.0f}", "≤ 300"


def resident(portal: Server) -> int:
    started = psutil.Process(portal.process.pid)
    family = [started, *started.children(recursive=True)]
    return sum(one.memory_info().rss for one in family if one.name().startswith("python"))


if __name__ == "__main__":
    sys.exit(main([word for word in sys.argv[1:] if not word.startswith("-")]))
