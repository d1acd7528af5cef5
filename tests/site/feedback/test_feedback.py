"""How was it? The page behind the letter's link, and who reads what was written."""

from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from practice import db
from practice.domain.actors import SYSTEM, VISITOR, Actor
from practice.domain.booking.status import Status
from practice.domain.errors import NotFound
from practice.domain.inputs import NOTE_LENGTH
from practice.domain.links import feedback_token
from practice.models import sealed
from practice.models.booking import Booking
from practice.models.content import SessionType
from practice.models.feedback import Feedback
from practice.models.security import AuditEntry
from practice.services import feedback
from practice.services.booking import outcome
from practice.services.links import feedback as links_feedback
from practice.services.portal import feedback as portal_feedback
from practice.site.seo.sitemap import robots
from practice.state.portal.feedback import FeedbackState
from tests.builders import (
    NOW,
    THERAPIST,
    TOMORROW,
    a_client,
    a_confirmed,
    change_row,
    row,
    rows_of,
    the_time_is,
)
from tests.support.event_client import reflex_running
from tests.support.http_client import browser
from tests.support.signed_in import her_seat, seat_of

pytestmark = pytest.mark.anyio
EVENING = TOMORROW + timedelta(hours=5)
WORDS = "The exercise with the letter stayed with me."


def asked(client: Actor | None = None) -> str:
    """After a session: the path of the link in the letter."""
    reference = a_confirmed(client).reference
    with the_time_is(EVENING):
        db.transact(outcome.complete, THERAPIST, reference=reference)
        assert db.transact(feedback.promise_due, SYSTEM) == 1
    return urlsplit(links_feedback.url(row(reference))).path


async def opened(path: str) -> httpx.Response:
    async with browser() as guest:
        return await guest.get(path)


async def written(path: str, words: str, **headers: str) -> httpx.Response:
    async with browser() as guest:
        return await guest.post(path, data={"words": words}, headers=headers)


def kept() -> Feedback:
    (found,) = rows_of(Feedback)
    return found


# The page behind the link


async def test_the_question_is_private_and_goes_nowhere(house: str):
    answer = await opened(asked())
    assert answer.status_code == 200
    assert "How was it?" in answer.text
    assert "Individual, Tuesday 24\xa0November." in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "strict-origin"
    assert 'content="noindex"' in answer.text
    assert "<script" not in answer.text
    assert "Disallow: /feedback/\n" in robots("https://practice.example")


async def test_it_speaks_as_the_letter_did(house: str):
    path = asked()
    change_row(Booking, language="it")
    change_row(SessionType, name={"en": "Individual", "it": "Individuale"})
    answer = await opened(path)
    assert 'lang="it"' in answer.text
    assert "Com’è andata?" in answer.text
    assert "Individuale, martedì 24\xa0novembre." in answer.text
    # There is no other language of this page to lead to.
    assert "read in English" not in answer.text


async def test_words_are_thanked_for_and_can_be_changed(house: str):
    path = asked()
    answer = await written(path, WORDS)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    again = await opened(path)
    assert "Thank you" in again.text
    assert WORDS in again.text
    await written(path, "Something else.")
    again = await opened(path)
    assert "Something else." in again.text
    assert WORDS not in again.text


async def test_words_can_be_taken_back(house: str):
    path = asked()
    await written(path, WORDS)
    await written(path, "  ")
    assert "Taken back" in (await opened(path)).text
    assert kept().words is None


async def test_nothing_is_no_answer(house: str):
    answer = await written(asked(), " ")
    assert answer.status_code == 422
    assert "Write a few words, or simply close this page." in answer.text
    assert kept().given_at is None


async def test_what_is_too_long_is_said_and_not_lost(house: str):
    long = "è" * (NOTE_LENGTH + 1)
    answer = await written(asked(), long)
    assert answer.status_code == 422
    assert long in answer.text


async def test_markup_stays_words(house: str):
    path = asked()
    await written(path, "</textarea><script>alert(1)</script>")
    assert "<script" not in (await opened(path)).text


