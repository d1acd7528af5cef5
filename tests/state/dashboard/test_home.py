"""A client's own page: what it reads, what it says, and giving a time back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from practice import db
from practice.domain.actors import VISITOR, Actor, Role
from practice.domain.booking.refusals import CostsMore
from practice.domain.booking.status import Status
from practice.domain.clients.stages import Outcome, Stage
from practice.domain.errors import NotFound
from practice.models.accounts import Account
from practice.models.clients import Client, Relationship
from practice.services.booking import cancel, lookup
from practice.services.booking import outcome as booking_outcome
from practice.services.dashboard import home
from practice.state.account.devices import MyDevicesState
from practice.state.dashboard.home import MeState
from tests.builders import (
    CALL,
    GROUP,
    NOW,
    THERAPIST,
    TOMORROW,
    a_client,
    a_confirmed,
    a_group,
    a_request,
    a_session,
    change_row,
    row,
    the_time_is,
)
from tests.support.event_client import Tab, reflex_running
from tests.support.signed_in import cookie_for, seat_of

pytestmark = pytest.mark.anyio
NEXT_WEEK = TOMORROW + timedelta(days=7)
HOUR = timedelta(hours=1)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent while this lasts."""
    sent: list[str] = []
    engine = db._Home.engine

    def note(*said: Any) -> None:
        sent.append(said[2])

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def seen(client: Actor) -> home.Me:
    return db.query(home.find_me, client)


# What it reads


def test_what_comes_is_sorted_and_what_was_is_the_latest(house: str):
    client = a_client()
    far, near = (a_confirmed(client, at).reference for at in (NEXT_WEEK, TOMORROW))
    found = seen(client)
    assert [one.choices.reference for one in found.coming] == [near, far]
    with the_time_is(NEXT_WEEK + HOUR):
        found = seen(client)
    assert [one.choices.reference for one in found.past] == [far, near]
    assert found.coming == ()


def test_what_was_given_back_is_in_neither_list(house: str):
    client = a_client()
    reference = a_confirmed(client).reference
    db.transact(cancel.cancel, client, reference=reference)
    assert seen(client).coming == seen(client).past == ()


def test_nobody_sees_the_times_of_another(house: str):
    a_confirmed(a_client())
    stranger = a_client()
    assert seen(stranger).coming == ()
    nobody = Actor(Role.CLIENT, stranger.account_id, a_client().client_id)
    with pytest.raises(NotFound):
        seen(nobody)
    with pytest.raises(NotFound):
        db.query(home.find_me, VISITOR)


def test_a_room_is_told_for_video_only(house: str):
    change_row(home.Practice, video_room_url="https://room.example/1")
    client = a_client()
    a_confirmed(client)
    a_group(TOMORROW + 3 * HOUR)
    a_session(client, GROUP, TOMORROW + 3 * HOUR, by=THERAPIST)
    assert [one.video_link for one in seen(client).coming] == ["https://room.example/1", None]


def a_child_of(parent: Actor) -> UUID | None:
    with the_time_is(NOW + HOUR):
        child = a_client()
    change_row(
        Client,
        Client.id == child.client_id,
        account_id=parent.account_id,
        relationship=Relationship.CHILD,
    )
    return child.client_id


def test_the_times_are_of_the_one_that_is_looked_at(house: str):
    parent = a_client()
    child = Actor(Role.CLIENT, parent.account_id, a_child_of(parent))
    reference = a_confirmed(child).reference
    assert seen(parent).coming == ()
    assert seen(child).coming[0].choices.reference == reference
    assert [one.is_chosen for one in seen(child).frame.people] == [False, True]


def test_an_account_without_anybody_is_new(house: str):
    client = a_client()
    found = seen(Actor(Role.CLIENT, client.account_id, None))
    assert (found.stage, found.coming, found.frame.name) == (Stage.NEW, (), "")


