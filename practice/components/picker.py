"""Picking a time, in the browser: days, times, clock, and what is kept while somebody types. The
server says all words; the browser only chooses among them."""

from functools import cache
from typing import Any

import reflex as rx
from babel import dates

from practice.components.shell import troubles
from practice.i18n import DEFAULT_LANGUAGE, _, here, language, locale
from practice.wording.booking import GONE
from practice.wording.zones import cities

DAYS_OF_WEEK = 7
FILES = (
    *("ahead", "desk", "kept", "offer", "taken", "times", "typed", "zone"),
    *("calendar", "days", "head", "month", "week"),
)
LIBRARIES = {name: "$/public" + rx.asset(f"picker_{name}.jsx", shared=True) for name in FILES}
Words = dict[str, Any]


class Desk(rx.Component):
    """Around all the others. Its first child stands there until the server has answered."""

    library = LIBRARIES["desk"]
    tag = "Desk"

    answered: rx.Var[str]
    answer: rx.Var[int]
    offer: rx.Var[dict[str, Any]]
    taken: rx.Var[dict[str, Any]]
    way_on: rx.Var[str]
    troubles: rx.Var[int]
    words: rx.Var[dict[str, Any]]
    plain: rx.Var[dict[str, Any]]
    on_open: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]
    on_more: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]


class Days(rx.Component):
    library = LIBRARIES["month"]
    tag = "Days"
    lib_dependencies: list[str] = ["react-day-picker@10.0.2"]  # noqa: RUF012 - Reflex's own form


class Times(rx.Component):
    """Its children are for a practice that has no free time at all."""

    library = LIBRARIES["times"]
    tag = "Times"


class Clock(rx.Component):
    library = LIBRARIES["times"]
    tag = "Clock"


class Zones(rx.Component):
    library = LIBRARIES["zone"]
    tag = "Zones"


class Chosen(rx.Component):
    library = LIBRARIES["times"]
    tag = "Chosen"
    price: rx.Var[str]


class Asked(rx.Component):
    """The chosen time and the wish's own key, inside the form that sends them."""

    library = LIBRARIES["times"]
    tag = "Asked"


class Title(rx.Component):
    library = LIBRARIES["taken"]
    tag = "Title"
    title: rx.Var[str]


class Chapters(rx.Component):
    """Two children: the times, and what follows once one is chosen."""

    library = LIBRARIES["taken"]
    tag = "Chapters"


class When(rx.Component):
    """Shown while a time is picked, or after one was taken."""

    library = LIBRARIES["taken"]
    tag = "When"
    face: rx.Var[str]


class Others(rx.Component):
    library = LIBRARIES["taken"]
    tag = "Others"
    verb: rx.Var[str]
    form: rx.Var[str]


class Written(rx.Component):
    """Around a form: what was typed into it, to be read, after a time was lost."""

    library = LIBRARIES["taken"]
    tag = "Written"
    fields: rx.Var[list[list[str]]]
    form: rx.Var[str]


class Kept(rx.Component):
    """Around a form: what is typed survives a reload and a dropped connection."""

    library = LIBRARIES["kept"]
    tag = "Kept"


def desk(
    state: Any,
    *children: rx.Component | rx.Var[Any],
    is_named: bool = False,
    has_twin: bool = True,
) -> rx.Component:
    """Of one page: its state answers `open` and `more`. Its twin does without a script."""
    return Desk.create(
        *children,
        answered=state.answered,
        answer=state.answer,
        offer=state.offer,
        taken=state.taken,
        way_on=state.way_on,
        troubles=troubles(),
        words=words(language()),
        plain={"path": here("/plain/book") if has_twin else "", "named": is_named},
        on_open=state.open,
        on_more=state.more,
    )


@cache
def words(code: str) -> Words:
    """All that the picker says by itself, in one language."""
    return {"language": code, **_of_the_calendar(), **_of_the_times(), **_of_the_clock()}


def _of_the_calendar() -> Words:
    said = locale()
    alone, in_date = (
        [dates.get_month_names("wide", kind, said)[number] for number in range(1, 13)]
        for kind in ("stand-alone", "format")
    )
    brief = dates.get_month_names("abbreviated", "format", said)
    short, wide = (dates.get_day_names(width, "stand-alone", said) for width in ("short", "wide"))
    return {
        "months": alone,
        "inDate": in_date,
        "brief": [brief[number] for number in range(1, 13)],
        "weekdays": [
            [short[day][:2].capitalize(), wide[day].capitalize()] for day in range(DAYS_OF_WEEK)
        ],
        "days": _("{day} {month}"),
        "taken": _("{day}, no free times"),
        "today": _("today"),
        "weekBefore": _("Earlier week with free times"),
        "weekAfter": _("Later week with free times"),
        "legend": _("The longer the line, the more times are free."),
        "noneBut": _("No times this month: the next free day is {day}."),
        "noneLater": _("No times this month, and none after it."),
        "goTo": _("Go to {day}"),
    }


def _of_the_times() -> Words:
    return {
        "gone": _(GONE),
        "lost": _("just taken"),
        "changeTime": _("Change the time"),
        "change": _("Change"),
        "near": _("Free times near the one you chose"),
        "noOthers": _("Nothing is free near it. All free times are below."),
        "seeAll": _("See all free times"),
        "sending": _("One moment …"),
    }


def _of_the_clock() -> Words:
    return {
        "same": _("the same as on your device"),
        "zoneTitle": _("Time zone"),
        "zoneSearch": _("Search by city or region"),
        "zonesFound": _("{count} zones found"),
        "zoneNone": _("No zone is called that. Try the nearest large city."),
        "close": _("Close"),
        # Zones have English names; these are what others search by.
        "cities": {} if language() == DEFAULT_LANGUAGE else cities(),
    }
