"""What is done on a page before its picture is taken, and what is given back after it."""

import re
import time
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from playwright.sync_api import APIRequestContext, BrowserContext, Page

from practice import i18n

WHO = {"name": "Giulia Ferri", "phone": "+39 040 123456"}
HELD = re.compile(r"/manage(/[A-Z]{3}-\d{3}-[A-Z]{2}/[\w-]+)")
SIGNS_IN = re.compile(r"/sign-in/link/[\w-]+")
# A day with many free times.
ROOMY = "2026-11-26"
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


@contextmanager
def stranger(page: Page) -> Generator[APIRequestContext]:
    """Another browser, whoever looks at the page."""
    browser = page.context.browser
    assert browser
    with browser.new_context(base_url=origin_of(page)) as context:
        yield context.request


def book_as_stranger(page: Page, start: str, email: str = "") -> str:
    """The path behind the link, "" where it was refused."""
    with stranger(page) as request:
        wish = {
            "session_type": "discovery",
            "start": start,
            "name": "Somebody Else",
            "email": email or an_email(),
            "phone": "+39 040 654321",
            "time_zone": "Europe/Rome",
            "place": "video",
            "privacy_version": request.get("/api/session-types").json()["privacy_version"],
            "language": language_of(page),
        }
        key = {"idempotency-key": uuid4().hex}
        link = request.post("/api/bookings", data=wish, headers=key).json().get("manage_url", "")
    remember(link)
    return urlsplit(link).path


def free_times(page: Page) -> list[str]:
    """As a guest is offered them, from a day on that has many."""
    days = f"session_type=discovery&from={ROOMY}&to=2026-12-20&tz=Europe/Rome"
    with stranger(page) as request:
        return [time["start"] for time in request.get("/api/slots", params=days).json()["slots"]]


def crowd(page: Page, start: str) -> None:
    """Guests take their whole share of the day on which this time is, and leave the time."""
    chosen = datetime.fromisoformat(start)
    times = [datetime.fromisoformat(time) for time in free_times(page)]
    same_day = [time for time in times if time.date() == chosen.astimezone(time.tzinfo).date()]
    others = [time.isoformat() for time in same_day if time != chosen]
    while others and book_as_stranger(page, others.pop()):
        pass


def be_asked_for_proof(page: Page) -> None:
    fill(page)
    crowd(page, page.locator(".slot.on").get_attribute("data-slot") or "")
    send(page)
    page.locator("[data-error-summary]").wait_for()


def be_asked_for_proof_by_move(page: Page) -> None:
    book_to(page, f"/move?day={ROOMY}")
    page.locator(".slot").first.click()
    page.locator("#wish").wait_for()
    crowd(page, page.locator("[name=start]").get_attribute("value") or "")
    send(page)
    page.locator(".notice").wait_for()


def renew(page: Page) -> None:
    page.locator("main form .primary").click()
    page.wait_for_url("**/renew")


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
    # The page that is left is idle long before the answer has come.
    with page.expect_navigation():
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


def be_plainly_asked_for_proof(page: Page) -> None:
    plainly_choose(page)
    crowd(page, page.locator("[name=start]").get_attribute("value") or "")
    plainly_send(page)


def move_often(page: Page) -> None:
    """Where once a day is all that one booking may be moved."""
    move(page)
    page.goto(f"{page.url.partition('?')[0]}/move")
    page.locator(".slot").nth(3).click()
    page.locator("#wish").wait_for()
    send(page)
    page.locator(".notice").wait_for()


def have_enough_letters(page: Page) -> None:
    """Two more calls under the same e-mail have brought it a letter each."""
    page.goto(book_thrice(page) + "/move")
    page.locator(".slot").nth(3).click()
    page.locator("#wish").wait_for()
    send(page)
    page.locator(".notice").wait_for()


def book_thrice(page: Page) -> str:
    """Under one e-mail, on three days; the path behind the first link."""
    days = {time[:10]: time for time in free_times(page)}
    email = an_email()
    links = [book_as_stranger(page, time, email) for time in list(days.values())[-3:]]
    return links[0]


def move_often_by_script(page: Page) -> None:
    move(page)
    move_by_script(page, urlsplit(page.url).path)


def have_enough_letters_by_script(page: Page) -> None:
    move_by_script(page, book_thrice(page))


def move_by_script(page: Page, link: str) -> None:
    _none, _manage, reference, key = link.split("/")
    page.goto(f"{path_prefix(page)}/book/move?booking={reference}&key={key}")
    choose(page)
    send(page)
    page.locator("[data-error-summary]").wait_for()


def read_very_much(page: Page) -> None:
    while page.request.get(page.url).status != 429:
        pass
    page.reload()


# At the door


def open_the_letter(page: Page) -> None:
    """Of a booking, in a browser that did not book it."""
    email = an_email()
    prefix = path_prefix(page)
    book_as_stranger(page, free_times(page)[0], email)
    page.goto(prefix + sign_in_path(page, email))
    page.locator(".door").wait_for()


def sign_in_path(page: Page, email: str) -> str:
    """Of the newest letter to somebody, as soon as it has come."""
    while True:
        for letter in page.request.get("/dev/mailbox.json").json():
            if letter["to"] == email and (link := SIGNS_IN.search(letter["text"])):
                return link[0]
        time.sleep(0.1)


def path_prefix(page: Page) -> str:
    code = language_of(page)
    return "" if code == i18n.DEFAULT_LANGUAGE else f"/{code}"


def be_asked_about_a_booking(page: Page) -> None:
    """Somebody books under the e-mail of whoever is signed in here."""
    book_as_stranger(page, free_times(page)[0], "tobias@quill.example")
    page.goto(f"{path_prefix(page)}/sign-in/was-it-you")
    page.locator(".door").wait_for()


def fill_a_day(page: Page) -> None:
    crowd(page, free_times(page)[0])
    page.reload()
    page.locator(".day-full button").wait_for()


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


def language_of(page: Page) -> str:
    return page.locator("html").get_attribute("lang") or i18n.DEFAULT_LANGUAGE


def in_language(code: str, path: str) -> str:
    """What a link of a letter opens speaks the language of its booking."""
    speaks = path.startswith(("/manage/", "/booked/"))
    return path if speaks else i18n.path_in(code, path)
