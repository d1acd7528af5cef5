"""Moving one's own appointment while signed in: the picker's own events."""

from datetime import timedelta
from typing import Any

import pytest

from practice.domain.actors import Actor
from practice.domain.errors import NotFound
from practice.services.booking.idempotency import Booked
from practice.state.booking.base import DeskState
from practice.state.booking.moving import MovingState
from practice.state.booking.my_move import MyMoveState
from practice.state.dashboard.home import MeState
from tests.builders import TOMORROW, ZONE, a_call, a_client, a_confirmed, appointment_of
from tests.support.event_client import Tab, reflex_running
from tests.support.signed_in import seat_of

pytestmark = pytest.mark.anyio
PATH = "/me/move"
HALF_AN_HOUR = timedelta(minutes=30)
NEXT_WEEK = TOMORROW + timedelta(days=7)


def own(booked: Booked, **more: str) -> dict[str, str]:
    return {"booking": booked.reference, "zone": ZONE.key, **more}


def shown(tab: Tab, name: str) -> Any:
    return tab.shows(DeskState, name)


async def sent(client: Actor, event: Any, **said: Any) -> Tab:
    async with reflex_running():
        tab = seat_of(client, PATH)
        await tab.send(event, **said)
    return tab


async def test_the_page_shows_when_it_is_now_and_what_is_free(house: str):
    client = a_client()
    session = a_confirmed(client, start=NEXT_WEEK)
    tab = await sent(client, MyMoveState.open, asked=own(session, opening="mine"))
    assert (shown(tab, "answered"), shown(tab, "mode")) == ("mine", "times")
    assert tab.shows(MovingState, "now_said").startswith("Tuesday 1")
    assert shown(tab, "offer")["days"]


async def test_it_is_moved_and_leads_back_to_one_s_pages(house: str):
    client = a_client()
    session, wanted = a_confirmed(client, start=NEXT_WEEK), NEXT_WEEK + HALF_AN_HOUR
    tab = await sent(client, MyMoveState.move, form=own(session, start=wanted.isoformat()))
    assert appointment_of(session.reference).starts_at == wanted
    assert shown(tab, "way_on") == f"/me?moved={session.reference}"


async def test_one_s_pages_say_the_new_time_and_nothing_that_is_not_true(house: str):
    client = a_client()
    session, other = a_confirmed(client, start=NEXT_WEEK), a_confirmed(client)
    form = own(session, start=(NEXT_WEEK + HALF_AN_HOUR).isoformat())
    await sent(client, MyMoveState.move, form=form)
    async with reflex_running():
        for reference, said in {
            session.reference: "The new time is Tuesday 1\xa0December at 09:30. A letter about",
            other.reference: "",
            "": "",
        }.items():
            tab = seat_of(client, f"/me?moved={reference}")
            await tab.send(MeState.load)
            assert tab.shows(MeState, "done").startswith(said)
            assert bool(tab.shows(MeState, "done")) == bool(said)


async def test_a_lost_time_leaves_the_old_one_and_shows_the_nearest(house: str):
    client, wanted = a_client(), NEXT_WEEK + HALF_AN_HOUR * 4
    session = a_confirmed(client, start=NEXT_WEEK)
    a_call(start=wanted)
    tab = await sent(client, MyMoveState.move, form=own(session, start=wanted.isoformat()))
    assert shown(tab, "taken")["title"] == "That time has just been taken"
    assert appointment_of(session.reference).starts_at == NEXT_WEEK
    assert not shown(tab, "way_on")


async def test_what_is_too_near_is_not_moved_here(house: str):
    client = a_client()
    session, later = a_confirmed(client), (TOMORROW + HALF_AN_HOUR).isoformat()
    tab = await sent(client, MyMoveState.open, asked=own(session))
    assert shown(tab, "mode") == "letter"
    tab = await sent(client, MyMoveState.move, form=own(session, start=later))
    assert shown(tab, "refused").startswith("It is too late to change this here.")
    assert appointment_of(session.reference).starts_at == TOMORROW


@pytest.mark.parametrize("event", ["open", "more", "move"])
async def test_another_s_appointment_is_as_if_it_were_none(house: str, event: str):
    other = a_confirmed(a_client(), start=NEXT_WEEK)
    name = "form" if event == "move" else "asked"
    asked = own(other, start=(NEXT_WEEK + HALF_AN_HOUR).isoformat(), month="2026-12")
    for said in (asked, {**asked, "booking": "AAA-000-AA"}, {**asked, "booking": ""}):
        tab = await sent(a_client(), getattr(MyMoveState, event), **{name: said})
        assert tab.trouble == NotFound.message
        assert not shown(tab, "offer")
    assert appointment_of(other.reference).starts_at == NEXT_WEEK


@pytest.mark.parametrize(("start", "may_move"), [(NEXT_WEEK, True), (TOMORROW, False)])
async def test_the_way_there_is_shown_only_where_it_may_be_moved(
    house: str, start: Any, may_move: bool
):
    client = a_client()
    a_confirmed(client, start=start)
    tab = await sent(client, MeState.load)
    assert tab.shows(MeState, "coming").may_move is may_move