def test_more_appointments_are_no_more_statements(house: str):
    client = a_client()
    a_confirmed(client)
    with counted() as one:
        seen(client)
    for days in range(2, 5):
        a_confirmed(client, NEXT_WEEK + timedelta(days=days - 2))
    with counted() as many:
        seen(client)
    assert len(many) == len(one) <= 9


# Cancelling for what was said


def test_nobody_pays_more_than_was_said(house: str):
    client = a_client()
    reference = a_confirmed(client, NEXT_WEEK).reference
    with the_time_is(NEXT_WEEK - HOUR):
        with pytest.raises(CostsMore):
            db.transact(cancel.cancel, client, reference=reference, at_most_cents=0)
        assert row(reference).status == Status.CONFIRMED
        found = db.transact(cancel.cancel, client, reference=reference, at_most_cents=4000)
    assert found.cost_cents == 4000


def test_the_choices_say_what_it_costs_later(house: str):
    client = a_client()
    paid = a_confirmed(client, NEXT_WEEK).reference
    found = db.query(lookup.find_choices, client, reference=paid)
    assert (found.cancelling_costs_cents, found.late_cost_cents) == (0, 4000)
    new = a_client(discovered=False)
    call = a_session(new, CALL).reference
    assert db.query(lookup.find_choices, new, reference=call).late_cost_cents == 0


# What it says


async def shown(client: Actor, path: str = "/me") -> Tab:
    tab = seat_of(client, path)
    await tab.send(MeState.load)
    return tab


async def test_the_next_time_is_said_by_both_clocks(house: str):
    client = a_client()
    change_row(Account, Account.id == client.account_id, zone="Europe/London")
    a_confirmed(client, NEXT_WEEK)
    async with reflex_running():
        tab = await shown(client)
    coming = tab.shows(MeState, "coming")
    assert tab.shows(MeState, "soon") == "Your next appointment is in eight days."
    assert coming.day.replace("\N{NO-BREAK SPACE}", " ") == "Tuesday 1 December"
    assert (coming.own.said, coming.own.whose) == ("08:00 – 08:50", "your time, London")
    assert (coming.there.said, coming.there.whose) == (
        "09:00 – 09:50",
        "where Practice is, Berlin",
    )
    assert coming.what.replace("\N{NO-BREAK SPACE}", " ") == (
        "Individual, by video, 50 minutes · €80"
    )
    assert coming.promise.replace("\N{NO-BREAK SPACE}", " ") == (
        "You can cancel at no cost until Sunday 29 November at 08:00; after that it costs €40."
    )


async def test_one_clock_is_enough_where_both_show_the_same(house: str):
    client = a_client()
    change_row(Account, Account.id == client.account_id, zone="Europe/Rome")
    a_confirmed(client, NEXT_WEEK)
    async with reflex_running():
        tab = await shown(client)
    assert tab.shows(MeState, "coming").there.said == ""


async def test_it_speaks_italian_on_an_italian_page(house: str):
    client = a_client()
    a_confirmed(client, NEXT_WEEK)
    async with reflex_running():
        tab = await shown(client, "/it/me")
    assert tab.shows(MeState, "soon") == "Il suo prossimo appuntamento è fra otto giorni."
    assert tab.shows(MeState, "coming").day.startswith("Martedì 1")


async def test_what_waits_for_an_answer_is_said_and_opens_no_room(house: str):
    change_row(home.Practice, video_room_url="https://room.example/1")
    client = a_client()
    a_request(client, NEXT_WEEK)
    async with reflex_running():
        tab = await shown(client)
    coming = tab.shows(MeState, "coming")
    assert coming.waits.startswith("You have asked for this time.")
    assert (coming.room, coming.may_cancel) == ("", True)
    assert coming.promise == "You can give it back at no cost."


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (None, "Sessions open after our first call. Nothing needs to be prepared for it."),
        (Outcome.GO_ON, "Sessions are open to you. Groups follow once our work together"),
        (Outcome.NOT_NOW, "Our sessions are paused."),
        (Outcome.REFER, "Our work together has ended."),
    ],
)
async def test_a_stage_is_told_kindly(house: str, outcome: Outcome | None, said: str):
    client = a_client(discovered=False)
    reference = a_session(client, CALL).reference
    if outcome:
        with the_time_is(TOMORROW):
            db.transact(booking_outcome.complete, THERAPIST, reference=reference, outcome=outcome)
    async with reflex_running():
        tab = await shown(client)
    assert tab.shows(MeState, "opened").startswith(said)


