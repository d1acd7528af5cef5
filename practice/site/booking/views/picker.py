"""A month and the times of one of its days. Each is chosen by a link that carries everything; where
something was typed already, by a button that sends it along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import reflex as rx

from practice.components.icons import icon
from practice.i18n import _, clocks, day_and_date, ngettext
from practice.services.booking.offers import Day, Offered, Time
from practice.site.booking.selection import Sight
from practice.wording import booking

DAYS_OF_A_WEEK = 7
# Where no day is freer than that, each of its times is one step of the line under it.
LONGEST = 9


@dataclass(frozen=True)
class Ways:
    """Where a choice leads: to the page of this address, or back to it with what was typed."""

    address: str
    keeps_what_was_typed: bool = False

    def to(self, *inner: Any, query: str, at: str, look: str, **said: str) -> rx.Component:
        names = {name.replace("_", "-"): one for name, one in said.items()}
        if self.keeps_what_was_typed:
            own = {"name": "look", "value": query, "formnovalidate": True}
            return rx.el.button(
                *inner, type="submit", class_name=look, custom_attrs={**own, **names}
            )
        return rx.el.a(
            *inner, href=f"{self.address}?{query}#{at}", class_name=look, custom_attrs=names
        )


def picker(sight: Sight, ways: Ways, none: Sequence[rx.Component] = ()) -> rx.Component:
    days = rx.el.div(month(sight, ways), *([legend()] if sight.offered.days else []))
    return rx.el.div(days, times(sight, ways, none), class_name="picker")


def legend(look: str = "") -> rx.Component:
    words = _("The longer the line, the more times are free.")
    return rx.el.p(rx.el.i(), words, class_name=f"legend {look}".rstrip())


def month(sight: Sight, ways: Ways, look: str = "") -> rx.Component:
    names = booking.week_days()
    head = rx.el.tr(
        *(
            rx.el.th(short, scope="col", class_name="dow", custom_attrs={"abbr": whole})
            for short, whole in names
        )
    )
    free = {day.on: day for day in sight.offered.days}
    weeks = [
        rx.el.tr(
            *(_cell(sight, ways, on, free.get(on) if on else None) for on in week),
            # Of what is over a phone shows nothing.
            class_name="hide-s" if _is_over(week, sight.offered.today) else "",
        )
        for week in _weeks(sight.month)
    ]
    name = booking.month(sight.month)
    return rx.el.div(
        rx.el.div(
            rx.el.h3(name, id="month"),
            rx.el.div(
                _turn(sight, ways, sight.before, "chevron-left"),
                _turn(sight, ways, sight.after, "chevron-right"),
            ),
            class_name="cal-head",
        ),
        rx.el.table(
            rx.el.thead(head),
            rx.el.tbody(*weeks),
            class_name="days",
            custom_attrs={"aria-labelledby": "month"},
        ),
        class_name=f"month {look}".rstrip(),
    )


def _turn(sight: Sight, ways: Ways, to: date | None, look: str) -> rx.Component:
    if to is None:
        return rx.el.span(icon(look), class_name="icon-btn", aria_hidden="true")
    name = rx.el.span(booking.month(to), class_name="vh")
    told = query(sight, ways, **{"from": to})
    return ways.to(icon(look), name, query=told, at="month", look="icon-btn")


def _weeks(month: date) -> list[list[date | None]]:
    """Whole weeks from Monday on; days of other months are left out."""
    first = month - timedelta(days=month.weekday())
    days = [first + timedelta(days=number) for number in range(6 * DAYS_OF_A_WEEK)]
    own = [day if day.month == month.month else None for day in days]
    weeks = [own[at : at + DAYS_OF_A_WEEK] for at in range(0, len(own), DAYS_OF_A_WEEK)]
    return [week for week in weeks if any(week)]


def _is_over(week: list[date | None], today: date) -> bool:
    return all(day is None or day < today for day in week)


def _cell(sight: Sight, ways: Ways, on: date | None, day: Day | None) -> rx.Component:
    if on is None:
        return rx.el.td()
    today = on == sight.offered.today
    note = rx.el.small(_("today")) if today else rx.fragment()
    look = "day now" if today else "day"
    if day is None:
        return rx.el.td(rx.el.span(str(on.day), note, class_name=look))
    is_chosen = sight.day is not None and sight.day.on == on
    told = {"aria_current": "date"} if is_chosen else {}
    free = f"{look} free free-{line(day, sight.offered)}"
    return rx.el.td(
        ways.to(
            str(on.day),
            note,
            query=query(sight, ways, day=on),
            at="times",
            look=f"{free} on" if is_chosen else free,
            aria_label=booking.day_label(day),
            **told,
        )
    )


def line(day: Day, offered: Offered) -> int:
    """As long as the day is free, beside the freest."""
    most = max(LONGEST, *(len(one.times) for one in offered.days))
    return max(1, round(LONGEST * len(day.times) / most))


def times(sight: Sight, ways: Ways, none: Sequence[rx.Component] = ()) -> rx.Component:
    return rx.el.div(
        *(_of_day(sight, ways, sight.day) if sight.day else _nothing(sight, ways, none)),
        class_name="times",
        id="times",
    )


def _of_day(sight: Sight, ways: Ways, day: Day) -> list[rx.Component]:
    count = booking.free_times(len(day.times))
    return [
        rx.el.h3(booking.day_of(day.on), " ", rx.el.span("– ", count)),
        *(
            part
            for group in booking.groups(day.times)
            for part in (
                rx.el.h4(group.name),
                rx.el.ul(
                    *(rx.el.li(_slot(sight, ways, one)) for one in group.times),
                    role="list",
                    aria_label=group.name,
                    class_name="slots",
                ),
            )
        ),
    ]


def _slot(sight: Sight, ways: Ways, time: Time) -> rx.Component:
    is_chosen = sight.chosen is not None and sight.chosen.start.timestamp() == (
        time.start.timestamp()
    )
    return ways.to(
        rx.el.time(f"{time.start:%H:%M}", date_time=time.start.isoformat()),
        *(rx.el.small(note) for note in _notes(sight, time)),
        query=query(sight, ways, start=time.start),
        at="wish",
        look="slot on" if is_chosen else "slot",
    )


def _notes(sight: Sight, time: Time) -> list[str]:
    """Which of two hours of the same name it is; how many places a group has left."""
    found: list[str] = []
    if booking.comes_twice(time.start):
        found.append(clocks.offset(time.start, sight.zone.key))
    if time.left > 1:
        left = ngettext("{count} place left", "{count} places left", time.left)
        found.append(left.format(count=time.left))
    return found


def _nothing(sight: Sight, ways: Ways, none: Sequence[rx.Component]) -> list[rx.Component]:
    said = rx.el.p(booking.none_this_month(sight.offered.next_free))
    if sight.offered.next_free is None:
        return [rx.el.div(*(none or [said]), class_name="no-times")]
    told = query(sight, ways, day=sight.offered.next_free)
    label = _("Go to {day}").format(day=day_and_date(sight.offered.next_free))
    there = ways.to(label, query=told, at="times", look="btn")
    return [rx.el.div(said, there, class_name="no-times")]


def query(sight: Sight, ways: Ways, **said: date | datetime | str) -> str:
    """Where what was typed is sent along, so is the clock."""
    return sight.query(has_clock=not ways.keeps_what_was_typed, **said)
