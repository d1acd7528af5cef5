"""The therapist's day on one page: the line, who is next, and what waits for her word."""

import reflex as rx
from reflex.vars import ObjectVar

from practice.components.buttons import Text, actions, link_button
from practice.components.day import day_line
from practice.components.feedback import bone, empty, loading, loading_rows
from practice.components.sections import page_head
from practice.i18n import _, here
from practice.pages.frames import in_portal_frame
from practice.pages.portal.decisions import decisions, declining
from practice.pages.portal.health import health
from practice.state.portal.today import Morrow, TodayState

PATH = "/portal"


def today() -> rx.Component:
    return in_portal_frame(
        page_head(
            rx.cond(TodayState.loaded, TodayState.date, bone("11ch", "1.15em")),
            rx.cond(TodayState.loaded, TodayState.summary, bone("18ch", "1.6em")),
        ),
        rx.cond(TodayState.loaded, _day(), _waiting()),
        declining(),
        path=PATH,
    )


def _waiting() -> rx.Component:
    """Of the size of a person with a room and a note. Its key keeps React from pouring the day into
    the same boxes, which would then move."""
    person = loading(
        bone("38%", "1.4rem"),
        bone("62%", "2.8rem"),
        bone("90%", "1.4rem"),
        bone("46%", "4.4rem"),
        bone("100%", "6.4rem"),
    )
    return rx.el.div(
        rx.el.section(person, class_name="day-next"),
        rx.el.section(loading_rows(6), class_name="day-day"),
        rx.el.section(loading_rows(3), class_name="day-ask"),
        class_name="day-cols",
        key="waiting",
    )


def _day() -> rx.Component:
    return rx.fragment(
        rx.el.div(_person(), _line(), decisions(), class_name="day-cols", key="day"), _health()
    )


def _health() -> rx.Component:
    """Quiet, and the way to more."""
    return rx.el.p(
        health(TodayState),
        rx.el.a(_("How the practice runs"), href=here("/portal/running"), class_name="link"),
        class_name="day-health",
    )


def _person() -> rx.Component:
    one = TodayState.person
    room = link_button(
        _("Open the room"), one.room, kind="primary", icon_name="video", target="_blank"
    )
    ring = link_button(one.phone, one.ring, kind="primary", icon_name="phone")
    somebody = rx.fragment(
        rx.el.p(one.label, class_name="day-soon"),
        rx.el.h2(one.name, id="next-name"),
        rx.el.p(one.line, class_name="day-line-of"),
        actions(_if(one.room, room), _if(one.phone, ring)),
        rx.el.dl(
            _if(one.note, _fact(_("They wrote"), one.note)),
            _if(one.stage, _fact(_("Stage"), one.stage)),
            class_name="fact-list",
        ),
    )
    nobody = rx.fragment(
        rx.el.h2(TodayState.nobody, id="next-name", class_name="is-quiet"),
        rx.el.p(_("Who comes next stands here, with what helps to receive them.")),
    )
    return rx.el.section(
        rx.cond(one.name != "", somebody, nobody),
        aria_labelledby="next-name",
        class_name="day-next",
    )


def _if(words: Text, shown: rx.Component) -> rx.Component:
    return rx.cond(words != "", shown, rx.fragment())


def _fact(term: str, value: rx.Var[str]) -> rx.Component:
    return rx.el.div(rx.el.dt(term), rx.el.dd(value))


def _line() -> rx.Component:
    line = day_line(TodayState.line, label=TodayState.line_label, now=TodayState.now)
    free = empty(
        _("A day without appointments"),
        _("What is booked or blocked will stand here, as a line from morning to evening."),
    )
    return rx.el.section(
        rx.el.h2(_("The day"), id="day", class_name="day-title"),
        _if(TodayState.closed, rx.el.p(TodayState.closed, class_name="day-closed")),
        rx.cond(TodayState.line.length() > 0, line, free),
        rx.el.div(
            rx.el.h2(_("Tomorrow")),
            rx.cond(
                TodayState.tomorrow.length() > 0,
                rx.el.ul(rx.foreach(TodayState.tomorrow, _morrow), role="list"),
                rx.el.p(TodayState.tomorrow_free),
            ),
            class_name="day-morrow",
        ),
        aria_labelledby="day",
        class_name="day-day",
    )


def _morrow(one: ObjectVar[Morrow]) -> rx.Component:
    more = rx.el.span(" ", one.more, class_name="soft")
    return rx.el.li(rx.el.time(one.at, date_time=one.iso), rx.el.span(one.who, _if(one.more, more)))
