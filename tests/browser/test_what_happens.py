"""What happens by itself, on open pages of a real browser: notices, letters, the lock, feedback."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, text

from practice import clock, db
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.booking.status import Status
from practice.models.booking import Booking
from practice.models.clients import Client
from practice.models.feedback import Feedback
from practice.models.letters import LetterState, MailedLetter
from practice.models.outbox import OutboxRow
from practice.postgres import Cluster
from practice.services.booking import cancel
from practice.services.links import feedback as links_feedback
from tests.builders import appointment_of, change_row, rows_of
from tests.support import running_portal
from tests.support.appearances import axe_findings
from tests.support.portal_process import Server

WORDS = "The exercise with the letter to myself."
# What a browser says of a tab that nobody looks at.
BEHIND = """
Object.defineProperty(document, 'visibilityState', { get: () => window.front || 'hidden' });
"""
TO_THE_FRONT = "window.front = 'visible'; document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def own(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("happens") / "portal.log"
    with running_portal.shared(postgres, log) as portal:
        yield portal


@pytest.fixture
def tab(chrome: Browser, own: Server) -> Iterator[Any]:
    """Opens a page as somebody with this cookie."""
    contexts: list[Any] = []
    errors: list[str] = []

    def opened(
        path: str, cookie: str = "", *, wide: int = 1280, script: str = "", **options: Any
    ) -> Page:
        context = chrome.new_context(
            viewport={"width": wide, "height": 900}, locale="en-GB", bypass_csp=True, **options
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if cookie:
            context.add_cookies([{"name": "practice_session", "value": cookie, "url": own.base}])
        page = context.new_page()
        if script:
            page.add_init_script(script)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(own.base + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def coming() -> tuple[Booking, Actor]:
    """An appointment ahead, and whose it is."""
    for booking in rows_of(Booking, Booking.status == Status.CONFIRMED):
        is_ahead = appointment_of(booking.reference).starts_at > clock.now()
        (client,) = rows_of(Client, Client.id == booking.client_id)
        if is_ahead and not booking.discovery and client.account_id:
            return booking, Actor(Role.CLIENT, client.account_id, client.id)
    raise LookupError


def cancelled(booking: Booking) -> None:
    actor = Actor(Role.THERAPIST)
    db.transact(cancel.cancel, actor, reference=booking.reference)


def first_row(page: Page) -> Any:
    return page.locator(".rows > li").first


# Notices


def test_an_open_list_grows_for_both_and_says_what_came(tab: Any):
    booking, client = coming()
    theirs = tab("/me/notices", running_portal.another_browser(client)[0], wide=360)
    hers = tab("/portal/notices", running_portal.the_therapist()[0])
    for page in (theirs, hers):
        expect(page.locator(".loading")).to_have_count(0)
        page.wait_for_load_state("networkidle")
    cancelled(booking)
    expect(first_row(theirs)).to_contain_text(re.compile("Your appointment on .* is cancelled"))
    expect(first_row(hers)).to_contain_text(re.compile("The appointment with .* is cancelled"))
    for page in (theirs, hers):
        expect(first_row(page).get_by_text("new", exact=True)).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="is cancelled")).to_have_count(1)
        # Seen, so that nothing is unread any more.
        expect(page.locator(".top-count, .count")).to_have_count(0)


def test_a_list_in_the_background_is_seen_when_it_comes_to_the_front(tab: Any):
    booking, client = coming()
    page = tab("/me/notices", running_portal.another_browser(client)[0], script=BEHIND)
    expect(page.locator(".loading")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    cancelled(booking)
    expect(first_row(page)).to_contain_text("is cancelled")
    expect(page.locator(".top-count")).to_be_visible()
    page.evaluate(TO_THE_FRONT)
    expect(page.locator(".top-count")).to_have_count(0)


# Letters


def given_up() -> MailedLetter:
    """Of those that were sent, one whose reason still holds."""
    letter = rows_of(MailedLetter, MailedLetter.kind == "call_confirmed")[0]
    refused = {"dead_at": clock.now(), "done_at": None, "outcome": "letter_refused"}
    change_row(OutboxRow, OutboxRow.id == letter.id, **refused)
    change_row(MailedLetter, MailedLetter.id == letter.id, state=LetterState.FAILED)
    return letter


@pytest.mark.parametrize("wide", [360, 1280])
def test_a_letter_is_tried_again_and_its_row_says_what_becomes_of_it(tab: Any, wide: int):
    cookie, _ = running_portal.the_therapist()
    given_up()
    page = tab("/portal/running", cookie, wide=wide)
    lost = page.locator(".run-lost .rows > li")
    expect(lost).to_have_count(1)
    expect(page.locator(".run-health")).to_have_text("One letter could not be delivered.")
    assert axe_findings(page) == []
    lost.get_by_role("button", name=re.compile("^Try again")).press("Enter")
    expect(page.get_by_role("status").filter(has_text="It is on its way again.")).to_have_count(1)
    expect(lost.get_by_role("button")).to_have_count(0)
    # Without anybody's doing.
    expect(lost.locator(".badge")).to_have_text("sent")
    expect(page.locator(".run-health")).to_have_text("All letters sent.")
    page.reload()
    expect(page.locator(".post-log").first).to_be_visible()
    expect(lost).to_have_count(0)


# The lock


@pytest.mark.parametrize("wide", [360, 1280])
def test_she_locks_it_by_keyboard_and_a_code_opens_it(tab: Any, wide: int):
    cookie, secret = running_portal.the_therapist()
    page = tab("/portal", cookie, wide=wide)
    beside = tab("/portal/feedback", cookie)
    if wide == 360:
        page.get_by_role("button", name="More", exact=True).press("Enter")
    page.locator("button:visible", has_text="Lock now").press("Enter")
    for one in (page, beside):
        sheet = one.get_by_role("dialog", name="The portal is locked")
        expect(sheet).to_be_visible()
    expect(page.get_by_label("Code")).to_be_focused()
    assert page.request.get(page.url).url.endswith("/sign-in/code")
    page.get_by_label("Code").fill(running_portal.code_of(secret))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="The portal is locked")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_from_a_phone_everything_is_reached(tab: Any, own: Server):
    cookie, _ = running_portal.the_therapist()
    page = tab("/portal", cookie, wide=360)
    for name, place in (("Your calendar", "calendar"), ("Devices", "devices")):
        page.get_by_role("button", name="More", exact=True).press("Enter")
        page.locator(".bar-more").get_by_role("link", name=name).press("Enter")
        page.wait_for_url(f"{own.base}/portal/{place}")
        expect(page.locator(".bar-more")).to_be_hidden()
    page.get_by_role("button", name="More", exact=True).press("Enter")
    assert axe_findings(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".bar-more")).to_be_hidden()
    expect(page.get_by_role("button", name="More", exact=True)).to_be_focused()


# How was it


@pytest.fixture
def question() -> str:
    """The path of the link in a letter that was sent just now."""
    change_row(Feedback, words=None, given_at=None, asked_at=clock.now())
    (booking,) = rows_of(Booking, Booking.id == rows_of(Feedback)[0].booking_id)
    return urlsplit(links_feedback.url(booking)).path


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("wide", [360, 1280])
def test_a_client_says_how_it_was_and_she_reads_it(
    tab: Any, question: str, wide: int, scripts: bool
):
    page = tab(question, wide=wide, java_script_enabled=scripts)
    send = page.get_by_role("button", name="Send it")
    expect(page.get_by_role("heading", level=1)).to_have_text("How was it?")
    send.press("Enter")
    field = page.get_by_label("Your words")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".entry-error")).to_contain_text("Write a few words")
    field.fill(WORDS)
    send.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    expect(field).to_have_value(WORDS)
    assert axe_findings(page) == [] if scripts else True
    hers = tab("/portal/feedback", running_portal.the_therapist()[0], wide=wide)
    expect(hers.get_by_text(WORDS)).to_be_visible()


def test_what_was_said_can_be_taken_back(tab: Any, question: str):
    page = tab(question, wide=360, java_script_enabled=False)
    page.get_by_label("Your words").fill(WORDS)
    page.get_by_role("button", name="Send it").click()
    page.get_by_label("Your words").fill("")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Taken back")
    hers = tab("/portal/feedback", running_portal.the_therapist()[0])
    expect(hers.locator(".loading")).to_have_count(0)
    expect(hers.get_by_text(WORDS)).to_have_count(0)


@pytest.mark.parametrize("wrong", ["old", "forged"])
def test_a_link_that_is_old_or_not_ours_opens_nothing(tab: Any, question: str, wrong: str):
    if wrong == "old":
        change_row(Feedback, asked_at=clock.now() - timedelta(days=31))
    forged = f"{question[:-2]}{question[-2:][::-1].swapcase()}_"
    page = tab(question if wrong == "old" else forged, wide=360)
    said = "This question is closed" if wrong == "old" else "This page is not here"
    expect(page.get_by_role("heading", level=1)).to_have_text(said)
    expect(page.get_by_label("Your words")).to_have_count(0)
    assert axe_findings(page) == []


# What cannot be loaded


@contextmanager
def without_the_mail_log() -> Iterator[None]:
    """As after a defect: whatever reads it fails."""
    renamed = "ALTER TABLE {} RENAME TO {}"
    db.transact(run, SYSTEM, statement=renamed.format("letters", "letters_away"))
    try:
        yield
    finally:
        db.transact(run, SYSTEM, statement=renamed.format("letters_away", "letters"))


def run(session: Session, _actor: Actor, *, statement: str) -> None:
    session.connection().execute(text(statement))


@pytest.mark.parametrize("wide", [360, 1280])
def test_what_cannot_be_loaded_says_so_in_its_place_and_is_tried_again(tab: Any, wide: int):
    cookie, _ = running_portal.the_therapist()
    with without_the_mail_log():
        page = tab("/portal/running", cookie, wide=wide)
        expect(page.get_by_text("This could not be loaded.")).to_be_visible()
        expect(page.get_by_text("Something went wrong on our side.")).to_have_count(2)
        expect(page.locator(".trouble")).to_be_hidden()
        expect(page.locator(".loading").first).to_be_hidden()
        assert axe_findings(page) == []
    page.get_by_role("link", name="Try again").press("Enter")
    expect(page.get_by_role("heading", name="The last letters")).to_be_visible()
    expect(page.get_by_text("This could not be loaded.")).to_have_count(0)
