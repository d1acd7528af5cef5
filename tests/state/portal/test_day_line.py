"""The day as a line: to scale where there is room, readable where there is not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from practice.domain.booking.status import Place, Status
from practice.services.calendar.days import Blocked, Day, Meeting
from practice.wording.day_line import HOUR, LOWEST, Item, line_of

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NINE + timedelta(hours=hours)


def a_meeting(start: float, length: float = 0.75, **different: Any) -> Meeting:
    said: dict[str, Any] = {
        "starts_at": at(start),
        "ends_at": at(start + length),
        "name": "Individual",
        "client": "Ada",
        "status": Status.CONFIRMED,
        "place": Place.VIDEO,
        "discovery": False,
    }
    return Meeting(**{**said, **different})


def line(
    *meetings: Meeting, blocks: tuple[Blocked, ...] = (), now: float = -9, up: int = -1
) -> list[Item]:
    upcoming = meetings[up] if up >= 0 else None
    return line_of(Day(date(2026, 11, 24), meetings, blocks, ()), at(now), "UTC", upcoming=upcoming)


def rem(measure: str) -> float:
    return float(measure.removesuffix("rem"))


def tops(items: list[Item]) -> list[float]:
    found, y = [], 0.0
    for one in items:
        y += rem(one.gap)
        found.append(y)
        y += rem(one.height)
    return found


def only(items: list[Item]) -> list[Item]:
    return [one for one in items if one.who]


def test_hours_are_to_scale():
    items = line(a_meeting(0), a_meeting(1.5), a_meeting(4), now=1)
    first, second, third = (tops(items)[items.index(one)] for one in only(items))
    assert second - first == pytest.approx(1.5 * HOUR, abs=0.02)
    assert third - first == pytest.approx(4 * HOUR, abs=0.02)


def test_a_short_call_has_room_for_its_words_and_the_next_takes_it_back():
    items = only(line(a_meeting(0, 1 / 3), a_meeting(0.5), a_meeting(3), now=5))
    assert rem(items[0].height) == LOWEST > rem(items[0].bar)
    assert rem(items[1].gap) > 0
    assert tops(items)[2] == pytest.approx(3 * HOUR, abs=0.02)


def test_nothing_stands_on_anything_else():
    close = [a_meeting(number / 3, 1 / 4) for number in range(9)]
    items = line(*close, now=1.1)
    assert all(rem(one.gap) > 0 for one in items[1:])


def test_a_long_empty_stretch_is_shortened():
    items = only(line(a_meeting(0), a_meeting(12), now=20))
    assert tops(items)[1] < 5 * HOUR


@pytest.mark.parametrize(("now", "place"), [(-1, 0), (1, 1), (5, 2)])
def test_now_stands_between_what_was_and_what_comes(now: float, place: int):
    items = line(a_meeting(0), a_meeting(3), now=now)
    assert [index for index, one in enumerate(items) if "is-now" in one.look] == [place]


def test_now_inside_a_session_is_marked_on_its_bar():
    (item,) = line(a_meeting(0, 1), now=0.5)
    assert rem(item.now) == pytest.approx(HOUR / 2, abs=0.02)
    assert "is-over" not in item.look


def test_on_a_day_without_anything_there_is_no_line():
    assert line(now=1) == []


@pytest.mark.parametrize(
    ("different", "now", "said", "look"),
    [
        ({}, -1, "45 min", "day-item is-session"),
        ({}, 1, "to close", "day-item is-session is-over is-due"),
        ({}, 0.5, "now", "day-item is-session is-due"),
        ({"discovery": True}, -1, "45 min", "day-item is-call"),
        ({"status": Status.COMPLETED}, 1, "took place", "day-item is-session is-over"),
        ({"status": Status.NO_SHOW}, 1, "missed", "day-item is-session is-over"),
        ({"status": Status.REQUESTED}, -1, "asked for", "day-item is-session"),
        ({"status": Status.HELD}, -1, "not paid yet", "day-item is-session"),
        ({"taken": 6, "capacity": 8, "client": ""}, -1, "6 of 8", "day-item is-session"),
    ],
)
def test_a_state_is_said_in_words(different: dict[str, Any], now: float, said: str, look: str):
    (item,) = only(line(a_meeting(0, **different), now=now))
    assert (item.state, item.look) == (said, look)


def test_who_is_next_is_marked_and_a_block_is_hatched():
    block = Blocked(at(1), at(2), "")
    items = only(line(a_meeting(0), a_meeting(3), blocks=(block,), now=0.9, up=1))
    assert [one.look for one in items] == [
        "day-item is-session is-over is-due",
        "day-item is-block",
        "day-item is-session is-next",
    ]
    assert (items[1].who, items[1].state) == ("Blocked", "until 11:00")
