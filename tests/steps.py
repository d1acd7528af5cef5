"""What is done on a page before its picture is taken, and what is given back after it."""

import re
import time
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from playwright.sync_api import APIRequestContext, BrowserContext, Page

from practice import i18n

WHO = {"name": "Giulia Ferri", "phone": "+39 040 123456"}
HELD = re.compile(r"/manage(/[A-Z]{3}-\d{3}-[A-Z]{2}/[\w-]+)")
# A page that never hears from the server stays as it is drawn ahead.
SOCKET = re.compile("/_event")
# The links of the calls that were booked for a picture.
made: list[str] = []
# The links of the letters to the people of the sample: only the latest letters can be looked up.
held: dict[str, str] = {}


def an_email() -> str:
    return f"giulia.{uuid4().hex[:6]}@example.org"


def open_all(page: Page) -> None:
    """What a visitor would open one after the other."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def press(name: str) -> Callable[[Page], Any]:
    return lambda page: page.get_by_role("button", name=re.compile(f"^{name}")).first.click()


def make_an_address(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Make")).first.click()
    page.locator("#address").wait_for()


# With a script


def choose(page: Page) -> None:
    page.locator("[data-slot]").nth(1).click()
    page.locator("#who").wait_for()


def write(page: Page) -> None:
    for name, words in {**WHO, "email": an_email()}.items():
        page.locator(f"#wish-{name}").fill(words)
    page.get_by_role("checkbox").check()


def send(page: Page) -> None:
    page.locator("form button.big[type=submit]").first.click()


def is_booked(page: Page) -> None:
    page.wait_for_url("**/booked/**")
    remember(page.url.replace("/booked/", "/manage/"))


def remember(url: str) -> None:
    made.extend(found[1] for found in HELD.finditer(url))


def fill(page: Page) -> None:
    choose(page)
    write(page)


def send_nothing(page: Page) -> None:
    choose(page)
    send(page)
    page.locator("[data-error-summary]").wait_for()


def book(page: Page) -> None:
    fill(page)
    send(page)
    is_booked(page)


def book_by_phone(page: Page) -> None:
    choose(page)
    page.locator("#wish-place-phone").check()
    write(page)
    send(page)
    is_booked(page)


def book_to(page: Page, then: str = "") -> None:
    """And on to what can be done about it."""
    book(page)
    page.goto(page.url.replace("/booked/", "/manage/") + then)


def move_to_another(page: Page) -> None:
    book_to(page, "/move")
    page.locator(".slot").nth(2).click()
    page.locator("#wish").wait_for()


def lose_the_move(page: Page) -> None:
    move_to_another(page)
    snatch(page, page.locator("[name=start]").get_attribute("value") or "")
    send(page)
    page.locator(".alts").wait_for()


def move(page: Page) -> None:
    move_to_another(page)
    send(page)
    page.wait_for_url("**done=moved")


def cancel(page: Page) -> None:
    book_to(page, "/cancel")
    page.locator("form .danger").click()
    page.locator(".plate.off").wait_for()


def choose_to_move(page: Page) -> None:
    page.locator("button[data-day]").nth(1).click()
    choose(page)


def move_ones_own(page: Page) -> None:
    # Far enough away to be moved again.
    page.locator("button[data-day]").last.click()
    choose(page)
    send(page)
    page.wait_for_url("**/me?moved=**")
    page.locator(".next-done .notice").wait_for()


def snatch(page: Page, start: str) -> None:
    """Somebody else is quicker, by the road of programs."""
    known = page.request.get("/api/session-types").json()
    wish = {"session_type": "discovery", "start": start, "name": "Somebody Else"}
    wish |= {"email": an_email(), "phone": "+39 040 654321"}
    wish |= {"time_zone": "Europe/Rome", "place": "video"}
    wish["privacy_version"] = known["privacy_version"]
    key = {"idempotency-key": uuid4().hex}
    booked = page.request.post("/api/bookings", data=wish, headers=key).json()
    remember(booked.get("manage_url", ""))


def lose(page: Page) -> None:
    fill(page)
    snatch(page, page.locator(".slot.on").get_attribute("data-slot") or "")
    send(page)
    page.locator(".alts").wait_for()


def come_back_too_late(page: Page) -> None:
    """What was chosen is not free any more when the page is there again."""
    page.goto(f"{page.url}?start={quote('2026-11-28T09:00:00+01:00')}")
    page.locator("[data-slot]").first.wait_for()


def be_refused(page: Page) -> None:
    """Where one booking a day is all that one address may have."""
    choose(page)
    snatch(page, page.locator(".slot.on").get_attribute("data-slot") or "")
    page.locator("[data-slot]").nth(3).click()
    write(page)
    send(page)
    page.locator("[data-error-summary]").wait_for()


def look_for_a_zone(page: Page) -> None:
    page.locator(".zone button").first.click()
    page.get_by_role("dialog").wait_for()


def find_a_zone(page: Page) -> None:
    look_for_a_zone(page)
    page.locator("#zones-search").fill("lond")


def look_back(page: Page) -> None:
    """To the month before the first free day."""
    page.locator(".cal-head .icon-btn:visible").first.click()
    page.locator(".picker .no-times").wait_for()


def never_connect(context: BrowserContext) -> None:
    context.route_web_socket(SOCKET, lambda _socket: None)


def enlarge(page: Page) -> None:
    """What a zoom of 200 % at 320 px leaves for type: half the width, the same pixels."""
    page.evaluate("document.documentElement.style.fontSize = '212.5%'")


def enlarge_and_choose(page: Page) -> None:
    enlarge(page)
    choose(page)


def wait_for_trouble(page: Page) -> None:
    page.locator(".not-loaded .notice").wait_for()


# Without one


def plainly_choose(page: Page) -> None:
    page.locator(".slot").nth(1).click()
    page.locator("#wish").wait_for()


def plainly_send(page: Page, **said: str) -> None:
    """As it stands, whatever the browser would have asked for first."""
    given = {**WHO, "email": an_email(), **said}
    page.evaluate(
        """said => {
            const form = document.querySelector('main form')
            for (const [name, value] of Object.entries(said))
                for (const one of form.querySelectorAll(`[name=${name}]`)) one.value = value
            form.querySelector('[name=privacy_version]').checked = said.name.trim() !== ''
            form.noValidate = true
            form.submit()
        }""",
        given,
    )
    page.wait_for_load_state("networkidle")


def plainly_wrong(page: Page) -> None:
    plainly_choose(page)
    plainly_send(page, name=" ", phone="1", email="giulia")


def plainly_lose(page: Page) -> None:
    plainly_choose(page)
    snatch(page, page.locator("[name=start]").get_attribute("value") or "")
    plainly_send(page)


def plainly_refused(page: Page) -> None:
    plainly_choose(page)
    snatch(page, page.locator("[name=start]").get_attribute("value") or "")
    page.go_back()
    page.locator(".slot").nth(3).click()
    page.locator("#wish").wait_for()
    plainly_send(page)


def look_like_a_machine(page: Page) -> None:
    plainly_choose(page)
    plainly_send(page, website="https://giulia.example")


# Whose


def held_by(email: str, then: str = "") -> Callable[[], str]:
    """The page behind the link of the latest letter to somebody."""
    return lambda: f"/manage{held[email]}{then}"


def moved_by(email: str) -> Callable[[], str]:
    def path() -> str:
        _none, reference, key = held[email].split("/")
        return f"/book/move?booking={reference}&key={key}"

    return path


def moved_as(email: str) -> Callable[[], str]:
    return lambda: f"/me/move?booking={held[email].split('/')[1]}"


def read_letters(request: APIRequestContext, base: str, whose: Collection[str]) -> None:
    """As soon as all of them have come."""
    held.clear()
    while not held.keys() >= set(whose):
        for one in request.get(f"{base}/dev/mailbox.json").json():
            held.update((one["to"], found[1]) for found in HELD.finditer(one["text"]))
        time.sleep(0.1)


def give_back(page: Page) -> None:
    """Every call that was booked for a picture, so that the next one finds the same free times."""
    while made:
        link, own = made.pop(), {"origin": origin_of(page)}
        page.request.post(f"/manage{link}/cancel", form={"at_most_cents": "0"}, headers=own)


def origin_of(page: Page) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(page.url))


def in_language(code: str, path: str) -> str:
    """What a link of a letter opens speaks the language of its booking."""
    speaks = path.startswith(("/manage/", "/booked/"))
    return path if speaks else i18n.path_in(code, path)
