"""Slot cases with expected answers, from public test suites and computed tables."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from practice.domain.availability import hours, slots
from practice.domain.availability.hours import Stretch, Week
from practice.domain.availability.slots import Calendar, Taken, Terms, Why

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors" / "slots.json").read_text()
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def at(text: str) -> int:
    return hours.seconds(datetime.fromisoformat(text))


def stretch(pair: list[str]) -> Stretch:
    start, end = ([int(part) for part in text.split(":")] for text in pair)
    first, last = start[0] * 60 + start[1], end[0] * 60 + end[1]
    return Stretch(first, last if last > first else last + hours.DAY_MINUTES)


def week_of(case: dict[str, Any]) -> Week:
    weekly = case["weekly"]
    return Week(
        days={
            number: [stretch(pair) for pair in weekly.get(name, weekly.get("daily", []))]
            for number, name in enumerate(DAYS)
        },
        overrides={
            date.fromisoformat(day): [stretch(pair) for pair in pairs]
            for day, pairs in case.get("overrides", {}).items()
        },
    )


def terms_of(case: dict[str, Any]) -> Terms:
    days = case.get("horizon_days")
    return Terms(
        length=case["duration"] * 60,
        step=case.get("step", case["duration"]) * 60,
        before=case.get("buffer_before", 0) * 60,
        after=case.get("buffer_after", 0) * 60,
        notice=case.get("notice", 0) * 60,
        horizon=days * 86400 if days is not None else None,
    )


def taken_of(case: dict[str, Any], zone: ZoneInfo) -> Taken:
    appointments = [
        (
            at(one["start"]) - one.get("buffer_before", 0) * 60,
            at(one["end"]) + one.get("buffer_after", 0) * 60,
        )
        for one in case.get("appointments", [])
    ]
    blocks = [(at(start), at(end)) for start, end in case.get("busy", [])]
    closed = [
        hours.whole_days(zone, date.fromisoformat(first), date.fromisoformat(last))
        for first, last in case.get("all_day", [])
    ]
    return Taken(busy=[*appointments, *blocks], closed=closed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_exactly_the_expected_times_are_offered(case: dict[str, Any]):
    zone = ZoneInfo(case["zone"])
    first, last = date.fromisoformat(case["from"]), date.fromisoformat(case["to"])
    long_before = hours.instant(zone, first - timedelta(days=2), 0)
    now = at(case["now"]) if "now" in case else long_before
    calendar = Calendar(zone, week_of(case), terms_of(case), taken_of(case, zone), now)
    found = slots.slots(calendar, first, last)
    assert found == [at(text) for text in case["expect"]]
    for start in found:
        assert slots.explain(calendar, start).why is Why.FREE
