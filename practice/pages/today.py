"""The therapist's day on one page: the line, who is next, and what waits for her word."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from practice.components.buttons import Kind, Text, actions, button, link_button
from practice.components.day import day_line
from practice.components.dialogs import Question, confirm
from practice.components.feedback import bone, empty, loading, loading_rows
from practice.components.fields import Field, text_area
from practice.components.notices import notice
from practice.components.sections import page_head
from practice.i18n import _
from practice.pages.frames import in_portal_frame
from practice.state.decisions import Question as Asked
from practice.state.today import Morrow, TodayState

PATH = "/portal"
# A second press within this time is a slip of the finger, in milliseconds.
SLIP = 800


def today() -> rx.Component:
    return in_portal_frame(
        page_head(
            rx.cond(TodayState.loaded, TodayState.date, bone("11ch", "1.15em")),
            rx.cond(TodayState.loaded, TodayState.summary, bone("18ch", "1.6em")),
        ),
        rx.cond(TodayState.loaded, _day(), _waiting()),
        _declining(),
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
    return rx.el.div(_person(), _line(), _decisions(), class_name="day-cols", key="day")


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
        rx.el.h2(_("Nobody else today"), id="next-name", class_name="is-quiet"),
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


def _decisions() -> rx.Component:
    done = _if(TodayState.done, notice("success", TodayState.done, live=False))
    asked = rx.el.ul(rx.foreach(TodayState.decisions, _asked), role="list", class_name="day-asked")
    nothing = rx.el.p(
        _("Calls to close and requests will be asked about here."), class_name="day-asked soft"
    )
    return rx.el.section(
        rx.el.h2(TodayState.decisions_title, id="decisions", tab_index=-1),
        rx.el.div(done, role="status", class_name="day-done"),
        rx.cond(TodayState.decisions.length() > 0, asked, nothing),
        aria_labelledby="decisions",
        class_name="day-ask",
    )


def _asked(one: ObjectVar[Asked]) -> rx.Component:
    answers = rx.match(
        one.wanted,
        ("call", _after_a_call(one)),
        ("answer", _to_a_request(one)),
        _after_a_session(one),
    )
    return rx.el.li(
        rx.el.h3(one.title, class_name="row-title"),
        rx.el.p(one.line, class_name="row-line"),
        answers,
    )


def _after_a_call(one: ObjectVar[Asked]) -> rx.Component:
    end = TodayState.close_call
    return actions(
        _answer(_("Continue"), end(one.reference, "go_on"), one, "tint"),
        _answer(_("Not now"), end(one.reference, "not_now"), one),
        _answer(_("Refer on"), end(one.reference, "refer"), one),
        _answer(_("Did not come"), TodayState.did_not_come(one.reference), one, "bare"),
    )


def _to_a_request(one: ObjectVar[Asked]) -> rx.Component:
    ask = TodayState.ask_to_decline(one.reference)
    return actions(
        _answer(_("Approve"), TodayState.approve(one.reference), one, "tint"),
        _answer(_("Decline"), ask, one, aria_haspopup="dialog"),
    )


def _after_a_session(one: ObjectVar[Asked]) -> rx.Component:
    return actions(
        _answer(_("Took place"), TodayState.took_place(one.reference), one, "tint"),
        _answer(_("Did not come"), TodayState.did_not_come(one.reference), one),
    )


def _answer(
    label: str, said: rx.event.EventSpec, one: ObjectVar[Asked], kind: Kind = "plain", **more: Any
) -> rx.Component:
    """The same words stand at several questions: readers hear to which they belong."""
    described = rx.el.span(": ", one.title, class_name="vh")
    return button(rx.fragment(label, described), kind=kind, on_click=said.throttle(SLIP), **more)


def _declining() -> rx.Component:
    why = Field(
        "why",
        _("For your record"),
        hint=_("Only you can read this. Nobody is told a reason."),
        optional=True,
        form="decline",
    )
    question = Question(
        _("Decline this request?"),
        TodayState.asked,
        action=_("Decline the request"),
        sending=_("Declining it"),
    )
    return confirm(
        question,
        text_area(why, rows="3"),
        opened=TodayState.declining,
        on_open_change=TodayState.answer_asked,
        on_confirm=TodayState.decline,
        answer=TodayState.answers,
    )
