"""The booking page as a person meets it: from the address to the call that is booked."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage, moved_while_loading
from tests.support import portal_process
from tests.support.appearances import axe_findings, axe_in_all_looks, sticks_out
from tests.support.portal_process import Ask

NARROW, BROAD = 360, 1280
NOOR = "noor@alderby.example"
OSKAR = "oskar@lindvale.example"
CLOSED = "INSERT INTO blocks (id, first_on, last_on, zone) VALUES (%s, %s, %s, 'Europe/Rome')"
# What the browser's own tools call slow 3G: bytes a second, and milliseconds there and back.
SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[portal_process.Server]:
    """Of its own, because here one browser books more than a person may in a day."""
    own = tmp_path_factory.mktemp("booking")
    log = own / "server.log"
    with portal_process.running(
        own, log, PRACTICE_NOW=portal_process.MORNING, PRACTICE_LIMITS="off"
    ) as found:
        with portal_process.changing(found) as ask:
            for table in ("practice", "session_types"):
                ask(f"UPDATE {table} SET max_per_day = %s", (None,))
            ask("CREATE TABLE before_all AS SELECT id FROM bookings", ())
        yield found


@pytest.fixture(autouse=True)
def as_free_as_before(portal: portal_process.Server) -> Iterator[None]:
    """No test finds a day fuller for those that ran before it."""
    yield
    with portal_process.changing(portal) as ask:
        ask(
            "UPDATE bookings SET status = 'cancelled' WHERE discovery AND status = 'confirmed' "
            "AND id NOT IN (SELECT id FROM before_all)",
            (),
        )


@pytest.fixture
def in_database(portal: portal_process.Server) -> Iterator[Ask]:
    with portal_process.changing(portal) as ask:
        yield ask


def opened(open_page: OpenPage, path: str = "/book", **options: Any) -> Page:
    page = open_page(path, **{"timezone_id": "Europe/Rome", **options})
    expect(page.locator("[data-slot]").first).to_be_visible()
    return page


def pick(page: Page, at: int = 0) -> str:
    """Presses a free time and tells which."""
    slots = page.locator("[data-slot]")
    slot = slots.nth(min(at, slots.count() - 1))
    start = slot.get_attribute("data-slot") or ""
    slot.click()
    expect(page.locator("#who")).to_be_focused()
    return start


def fill(page: Page, name: str = "Giulia Ferri") -> str:
    email = f"{uuid4().hex[:10]}@example.org"
    page.locator("#wish-name").fill(name)
    page.locator("#wish-email").fill(email)
    page.locator("#wish-phone").fill("+39 040 123456")
    page.get_by_role("checkbox").check()
    return email


def send(page: Page) -> None:
    page.locator("form button[type=submit]").click()


def is_booked(page: Page) -> str:
    page.wait_for_url(re.compile(r"/booked/[A-Z]{3}-\d{3}-[A-Z]{2}/[\w-]+$"))
    return page.url.split("/")[-2]


def letter_to(page: Page, portal: portal_process.Server, email: str) -> str:
    """What the confirmation says, once it has come."""
    for _try in range(200):
        letters = page.request.get(f"{portal.base}/dev/mailbox.json").json()
        texts = [one["text"] for one in letters if one["to"] == email]
        if texts:
            return texts[0]
        page.wait_for_timeout(50)
    raise AssertionError(f"no letter to {email}")


def snatch(page: Page, portal: portal_process.Server, start: str) -> None:
    """Somebody else books it, by the road of programs."""
    kinds = page.request.get(f"{portal.base}/api/session-types").json()
    wish = {
        "session_type": "discovery",
        "start": start,
        "name": "Somebody Else",
        "email": f"{uuid4().hex[:10]}@example.org",
        "phone": "+39 040 654321",
        "time_zone": "Europe/Rome",
        "place": "video",
        "privacy_version": kinds["privacy_version"],
    }
    answer = page.request.post(
        f"{portal.base}/api/bookings",
        data=json.dumps(wish),
        headers={"content-type": "application/json", "idempotency-key": uuid4().hex},
    )
    assert answer.status == 201


@pytest.mark.parametrize(
    ("path", "title"),
    [("/book", "A free discovery call"), ("/it/book", "Una chiamata conoscitiva gratuita")],
)
@pytest.mark.parametrize(("wide", "theme"), [(NARROW, "dark"), (BROAD, "light")])
def test_a_guest_books_a_call(
    open_page: OpenPage, portal: portal_process.Server, path: str, title: str, wide: int, theme: str
):
    page = opened(open_page, path, wide=wide, color_scheme=theme)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    pick(page, 1)
    chosen = page.locator(".chosen").inner_text()
    hours = re.findall(r"\d\d:\d\d – \d\d:\d\d, ", chosen)
    email = fill(page)
    send(page)
    reference = is_booked(page)
    said = letter_to(page, portal, email)
    assert reference in said
    assert hours[0].partition(",")[0][:5] in said
    assert page.evaluate("sessionStorage.getItem('practice-typed')") is None


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(open_page: OpenPage):
    page = opened(open_page, bypass_csp=True)
    pick(page)
    page.get_by_label("Name").fill("Giulia Ferri")
    page.get_by_label("E-mail").fill("giulia")
    send(page)
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(3)
    expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Name")).to_have_value("Giulia Ferri")
    assert axe_findings(page) == []
    summary.get_by_role("link").first.press("Enter")
    expect(page.get_by_label("E-mail")).to_be_focused()


def test_a_reload_in_the_middle_loses_nothing(open_page: OpenPage):
    page = opened(open_page)
    start = pick(page, 2)
    fill(page)
    page.get_by_label("By phone").check()
    page.get_by_text("Add a note").click()
    page.get_by_role("textbox", name="Note").fill("In the evening if you can.")
    chosen = page.locator(".chosen").inner_text()
    page.reload()
    expect(page.locator(".slot.on")).to_have_attribute("data-slot", start)
    assert page.locator(".chosen").inner_text() == chosen
    expect(page.get_by_label("Name")).to_have_value("Giulia Ferri")
    expect(page.get_by_label("By phone")).to_be_checked()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("In the evening if you can.")
    expect(page.get_by_role("checkbox")).to_be_checked()
    send(page)
    is_booked(page)


def test_the_other_language_keeps_what_was_chosen(open_page: OpenPage):
    page = opened(open_page)
    start = pick(page, 2)
    page.get_by_role("link", name="Italiano", exact=True).click()
    expect(page).to_have_url(re.compile("/it/book[?]"))
    expect(page.locator(".slot.on")).to_have_attribute("data-slot", start)


def test_back_leads_to_the_times_and_forward_to_the_form(open_page: OpenPage):
    page = opened(open_page)
    start = pick(page, 1)
    assert "start=" in page.url
    page.go_back()
    expect(page.locator("#who")).not_to_be_visible()
    expect(page.locator(".slot.on")).to_have_count(0)
    page.go_forward()
    expect(page.locator("#who")).to_be_visible()
    expect(page.locator(".slot.on")).to_have_attribute("data-slot", start)


def test_a_time_that_went_while_the_page_was_away_is_said_to_be_gone(
    open_page: OpenPage, portal: portal_process.Server
):
    page = opened(open_page)
    start = pick(page, 1)
    snatch(page, portal, start)
    page.reload()
    expect(page.get_by_role("alert").filter(has_text="not free any more")).to_be_visible()
    expect(page.locator("#who")).not_to_be_visible()
    assert "start=" not in page.url


@pytest.mark.parametrize("wide", [NARROW, BROAD])
def test_a_lost_time_is_replaced_in_place(
    open_page: OpenPage, portal: portal_process.Server, wide: int
):
    page = opened(open_page, wide=wide, bypass_csp=True)
    start = pick(page, 3)
    fill(page)
    snatch(page, portal, start)
    send(page)
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("That time has just been taken")
    expect(title).to_be_focused()
    expect(page.get_by_role("alert").filter(has_text="Nothing you wrote is lost")).to_be_visible()
    expect(page.locator(".slot.gone")).to_have_text(re.compile(start[11:16]))
    expect(page.locator(".kept dd > span").first).to_have_text("Giulia Ferri")
    cards = page.locator(".alt")
    expect(cards.nth(0).get_by_role("radio")).to_be_checked()
    assert axe_findings(page) == []
    cards.nth(1).click()
    chosen = cards.nth(1).locator("time").get_attribute("datetime") or ""
    assert parse_qs(urlsplit(page.url).query)["start"] == [chosen]
    hour = cards.nth(1).locator("b").inner_text()
    button = page.get_by_role("button", name=re.compile(f"^Book .* at {hour}$"))
    button.click()
    is_booked(page)


def test_after_a_loss_what_was_written_can_be_changed_and_another_day_picked(
    open_page: OpenPage, portal: portal_process.Server
):
    page = opened(open_page)
    start = pick(page, 3)
    fill(page)
    snatch(page, portal, start)
    send(page)
    page.get_by_role("button", name="Change – Name").click()
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("Name").fill("Giulia F. Ferri")
    page.locator("button[data-day]").nth(1).click()
    pick(page, 0)
    expect(page.get_by_role("heading", level=1)).to_have_text("A free discovery call")
    expect(page.get_by_label("Name")).to_have_value("Giulia F. Ferri")
    send(page)
    is_booked(page)


def test_where_the_whole_day_has_gone_the_next_one_is_shown(open_page: OpenPage, in_database: Ask):
    page = opened(open_page)
    start = pick(page, 0)
    fill(page)
    row, day = uuid4(), start[:10]
    in_database(CLOSED, (row, day, day))
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("That time has just been taken")
    expect(page.locator(".times [data-slot]").first).to_be_visible()
    assert page.locator("[data-times-of]").get_attribute("data-times-of") != day
    in_database("DELETE FROM blocks WHERE id = %s", (row,))


def tab_to(page: Page, target: str, at_most: int = 40) -> None:
    for _press in range(at_most):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", target):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached")


def test_keys_alone_lead_from_the_address_to_the_call(open_page: OpenPage):
    page = opened(open_page)
    tab_to(page, "button[data-day]")
    before = page.evaluate("document.activeElement.dataset.day")
    page.keyboard.press("ArrowRight")
    after = page.evaluate("document.activeElement.dataset.day")
    assert after > before
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-times-of='{after}']")).to_be_visible()
    expect(
        page.get_by_role("status").filter(has_text=re.compile(r"times on \w+day"))
    ).to_have_count(1)
    tab_to(page, "[data-slot]")
    page.keyboard.press("Enter")
    expect(page.locator("#who")).to_be_focused()
    for field, words in {
        "#wish-name": "Giulia Ferri",
        "#wish-email": f"{uuid4().hex[:10]}@example.org",
        "#wish-phone": "+39 040 123456",
    }.items():
        tab_to(page, field)
        page.keyboard.type(words)
    tab_to(page, "#wish-consent")
    page.keyboard.press("Space")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    is_booked(page)


def test_arrows_step_from_free_day_to_free_day_into_the_next_month(open_page: OpenPage):
    page = opened(open_page)
    page.locator("button[data-day='2026-11-27']").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.day") == "2026-11-30"
    page.keyboard.press("ArrowRight")
    expect(page.locator(".cal-head h3")).to_have_text("December 2026")
    page.wait_for_function("document.activeElement.dataset.day === '2026-12-01'")


def test_arrows_step_from_free_day_to_free_day_on_the_week_of_a_phone(open_page: OpenPage):
    page = opened(open_page, wide=NARROW)
    days = page.locator(".week [data-day]")
    first = days.first.get_attribute("data-day") or ""
    days.first.focus()
    seen = [first]
    for _step in range(6):
        page.keyboard.press("ArrowRight")
        seen.append(page.evaluate("document.activeElement.dataset.day"))
    assert seen == sorted(set(seen))
    assert seen[-1] > (date.fromisoformat(first) + timedelta(days=7)).isoformat()
    for _step in range(6):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(f"[data-day='{first}']")).to_be_focused()


def test_another_day_needs_no_server(open_page: OpenPage, portal: portal_process.Server):
    page = open_page("/privacy", timezone_id="Europe/Rome")
    said: list[str] = []

    def listen(socket: Any) -> None:
        socket.on("framesent", lambda frame: said.append(str(frame)))

    page.on("websocket", listen)
    page.goto(f"{portal.base}/book")
    expect(page.locator("[data-slot]").first).to_be_visible()
    before = len(said)
    days = page.locator("button[data-day]")
    for number in range(days.count()):
        days.nth(number).click()
        on = days.nth(number).get_attribute("data-day")
        expect(page.locator(f"[data-times-of='{on}'] [data-slot]").first).to_be_visible()
    # What is left is the connection's own breath.
    assert [one for one in said[before:] if one not in {"2", "3"}] == []


def test_months_ahead_are_there_before_they_are_looked_at(open_page: OpenPage):
    page = opened(open_page)
    back = page.get_by_role("button", name="October 2026")
    expect(back).to_be_disabled()
    page.get_by_role("button", name="December 2026").click()
    expect(page.locator("button[data-day^='2026-12']").first).to_be_visible()
    page.get_by_role("button", name="January 2027").click()
    expect(page.locator(".cal-head h3")).to_have_text("January 2027")
    expect(page.locator("button[data-day^='2027-01']").first).to_be_visible()


def test_the_week_of_a_phone_steps_over_weeks_without_times(open_page: OpenPage, in_database: Ask):
    row = uuid4()
    in_database(CLOSED, (row, "2026-12-07", "2026-12-20"))
    page = opened(open_page, wide=NARROW)
    expect(page.locator(".cal-head h3")).to_have_text(re.compile(r"23 – 29 November"))
    for wanted in ("30 Nov – 6 Dec", "21 – 27 December"):
        page.get_by_role("button", name="Later week with free times").click()
        expect(page.locator(".cal-head h3")).to_have_text(re.compile(wanted))
        expect(page.locator(".week .day.on")).to_have_count(1)
    sizes = page.locator(".week .day").evaluate_all(
        "all => all.map(one => [one.offsetWidth, one.offsetHeight])"
    )
    assert all(min(size) >= 44 for size in sizes)
    in_database("DELETE FROM blocks WHERE id = %s", (row,))


def test_a_month_without_times_says_where_it_goes_on(open_page: OpenPage, in_database: Ask):
    row = uuid4()
    in_database(CLOSED, (row, "2026-12-01", "2026-12-31"))
    page = opened(open_page, bypass_csp=True)
    page.get_by_role("button", name="December 2026").click()
    said = page.get_by_role("status").filter(has_text="No times this month: the next free day is")
    expect(said).to_be_visible()
    assert axe_findings(page) == []
    page.get_by_role("button", name=re.compile("^Go to .* January")).click()
    expect(page.locator(".cal-head h3")).to_have_text("January 2027")
    expect(page.locator("[data-slot]").first).to_be_visible()
    in_database("DELETE FROM blocks WHERE id = %s", (row,))


def test_where_nothing_is_free_there_is_a_way_to_write(open_page: OpenPage, in_database: Ask):
    notice = "UPDATE session_types SET notice_minutes = %s WHERE slug = 'discovery'"
    in_database(notice, (400 * 24 * 60,))
    page = open_page("/book", timezone_id="Europe/Rome", bypass_csp=True)
    expect(page.get_by_text("There are no free times at the moment.")).to_be_visible()
    href = page.get_by_role("link", name="Write to me").get_attribute("href") or ""
    assert href == "mailto:hello@studiomarea.example"
    assert axe_findings(page) == []
    in_database(notice, (24 * 60,))


def test_kathmandu_is_seen_from_st_john_s(
    open_page: OpenPage, portal: portal_process.Server, in_database: Ask
):
    """Nine and a quarter hours apart, and on two dates."""
    zone = "UPDATE practice SET zone = %s"
    in_database(zone, ("Asia/Kathmandu",))
    try:
        page = opened(open_page, timezone_id="America/St_Johns")
        expect(page.locator(".zone:visible")).to_contain_text("St John’s time (GMT−3:30)")
        slot = page.locator("[data-slot]").first
        start = slot.get_attribute("data-slot") or ""
        assert start.endswith("-03:30")
        there = page.evaluate(
            "start => new Date(start).toLocaleString('en-GB', {timeZone: 'Asia/Kathmandu', "
            "weekday: 'long', hour: '2-digit', minute: '2-digit'})",
            start,
        )
        slot.click()
        said = page.locator(".chosen").inner_text()
        assert start[11:16] in said
        assert "Where I am:" in said
        assert there[-5:] in said
        assert there.split()[0].strip(",") in said
        email = fill(page)
        send(page)
        is_booked(page)
        assert start[11:16] in letter_to(page, portal, email)
    finally:
        in_database(zone, ("Europe/Rome",))


def test_a_week_in_which_the_clocks_change_keeps_its_hours(open_page: OpenPage, in_database: Ask):
    """In Trieste the clocks go forward on 28 March 2027."""
    horizon = "UPDATE session_types SET horizon_days = %s WHERE slug = 'discovery'"
    in_database(horizon, (200,))
    for day, offset in (("2027-03-26", "+01:00"), ("2027-03-29", "+02:00")):
        page = opened(open_page, f"/book?day={day}")
        slot = page.locator("[data-slot]").first
        assert slot.get_attribute("data-slot") == f"{day}T09:00:00{offset}"
        expect(slot).to_have_text("09:00")
        expect(page.locator(".zone:visible")).to_contain_text(f"GMT+{offset[2]}")
    in_database(horizon, (60,))


def test_another_zone_is_found_by_its_city_and_kept_in_the_address(open_page: OpenPage):
    page = opened(open_page, bypass_csp=True)
    first = page.locator("[data-slot]").first.get_attribute("data-slot") or ""
    page.get_by_role("button", name="Change – Time zone").press("Enter")
    dialog = page.get_by_role("dialog", name="Time zone")
    expect(dialog).to_be_visible()
    assert axe_findings(page) == []
    page.keyboard.type("kathm")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog).not_to_be_visible()
    expect(page.locator(".zone:visible")).to_contain_text("Kathmandu time (GMT+5:45)")
    assert re.search(r"tz=Asia%2FKath?mandu", page.url)
    page.reload()
    expect(page.locator(".zone:visible")).to_contain_text("Kathmandu time (GMT+5:45)")
    now = page.locator("[data-slot]").first.get_attribute("data-slot") or ""
    same = page.evaluate("([a, b]) => new Date(a) - new Date(b)", [first, now])
    assert same == 0


def test_a_zone_that_nobody_knows_falls_back_kindly(open_page: OpenPage):
    page = opened(open_page, "/book?tz=Mars/Olympus")
    expect(page.locator(".zone:visible")).to_contain_text("Trieste time (GMT+1)")


def test_a_dropped_connection_loses_nothing(open_page: OpenPage, portal: portal_process.Server):
    page = open_page("/privacy", timezone_id="Europe/Rome")
    sockets: list[Any] = []

    def through(socket: Any) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket(re.compile("/_event"), through)
    page.goto(f"{portal.base}/book")
    start = pick(page, 2)
    fill(page)
    sockets[-1].close()
    for _try in range(200):
        if len(sockets) == 2:
            break
        page.wait_for_timeout(50)
    assert len(sockets) == 2
    expect(page.locator(".slot.on")).to_have_attribute("data-slot", start)
    expect(page.get_by_label("Name")).to_have_value("Giulia Ferri")
    send(page)
    is_booked(page)


def test_on_a_slow_line_a_call_is_booked_on_the_same_page(
    open_page: OpenPage, portal: portal_process.Server
):
    page = open_page("/privacy", wide=NARROW, timezone_id="Europe/Rome")
    page.context.set_default_timeout(60_000)
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW_3G)
    page.goto(f"{portal.base}/book")
    page.locator("[data-slot]").first.wait_for()
    assert "/plain/" not in page.url
    pick(page, 4)
    fill(page)
    send(page)
    is_booked(page)


def test_a_reload_while_it_is_sent_leads_to_the_call_it_booked(
    open_page: OpenPage, portal: portal_process.Server
):
    page = opened(open_page)
    pick(page)
    email = fill(page)
    send(page)
    page.evaluate("location.reload()")
    is_booked(page)
    letter_to(page, portal, email)
    page.go_back()
    expect(page.locator("[data-slot]").first).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="not free any more")).to_have_count(0)


def test_another_time_after_a_lost_answer_books_no_second_call(
    open_page: OpenPage, portal: portal_process.Server
):
    page = opened(open_page)
    pick(page)
    email = fill(page)
    page.context.set_offline(True)
    send(page)
    expect(page.locator(".form-silence")).to_be_visible(timeout=20_000)
    pick(page, 3)
    send(page)
    page.context.set_offline(False)
    booked = is_booked(page)
    letter_to(page, portal, email)
    page.wait_for_timeout(1000)
    letters = page.request.get(f"{portal.base}/dev/mailbox.json").json()
    texts = [one["text"] for one in letters if one["to"] == email]
    assert {found for text in texts for found in re.findall(r"[A-Z]{3}-\d{3}-[A-Z]{2}", text)} == {
        booked
    }


def test_what_is_typed_outlives_a_turn_of_the_phone_without_the_calendar(open_page: OpenPage):
    page = opened(open_page, wide=NARROW)
    pick(page)
    fill(page)
    page.context.set_offline(True)
    page.set_viewport_size({"width": 800, "height": 400})
    expect(page.locator(".week.stays")).to_be_visible()
    expect(page.locator("#wish-name")).to_have_value("Giulia Ferri")
    page.context.set_offline(False)
    expect(page.get_by_role("grid")).to_be_visible()
    expect(page.locator("#wish-name")).to_have_value("Giulia Ferri")


def test_where_no_script_comes_to_who_is_signed_in_there_is_a_way_on(open_page: OpenPage):
    page = open_page("/", timezone_id="Europe/Rome")
    page.context.add_cookies([{"name": "practice_session", "value": "stale", "url": page.url}])
    page.route("**/*.js", lambda _never: None)
    page.goto(page.url + "book?day=2026-11-26", wait_until="commit")
    way = page.get_by_role("link", name="Taking long")
    expect(way).to_be_visible(timeout=12_000)
    way.click()
    expect(page).to_have_url(re.compile(r"/plain/book\?day=2026-11-26"))


def test_two_presses_book_once(open_page: OpenPage, portal: portal_process.Server):
    page = opened(open_page)
    pick(page, 1)
    email = fill(page)
    page.evaluate(
        "() => { const button = document.querySelector('button[type=submit].big');"
        " button.click(); button.click() }"
    )
    is_booked(page)
    letter_to(page, portal, email)
    letters = page.request.get(f"{portal.base}/dev/mailbox.json").json()
    assert len([one for one in letters if one["to"] == email]) == 1


def test_without_a_socket_the_plain_page_takes_over(
    open_page: OpenPage, portal: portal_process.Server
):
    """Three pages at once, because each of them has to lose its patience."""
    pages: dict[str, Page] = {}
    for path in ("/book", "/it/book", "/book/discovery"):
        page = open_page("/privacy", timezone_id="Europe/Rome")
        page.route_web_socket(re.compile("/_event"), lambda _socket: None)
        page.goto(f"{portal.base}{path}?day=2026-12-01", wait_until="commit")
        pages[path] = page
    for path, page in pages.items():
        plain = path.replace("/book", "/plain/book")
        page.wait_for_url(re.compile(rf"{plain}\?.*day=2026-12-01"), wait_until="commit")
        assert "tz=Europe%2FRome" in page.url


@pytest.mark.parametrize("wide", [NARROW, BROAD])
def test_times_can_be_taken_before_any_script_has_come(open_page: OpenPage, wide: int):
    page = open_page("/", wide=wide, timezone_id="Europe/Rome")
    page.route("**/*.js", lambda _never: None)
    page.get_by_role("link", name=re.compile("^Book a free")).first.click(no_wait_after=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("A free discovery call")
    shown = page.locator(".slot:visible").nth(1)
    start = shown.locator("time").get_attribute("datetime")
    shown.click()
    expect(page.locator(f"time[datetime='{start}']").first).to_be_visible()
    page.get_by_label("Name").fill("Giulia Ferri")
    page.get_by_label("E-mail").fill(f"{uuid4().hex[:10]}@example.org")
    page.get_by_label("Phone", exact=True).fill("+39 040 123456")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Book this time").click()
    is_booked(page)


@pytest.mark.parametrize("path", ["book", "it/book"])
def test_axe_finds_nothing_before_any_script_has_come(open_page: OpenPage, path: str):
    page = open_page("/", timezone_id="Europe/Rome", bypass_csp=True)
    page.route("**/*.js", lambda _never: None)
    page.goto(page.url + path, wait_until="commit")
    expect(page.locator(".ahead .slot").first).to_be_visible()
    assert axe_in_all_looks(page) == {}
    assert sticks_out(page) == []


def test_a_device_elsewhere_is_shown_its_own_time_before_any_script_has_come(open_page: OpenPage):
    page = open_page("/", timezone_id="Asia/Kathmandu")
    page.route("**/*.js", lambda _never: None)
    page.get_by_role("link", name=re.compile("^Book a free")).first.click(no_wait_after=True)
    expect(page.locator(".zone:visible")).to_contain_text("Kathmandu time (GMT+5:45)")
    shown = [one.get_attribute("datetime") or "" for one in page.locator(".slot time").all()]
    assert {start[-6:] for start in shown} == {"+05:45"}


def test_who_came_by_keyboard_stays_where_they_are_when_the_script_takes_over(open_page: OpenPage):
    page = open_page("/", timezone_id="Europe/Rome")
    waiting: list[Route] = []

    def hold(script: Route) -> None:
        waiting.append(script)

    page.route("**/*.js", hold)
    page.goto(page.url + "book", wait_until="commit")
    link = page.locator(".ahead .slot:visible").nth(2)
    start = link.locator("time").get_attribute("datetime")
    link.focus()
    page.route("**/*.js", lambda script: script.continue_())
    for script in waiting:
        script.continue_()
    expect(page.locator(f"[data-slot='{start}']")).to_be_focused()


def test_what_stands_ahead_is_what_the_script_then_shows(open_page: OpenPage):
    def seen(page: Page) -> tuple[str, list[str]]:
        head = page.locator(".times h3").text_content() or ""
        return " ".join(head.split()), page.locator(".slot time").all_text_contents()

    ahead = open_page("/", timezone_id="Europe/Rome")
    ahead.route("**/*.js", lambda _never: None)
    ahead.goto(ahead.url + "book", wait_until="commit")
    expect(ahead.locator(".ahead .slot").first).to_be_visible()
    assert seen(ahead) == seen(opened(open_page))


def test_without_a_script_the_plain_page_takes_over(
    open_page: OpenPage, portal: portal_process.Server
):
    page = open_page("/privacy", java_script_enabled=False)
    page.goto(f"{portal.base}/it/book", wait_until="commit")
    page.wait_for_url(f"{portal.base}/it/plain/book", wait_until="commit")


@pytest.mark.parametrize("path", ["/book/nothing", "/it/book/nothing", "/book/Discovery"])
def test_what_is_no_session_has_no_page(
    open_page: OpenPage, portal: portal_process.Server, path: str
):
    page = open_page("/privacy")
    assert page.request.get(portal.base + path).status == 404


@pytest.mark.parametrize("path", ["/book", "/it/book", "/book/individual"])
def test_axe_finds_nothing(open_page: OpenPage, path: str):
    page = open_page(path, timezone_id="Europe/Rome", bypass_csp=True)
    expect(page.locator(".flow .meta .i").first).to_be_visible()
    assert axe_in_all_looks(page) == {}
    assert page.locator("html").get_attribute("lang") == ("it" if "/it" in path else "en")
    if page.locator("[data-slot]").count():
        page.locator("[data-slot]").first.click()
        expect(page.locator("#who")).to_be_focused()
        assert axe_in_all_looks(page) == {}


@pytest.mark.parametrize("path", ["/book", "/it/book"])
def test_nothing_sticks_out_sideways(open_page: OpenPage, path: str):
    page = opened(open_page, path)
    page.locator("[data-slot]").first.click()
    assert sticks_out(page) == []


def test_at_twice_the_size_on_a_small_phone_nothing_sticks_out(open_page: OpenPage):
    """What a zoom of 200 % at 320 px leaves for type: half the width, the same pixels."""
    page = opened(open_page, wide=320)
    page.add_style_tag(content="html { font-size: 212.5% }")
    page.locator("[data-slot]").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("wide", [NARROW, BROAD])
@pytest.mark.parametrize("path", ["/book", "/book/discovery"])
def test_nothing_moves_while_it_loads(
    open_page: OpenPage, portal: portal_process.Server, path: str, wide: int
):
    page = open_page("/privacy", wide=wide, timezone_id="Europe/Rome")
    assert moved_while_loading(page, portal.base + path) <= 0.05


def test_the_calendar_speaks_italian(open_page: OpenPage):
    page = opened(open_page, "/it/book", locale="it-IT")
    expect(page.locator(".cal-head h3")).to_have_text(re.compile("^(Novembre|Dicembre) 2026$"))
    label = page.locator("button[data-day]").first.get_attribute("aria-label") or ""
    assert re.match(r"\d+ novembre, \d+ orari", label)
    page.locator("[data-slot]").first.click()
    expect(page.get_by_role("button", name="Prenotare questo orario")).to_be_visible()


def signed_in(page: Page, portal: portal_process.Server, email: str) -> Page:
    portal_process.sign_in_by_letter(page.context, portal.base, email).close()
    page.goto(f"{portal.base}/book")
    return page


def test_who_is_signed_in_is_known_and_who_has_a_call_is_led_to_it(
    open_page: OpenPage, portal: portal_process.Server
):
    page = signed_in(open_page("/privacy", timezone_id="Europe/Rome"), portal, NOOR)
    expect(page.get_by_text("Your first call is booked already.")).to_be_visible()
    expect(page.get_by_role("link", name="To your pages")).to_be_visible()


def test_who_had_the_call_sees_what_is_open(open_page: OpenPage, portal: portal_process.Server):
    page = signed_in(open_page("/privacy", timezone_id="Europe/Rome"), portal, OSKAR)
    page.get_by_role("link", name=re.compile("^Individual session")).click()
    expect(page).to_have_url(f"{portal.base}/book/individual")
    expect(page.get_by_role("link", name="Write to me")).to_be_visible()


def test_a_call_is_moved_behind_the_link_of_its_letter(
    open_page: OpenPage, portal: portal_process.Server
):
    page = opened(open_page)
    pick(page, 1)
    fill(page)
    send(page)
    reference = is_booked(page)
    key = page.url.split("/")[-1]
    page.goto(f"{portal.base}/book/move?booking={reference}&key={key}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Move your appointment")
    # The other language is of the same booking.
    page.get_by_role("link", name="Italiano", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Spostare l’appuntamento")
    expect(page.locator("[data-slot]").first).to_be_visible()
    page.get_by_role("link", name="English", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move your appointment")
    page.locator("button[data-day]").nth(1).click()
    pick(page, 0)
    page.get_by_role("button", name="Move to this time").click()
    page.wait_for_url(f"{portal.base}/manage/{reference}/{key}?done=moved")
    expect(page.get_by_text("It has a new time.")).to_be_visible()


@pytest.mark.parametrize("wide", [NARROW, BROAD])
def test_a_client_moves_their_own_appointment(
    open_page: OpenPage, portal: portal_process.Server, wide: int
):
    options = {"wide": wide, "timezone_id": "Europe/Rome", "bypass_csp": True}
    page = signed_in(open_page("/privacy", **options), portal, OSKAR)
    page.goto(f"{portal.base}/me")
    hours = page.locator(".next-hours").inner_text()
    page.get_by_role("link", name=re.compile("^Move")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move your appointment")
    expect(page.get_by_role("link", name="Back")).to_have_attribute("href", "/me")
    page.get_by_role("link", name="Italiano", exact=True).click()
    expect(page).to_have_url(re.compile("/it/me/move[?]booking="))
    expect(page.locator("[data-slot]").first).to_be_visible()
    page.get_by_role("link", name="English", exact=True).click()
    expect(page).to_have_url(re.compile("[0-9]/me/move[?]booking="))
    expect(page.locator("[data-slot]").first).to_be_visible()
    pick(page, -1)
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
    assert axe_findings(page) == []
    page.get_by_role("button", name="Move to this time").click()
    page.wait_for_url(f"{portal.base}/me?moved=*")
    expect(page.get_by_role("status").filter(has_text="The new time is")).to_be_visible()
    expect(page.locator(".next-hours")).not_to_have_text(hours)


def test_without_a_script_what_the_address_says_is_kept(open_page: OpenPage):
    page = open_page("/it/book/individual?tz=Asia/Tokyo", java_script_enabled=False)
    page.wait_for_url("**/it/plain/book/individual?tz=Asia%2FTokyo")
