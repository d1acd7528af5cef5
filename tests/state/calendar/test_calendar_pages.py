"""The pages of one's own calendar: an address made, shown once, made anew and taken away."""

from datetime import timedelta
from typing import Any

import pytest

from practice.models.calendar import CalendarFeed
from practice.state.calendar.feed import MyCalendarState, PortalCalendarState
from tests.builders import NOW, a_client, change_row, rows_of, the_time_is
from tests.support.event_client import Tab, reflex_running
from tests.support.signed_in import her_seat, seat_of

pytestmark = pytest.mark.anyio
BOTH = [MyCalendarState, PortalCalendarState]


async def at_the_page(state: Any) -> Tab:
    hers = state is PortalCalendarState
    tab = her_seat("/portal/calendar") if hers else seat_of(a_client(), "/me/calendar")
    await tab.send(state.load)
    return tab


@pytest.mark.parametrize("state", BOTH)
async def test_who_has_none_reads_that(house: str, state: Any):
    async with reflex_running():
        tab = await at_the_page(state)
    assert tab.shows(state, "loaded") is True
    assert tab.shows(state, "known") == "No calendar reads your appointments yet."


@pytest.mark.parametrize("state", BOTH)
async def test_an_address_is_shown_once(house: str, state: Any):
    async with reflex_running():
        tab = await at_the_page(state)
        await tab.send(state.make)
        assert "/api/calendar/" in tab.shows(state, "address")
        assert tab.shows(state, "done") == "Here is your address. It is shown only now."
        assert tab.shows(state, "known") == "Made today at 08:00. No calendar has read it yet."
        await tab.send(state.load)
        assert (tab.shows(state, "address"), tab.shows(state, "done")) == ("", "")
        assert tab.shows(state, "has_feed") is True


@pytest.mark.parametrize("state", BOTH)
async def test_a_new_address_ends_the_one_before(house: str, state: Any):
    async with reflex_running():
        tab = await at_the_page(state)
        await tab.send(state.make)
        first = tab.shows(state, "address")
        with the_time_is(NOW + timedelta(minutes=1)):
            await tab.send(state.make)
        assert tab.shows(state, "address") != first
    assert sorted(one.revoked_at is None for one in rows_of(CalendarFeed)) == [False, True]


@pytest.mark.parametrize("state", BOTH)
async def test_sharing_is_stopped(house: str, state: Any):
    async with reflex_running():
        tab = await at_the_page(state)
        await tab.send(state.make)
        await tab.send(state.revoke)
    assert (tab.shows(state, "address"), tab.shows(state, "has_feed")) == ("", False)
    assert tab.shows(state, "done") == "The address no longer answers."
    assert rows_of(CalendarFeed)[0].revoked_at == NOW


async def test_when_it_was_last_read_is_said(house: str):
    async with reflex_running():
        tab = await at_the_page(MyCalendarState)
        await tab.send(MyCalendarState.make)
        change_row(CalendarFeed, last_read_at=NOW + timedelta(minutes=5))
        await tab.send(MyCalendarState.load)
    said = "Made today at 08:00, last read today at 08:05."
    assert tab.shows(MyCalendarState, "known") == said


async def test_nobody_makes_an_address_from_the_other_side(house: str):
    """Each class declares for whom, although both do the same."""
    async with reflex_running():
        for tab, state in (
            (seat_of(a_client(), "/portal/calendar"), PortalCalendarState),
            (her_seat("/me/calendar"), MyCalendarState),
        ):
            for event in (state.load, state.make, state.revoke):
                await tab.send(event)
                assert tab.trouble == "There is nothing here, or it is not yours to see."
    assert rows_of(CalendarFeed) == []
