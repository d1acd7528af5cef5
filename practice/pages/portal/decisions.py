"""What waits for the therapist's word: each question with its answers, the likely one tinted."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from practice.components.buttons import Kind, actions, button
from practice.components.dialogs import Question, confirm
from practice.components.fields import Field, kept_area
from practice.components.notices import notice
from practice.i18n import _
from practice.state.portal.today import Full, TodayState
from practice.wording.decisions import Question as Asked

# A second press within this time is a slip of the finger, in milliseconds.
SLIP = 800


def decisions() -> rx.Component:
    done = rx.cond(
        TodayState.done != "", notice("success", TodayState.done, live=False), rx.fragment()
    )
    asked = rx.el.ul(rx.foreach(TodayState.decisions, _asked), role="list", class_name="day-asked")
    full = rx.el.ul(
        rx.foreach(TodayState.crowds, _full), role="list", class_name="day-asked day-full"
    )
    nothing = rx.el.p(
        _("Calls to close and requests will be asked about here."), class_name="day-asked soft"
    )
    has_full = TodayState.crowds.length() > 0
    return rx.el.section(
        rx.el.h2(TodayState.decisions_title, id="decisions", tab_index=-1),
        rx.el.div(done, role="status", class_name="day-done"),
        rx.cond(
            TodayState.decisions.length() > 0, asked, rx.cond(has_full, rx.fragment(), nothing)
        ),
        rx.cond(has_full, full, rx.fragment()),
        aria_labelledby="decisions",
        class_name="day-ask",
    )


def _full(day: ObjectVar[Full]) -> rx.Component:
    """Perhaps one person with many names, perhaps many people: she decides, and each is told."""
    go = TodayState.let_guests_go(day.day)
    label = rx.fragment(_("Let them all go"), rx.el.span(": ", day.title, class_name="vh"))
    return rx.el.li(
        rx.el.h3(day.title, class_name="row-title"),
        rx.el.p(day.line, class_name="row-line"),
        actions(button(label, on_click=go.throttle(SLIP))),
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


def declining() -> rx.Component:
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
        kept_area(why, TodayState.draft, rows="3"),
        opened=TodayState.declining,
        on_open_change=TodayState.answer_asked,
        on_confirm=TodayState.decline,
        answer=TodayState.answers,
    )
