"""Where the links of a letter lead: each is followed as its reader would."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest

from practice import db, settings
from practice.domain.actors import SYSTEM
from practice.models.booking import Booking
from practice.providers import EmbeddedMail, Providers
from practice.services import feedback
from practice.services.booking import cancel, move, outcome
from practice.services.letters import dev_mailbox, reminders
from practice.services.operations import effects
from tests import builders
from tests.builders import (
    ASKED,
    CALL,
    NOW,
    THERAPIST,
    TOMORROW,
    a_call,
    a_confirmed,
    a_request,
    change_row,
    change_type,
    holder_of,
    the_time_is,
)
from tests.support.http_client import browser

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)
LINK = re.compile(r"(?:href=\"|(?<![\w\"]))(https?://[^\s\"<>]+)")


def confirmed() -> datetime:
    a_call()
    return NOW


def requested() -> datetime:
    a_request()
    return NOW


def moved() -> datetime:
    reference = a_call().reference
    start = TOMORROW + HOUR
    db.transact(move.move, holder_of(reference), reference=reference, start=start)
    # A letter about a move waits a minute for the next one.
    return NOW + timedelta(minutes=1)


def cancelled() -> datetime:
    reference = a_call().reference
    db.transact(cancel.cancel, holder_of(reference), reference=reference)
    return NOW


def declined() -> datetime:
    db.transact(cancel.decline, THERAPIST, reference=a_request().reference)
    return NOW


def expired() -> datetime:
    a_request()
    with the_time_is(TOMORROW - HOUR):
        builders.expire_due()
    return TOMORROW - HOUR


def reminder() -> datetime:
    a_call()
    with the_time_is(NOW + 2 * HOUR):
        db.transact(reminders.promise_due, SYSTEM)
    return NOW + 2 * HOUR


def feedback_request() -> datetime:
    reference = a_confirmed().reference
    with the_time_is(TOMORROW + 5 * HOUR):
        db.transact(outcome.complete, THERAPIST, reference=reference)
        db.transact(feedback.promise_due, SYSTEM)
    return TOMORROW + 5 * HOUR


# Each is called as the letter that it brings about, and says when that is sent.
EVENTS = [
    *(confirmed, requested, moved, cancelled, declined, expired),
    *(reminder, feedback_request),
]


def sent(event: Callable[[], datetime], language: str = "en") -> list[dev_mailbox.Kept]:
    moment = event()
    change_row(Booking, language=language)
    kept = kept_at(moment)
    assert any(one.kind.endswith(event.__name__) for one in kept)
    return kept


def kept_at(moment: datetime) -> list[dev_mailbox.Kept]:
    with the_time_is(moment):
        while effects.work_once(Providers(EmbeddedMail()), SYSTEM):
            pass
        return db.query(dev_mailbox.list_kept, SYSTEM)


def paths_in(letter: dev_mailbox.Kept) -> set[str]:
    """Of our own house."""
    found = {unescape(one).rstrip(".") for one in LINK.findall(f"{letter.text} {letter.html}")}
    house = settings.current().public_url
    return {one.removeprefix(house) or "/" for one in found if one.startswith(house)}


@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize("event", EVENTS, ids=lambda one: one.__name__)
async def test_every_link_of_every_letter_leads_to_a_page(
    house: str, event: Callable[[], datetime], language: str
):
    paths = {path for one in sent(event, language) for path in paths_in(one)}
    assert any(path.startswith("/manage/") or "/book" in path for path in paths)
    async with browser() as reader:
        for path in paths:
            answer = await reader.get(path)
            # Her own pages and the door are for whoever may.
            expected = 303 if path.startswith(("/portal", "/sign-in/link/")) else 200
            assert answer.status_code == expected, path


@pytest.mark.parametrize(
    ("event", "language", "way"),
    [
        (cancelled, "en", f"/book/{CALL}"),
        (declined, "en", f"/book/{ASKED}"),
        (expired, "it", f"/it/book/{ASKED}"),
    ],
)
async def test_another_time_is_chosen_where_there_are_times(
    house: str, event: Callable[[], datetime], language: str, way: str
):
    ways = {path for one in sent(event, language) for path in paths_in(one) if "/book" in path}
    assert ways == {way}


async def test_of_what_is_offered_no_more_the_way_leads_to_what_is(house: str):
    cancelled()
    change_type(CALL, archived_at=NOW)
    ways = {path for one in kept_at(NOW) for path in paths_in(one)}
    assert {path for path in ways if "/book" in path} == {"/book"}
