"""A day as a line: what stands on it, to scale where there is room, with now marked."""

from dataclasses import dataclass
from datetime import datetime

from practice.domain.booking.status import Status
from practice.domain.errors import N_
from practice.i18n import _, clock_time
from practice.services.calendar.days import Blocked, Day, Meeting
from practice.wording import times

# What is not simply ahead, with its icon.
STATES = {
    Status.REQUESTED: (N_("asked for"), "clock"),
    Status.HELD: (N_("not paid yet"), "clock"),
    Status.COMPLETED: (N_("took place"), "check"),
    Status.NO_SHOW: (N_("missed"), "minus"),
}
# In rem. Two lines of words need their room, however short the call.
HOUR = 4.5
LOWEST = 2.9
BETWEEN = 0.5
AROUND_NOW = 0.9
# Three empty hours look as long as five.
LONGEST = 3.0


@dataclass(frozen=True)
class Item:
    """One thing on the line. Its classes say what kind of bar it has and whether it is over."""

    at: str
    iso: str
    who: str
    what: str
    state: str
    sign: str
    look: str
    # Space above, height of the row, length of its bar.
    gap: str
    height: str
    bar: str
    # Where now falls inside it, from the top; empty where it does not.
    now: str = ""


@dataclass(frozen=True)
class Mark:
    """What is going to be an item: a stretch of time with its words."""

    starts_at: datetime
    ends_at: datetime
    who: str
    what: str
    state: str
    sign: str
    kind: str
    # Clay: now, or waiting for her word.
    is_due: bool = False


def line_of(day: Day, now: datetime, zone: str, *, upcoming: Meeting | None) -> list[Item]:
    marks = [_meeting(one, now, is_next=one == upcoming) for one in day.meetings]
    marks += [_block(one, zone) for one in day.blocks]
    marks.sort(key=lambda one: (one.starts_at, one.ends_at))
    if marks and not any(one.starts_at <= now < one.ends_at for one in marks):
        marks.append(Mark(now, now, "", "", "", "", "now"))
        marks.sort(key=lambda one: (one.starts_at, one.ends_at))
    return _laid_out(marks, now, zone)


def _laid_out(marks: list[Mark], now: datetime, zone: str) -> list[Item]:
    """Each stands where its time is, unless the one before still needs the room."""
    items: list[Item] = []
    until, overhang = (marks[0].starts_at if marks else now), 0.0
    for place, mark in enumerate(marks):
        is_edge = mark.kind == "now" and place in {0, len(marks) - 1}
        free = min(_rem(until, mark.starts_at), BETWEEN * 3 if is_edge else LONGEST * HOUR)
        near_now = mark.kind == "now" or (place > 0 and marks[place - 1].kind == "now")
        gap = max(free - overhang, AROUND_NOW if near_now else BETWEEN) if place else 0.0
        bar = min(_rem(mark.starts_at, mark.ends_at), LONGEST * HOUR)
        height = 0.0 if mark.kind == "now" else max(bar, LOWEST)
        items.append(_item(mark, now, zone, gap, height, bar))
        overhang = height - bar + max(0.0, gap - free + overhang)
        until = max(until, mark.ends_at)
    return items


def _item(mark: Mark, now: datetime, zone: str, gap: float, height: float, bar: float) -> Item:
    is_over = mark.ends_at <= now and mark.kind != "now"
    share = _rem(mark.starts_at, now) / max(_rem(mark.starts_at, mark.ends_at), 0.01)
    is_within = mark.starts_at <= now < mark.ends_at
    return Item(
        at=clock_time(mark.starts_at, zone),
        iso=mark.starts_at.isoformat(),
        who=mark.who,
        what=mark.what,
        state=mark.state,
        sign=mark.sign,
        look=" ".join(
            ["day-item", f"is-{mark.kind}", *["is-over"] * is_over, *["is-due"] * mark.is_due]
        ),
        gap=f"{gap:.2f}rem",
        height=f"{height:.2f}rem",
        bar=f"{bar:.2f}rem",
        now=f"{share * bar:.2f}rem" if is_within else "",
    )


def _rem(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds() / 3600 * HOUR)


def _meeting(one: Meeting, now: datetime, *, is_next: bool) -> Mark:
    state, sign = _state(one, now)
    kind = "call" if one.discovery else "session"
    place = _(times.PLACES[one.place])
    return Mark(
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        who=one.client or one.name,
        what=", ".join([one.name, place] if one.client else [_("Group"), place]),
        state=state,
        sign=sign,
        kind=f"{kind} is-next" if is_next else kind,
        is_due=one.status is Status.CONFIRMED and one.capacity is None and one.starts_at <= now,
    )


def _state(one: Meeting, now: datetime) -> tuple[str, str]:
    """In words, with the icon that may stand before them."""
    if one.capacity is not None:
        return _("{taken} of {places}").format(taken=one.taken, places=one.capacity), "users"
    if one.status in STATES:
        words_of, sign = STATES[one.status]
        return _(words_of), sign
    if one.ends_at <= now:
        return _("to close"), "corner-down-right"
    if one.starts_at <= now:
        return _("now"), ""
    length = int((one.ends_at - one.starts_at).total_seconds()) // 60
    return _("{minutes} min").format(minutes=length), ""


def _block(one: Blocked, zone: str) -> Mark:
    until = _("until {time}").format(time=clock_time(one.ends_at, zone))
    return Mark(one.starts_at, one.ends_at, one.reason or _("Blocked"), "", until, "", "block")
