"""Moving a booking behind its management link: the picker's own events."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from practice import settings
from practice.domain.errors import BadRequest, NotFound
from practice.services.booking.idempotency import Booked
from practice.state.booking.base import DeskState
from practice.state.booking.move import MoveState
from practice.state.booking.moving import MovingState
from tests import builders
from tests.builders import (
    TOMORROW,
    ZONE,
    a_call,
    a_client,
    a_confirmed,
    appointment_of,
    change_type,
    the_time_is,
)
from tests.support.event_client import Tab, reflex_running

pytestmark = pytest.mark.anyio
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
async def tab(house: str) -> AsyncIterator[Tab]:
    async with reflex_running():
        yield Tab(path="/book/move")


def held(booked: Booked, **more: str) -> dict[str, str]:
    token = (booked.manage_url or "").rpartition("/")[2]
    return {"booking": booked.reference, "token": token, "zone": ZONE.key, **more}


def shown(tab: Tab, name: str, state: Any = DeskState) -> Any:
    return tab.shows(state, name)


async def test_the_letter_s_link_shows_when_it_is_now_and_what_is_free(tab: Tab):
    call = a_call()
    await tab.send(MoveState.open, asked=held(call, opening="mine"))
    assert shown(tab, "answered") == "mine"
    assert shown(tab, "mode") == "times"
    assert tab.shows(MovingState, "now_said").startswith("Tuesday 24")
    first = shown(tab, "offer")["days"][0]
    assert first[0] == "2026-11-23"
    tuesday = shown(tab, "offer")["days"][1][6][0][1]
    assert [time[0] for time in tuesday][:2] == ["09:30", "10:00"]


async def test_it_is_moved_and_goes_back_to_where_it_came_from(tab: Tab):
    call = a_call()
    start = (TOMORROW + HALF_AN_HOUR).isoformat()
    await tab.send(MoveState.move, form=held(call, start=start))
    assert appointment_of(call.reference).starts_at == TOMORROW + HALF_AN_HOUR
    assert shown(tab, "way_on") == f"{call.manage_url}?done=moved"
    assert str(settings.current().public_url) in shown(tab, "way_on")


async def test_a_lost_time_leaves_the_old_one_and_shows_the_nearest(tab: Tab):
    call, wanted = a_call(), TOMORROW + HALF_AN_HOUR
    a_call(start=wanted)
    await tab.send(MoveState.move, form=held(call, start=wanted.isoformat()))
    assert shown(tab, "taken")["title"] == "That time has just been taken"
    assert shown(tab, "taken")["others"][0]["move"] == "Move to Tuesday at 10:00"
    assert appointment_of(call.reference).starts_at == TOMORROW


async def test_another_month_is_of_the_booking_s_own_type(tab: Tab):
    session = a_confirmed(a_client())
    change_type(builders.PAID, archived_at=builders.NOW)
    await tab.send(MoveState.more, asked=held(session, month="2026-12"))
    assert shown(tab, "offer")["months"] == ["2026-12"]
    assert shown(tab, "offer")["days"]


async def test_what_can_no_longer_be_moved_says_whom_to_write_to(tab: Tab):
    session = a_confirmed(a_client())
    await tab.send(MoveState.open, asked=held(session, opening="mine"))
    assert shown(tab, "mode") == "letter"
    later = (TOMORROW + 5 * HALF_AN_HOUR).isoformat()
    await tab.send(MoveState.move, form=held(session, start=later))
    assert shown(tab, "refused").startswith("It is too late to change this here.")
    assert appointment_of(session.reference).starts_at == TOMORROW


@pytest.mark.parametrize("event", ["open", "more", "move"])
async def test_another_s_link_and_none_open_nothing(tab: Tab, event: str):
    own, other = a_call(), a_call(start=TOMORROW + HALF_AN_HOUR)
    start = (TOMORROW + 2 * HALF_AN_HOUR).isoformat()
    swapped = {**held(own), "booking": other.reference}
    name = "form" if event == "move" else "asked"
    for wrong in (swapped, {**swapped, "booking": "AAA-000-AA"}, {}):
        said = {**wrong, "start": start, "month": "2026-12"}
        await tab.send(getattr(MoveState, event), **{name: said})
        assert tab.trouble == NotFound.message
    assert appointment_of(other.reference).starts_at == TOMORROW + HALF_AN_HOUR
    assert not shown(tab, "way_on")


async def test_a_link_opens_nothing_a_month_after_the_appointment(tab: Tab):
    call = a_call()
    with the_time_is(TOMORROW + timedelta(days=31)):
        await tab.send(MoveState.open, asked=held(call))
    assert tab.trouble == NotFound.message
    assert shown(tab, "sentence") == "This link does not open an appointment."


@pytest.mark.parametrize("wrong", [None, 7, ["x"], {"booking": 7}])
@pytest.mark.parametrize("event", ["open", "more", "move"])
async def test_what_no_page_sends_is_refused(tab: Tab, event: str, wrong: Any):
    name = "form" if event == "move" else "asked"
    await tab.send(getattr(MoveState, event), **{name: wrong})
    assert tab.trouble == BadRequest.message