def wrong(path: str) -> list[str]:
    before, token = path.rsplit("/", 1)
    return [
        f"{before}/{token[:-1]}",
        f"{before}/{'x' * 200}",
        f"{before}/%C3%A8",
        f"/feedback/AAA-234-BB/{token}",
        f"/feedback/nothing/{token}",
        f"/feedback/{token}",
    ]


async def test_whatever_is_wrong_with_the_link_there_is_nothing_here(house: str):
    for path in wrong(asked()):
        for answer in (await opened(path), await written(path, WORDS)):
            assert answer.status_code in {404, 405}
            assert WORDS not in answer.text
        missing = await opened(path)
        assert (missing.status_code, "This page is not here" in missing.text) == (404, True)
    assert kept().given_at is None


async def test_a_link_ends_after_thirty_days(house: str):
    path = asked()
    with the_time_is(EVENING + feedback.OPEN_FOR):
        assert (await opened(path)).status_code == 200
    with the_time_is(EVENING + feedback.OPEN_FOR + timedelta(seconds=1)):
        for answer in (await opened(path), await written(path, WORDS)):
            assert answer.status_code == 410
            assert "This question is closed" in answer.text
            assert "<textarea" not in answer.text
    assert kept().given_at is None


async def test_what_was_said_is_not_shown_by_an_old_link(house: str):
    path = asked()
    await written(path, WORDS)
    with the_time_is(EVENING + feedback.OPEN_FOR + timedelta(seconds=1)):
        assert WORDS not in (await opened(path)).text
        await written(path, "Something else.")
    assert sealed.read(kept(), "words") == WORDS


async def test_a_session_nobody_was_asked_about_has_no_page(house: str):
    found = row(a_confirmed().reference)
    assert (await opened(urlsplit(links_feedback.url(found)).path)).status_code == 404
    assert feedback_token(b"another key", found.id) not in links_feedback.url(found)


async def test_no_other_page_writes_for_anybody(house: str):
    answer = await written(asked(), WORDS, origin="https://elsewhere.example")
    assert answer.status_code == 422
    assert kept().given_at is None


# Who reads it


async def test_she_reads_it_and_that_she_did_is_written_down(house: str):
    await written(asked(), WORDS)
    async with reflex_running():
        tab = her_seat("/portal")
        await tab.send(FeedbackState.load)
    (own,) = tab.shows(FeedbackState, "given")
    assert (own.who, own.about, own.words) == (
        "Client",
        "Session on Tuesday 24\xa0November",
        WORDS,
    )
    (entry,) = rows_of(AuditEntry, AuditEntry.action == "feedback_read")
    assert (entry.subject_id, entry.details) == (str(kept().id), {"count": 1})


async def test_the_newest_comes_first_and_nothing_without_words(house: str):
    first, second = asked(), None
    await written(first, "First")
    with the_time_is(NOW + timedelta(days=7)):
        second = a_confirmed(a_client(), TOMORROW + timedelta(days=7)).reference
    with the_time_is(EVENING + timedelta(days=7)):
        db.transact(outcome.complete, THERAPIST, reference=second)
        db.transact(feedback.promise_due, SYSTEM)
        found = db.transact(portal_feedback.read, THERAPIST).given
        assert [one.words for one in found] == ["First"]
        await written(urlsplit(links_feedback.url(row(second))).path, "Second")
        found = db.transact(portal_feedback.read, THERAPIST).given
    assert [one.words for one in found] == ["Second", "First"]
    assert row(second).status == Status.COMPLETED


def test_where_nothing_was_said_nothing_is_noted(house: str):
    assert db.transact(portal_feedback.read, THERAPIST).given == ()
    assert rows_of(AuditEntry, AuditEntry.action == "feedback_read") == []


async def test_nobody_else_reads_it(house: str):
    client = a_client()
    await written(asked(client), WORDS)
    for actor in (VISITOR, SYSTEM, client):
        with pytest.raises(NotFound):
            db.transact(portal_feedback.read, actor)
    async with reflex_running():
        tab = seat_of(client, "/portal/feedback")
        await tab.send(FeedbackState.load)
    assert tab.trouble == "There is nothing here, or it is not yours to see."
    assert not tab.shows(FeedbackState, "given")