async def test_a_call_that_is_over_waits_for_her_word(house: str):
    client = a_client(discovered=False)
    a_session(client, CALL)
    async with reflex_running():
        with the_time_is(TOMORROW + HOUR):
            tab = await shown(client)
    assert tab.shows(MeState, "opened").startswith("Our call is over.")


async def test_the_cost_is_said_before_and_the_page_is_true_after(house: str):
    client = a_client()
    reference = a_confirmed(client, NEXT_WEEK).reference
    async with reflex_running():
        tab = await shown(client)
        await tab.send(MeState.ask, reference=reference)
        assert tab.shows(MeState, "asking")
        assert tab.shows(MeState, "asked").endswith("at 09:00. Cancelling costs nothing.")
        await tab.send(MeState.cancel, form={})
    assert tab.trouble == ""
    assert (tab.shows(MeState, "asking"), tab.shows(MeState, "coming").reference) == (False, "")
    assert tab.shows(MeState, "done") == "The appointment is cancelled."
    assert row(reference).status == Status.CANCELLED


async def test_a_price_that_rose_meanwhile_is_said_before_it_is_paid(house: str):
    client = a_client()
    reference = a_confirmed(client, NEXT_WEEK).reference
    async with reflex_running():
        tab = await shown(client)
        await tab.send(MeState.ask, reference=reference)
        with the_time_is(NEXT_WEEK - HOUR):
            await tab.send(MeState.cancel, form={})
            assert tab.trouble.startswith("Cancelling has become dearer")
            assert "€40" in tab.shows(MeState, "asked")
            assert row(reference).status == Status.CONFIRMED
            await tab.send(MeState.cancel, form={})
    assert row(reference).status == Status.CANCELLED


@pytest.mark.parametrize("path", ["/me", "/portal"])
async def test_the_time_of_another_cannot_be_asked_for(house: str, path: str):
    reference = a_confirmed(a_client()).reference
    async with reflex_running():
        tab = await shown(a_client(), path)
        await tab.send(MeState.ask, reference=reference)
        await tab.send(MeState.cancel, form={})
    assert tab.trouble == "There is nothing here, or it is not yours to see."
    assert not tab.shows(MeState, "asking")
    assert row(reference).status == Status.CONFIRMED


async def test_without_a_session_nothing_is_loaded(house: str):
    async with reflex_running():
        tab = Tab(path="/me")
        await tab.send(MeState.load)
        await tab.send(MyDevicesState.load)
    assert not tab.shows(MeState, "loaded")
    assert not tab.shows(MyDevicesState, "loaded")


async def test_who_is_alone_under_an_account_sees_no_others(house: str):
    client = a_client()
    async with reflex_running():
        tab = await shown(client)
        assert tab.shows(MeState, "greeting") == "Good to see you, Client"
        a_child_of(client)
        await tab.send(MeState.load)
    names = [value for state in tab.seen.values() for value in state.get("others", [])]
    assert len(names) == 1


async def test_each_device_is_listed_with_this_one_first(house: str):
    client = a_client()
    assert client.account_id
    async with reflex_running():
        tab = seat_of(client, "/me/devices")
        with the_time_is(NOW + HOUR):
            cookie_for(client.account_id, "")
            await tab.send(MyDevicesState.load)
    found = tab.shows(MyDevicesState, "devices")
    assert [(one.name, one.is_this) for one in found] == [
        ("Firefox, Linux", True),
        ("A browser", False),
    ]
    assert found[0].line == "Signed in today at 08:00, last used today at 09:00"
