"""A client's own page: the next appointment large, then the others, and what is open."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from practice.components.buttons import Label, Text, actions, button_classes, link_button
from practice.components.dialogs import Question, confirm, opener
from practice.components.feedback import bone, empty, loading, locked
from practice.components.icons import icon
from practice.components.notices import notice
from practice.components.sections import labelled, row, rows
from practice.i18n import _, here
from practice.pages.frames import in_client_frame
from practice.state.dashboard.home import MeState, NextTime, Row

PATH = "/me"


def me() -> rx.Component:
    return in_client_frame(
        rx.cond(MeState.loaded, rx.fragment(_next(), _later(), _opened(), _past()), _waiting()),
        _cancelling(),
        path=PATH,
    )


def _first(title: Label, note: Text, *matter: rx.Component, key: str) -> rx.Component:
    """The section that names the page; its heading takes the focus when something was done. The
    key keeps React from pouring what has come into the boxes that waited, which would then move.
    """
    return rx.el.section(
        rx.el.header(
            rx.el.h1(title, id="hello", tab_index=-1),
            rx.el.p(note, class_name="labelled-note"),
        ),
        rx.el.div(*matter, class_name="labelled-matter"),
        aria_labelledby="hello",
        class_name="labelled is-first",
        key=key,
    )


def _waiting() -> rx.Component:
    """Of the size of an appointment with two clocks."""
    return _first(
        bone("9ch", "1.3em"),
        "",
        loading(
            bone("62%", "2.85rem"),
            bone("74%", "5.1rem"),
            bone("58%", "2.6rem"),
            bone("46%", "4.6rem"),
            bone("88%", "3.4rem"),
        ),
        key="waiting",
    )


def _next() -> rx.Component:
    done = rx.cond(MeState.done != "", notice("success", MeState.done, live=False), rx.fragment())
    return _first(
        MeState.greeting,
        MeState.soon,
        rx.el.div(done, role="status", class_name="next-done"),
        rx.cond(MeState.coming.reference != "", _appointment(MeState.coming), _nothing()),
        key="next",
    )


def _appointment(one: ObjectVar[NextTime]) -> rx.Component:
    join = link_button(
        _("Join the room"), one.room, kind="primary", icon_name="video", target="_blank"
    )
    return rx.fragment(
        rx.el.h2(one.day, class_name="next-day"),
        rx.el.div(
            _hours(one.own),
            rx.cond(one.there.said != "", _hours(one.there), rx.fragment()),
            class_name="next-hours",
        ),
        rx.el.p(one.what, class_name="next-what"),
        rx.cond(one.waits != "", rx.el.p(one.waits, class_name="next-waits"), rx.fragment()),
        actions(
            rx.cond(one.room != "", join, rx.fragment()),
            rx.cond(one.may_move, _move(one.reference, one.day), rx.fragment()),
            rx.cond(one.may_cancel, _cancel(one.reference, one.day), rx.fragment()),
        ),
        rx.cond(one.promise != "", rx.el.p(one.promise, class_name="next-promise"), rx.fragment()),
    )


def _hours(one: Any) -> rx.Component:
    return rx.el.div(rx.el.time(one.said, date_time=one.iso), rx.el.span(one.whose))


def _move(reference: rx.Var[str], which: rx.Var[str]) -> rx.Component:
    """A whole page: the day is picked on a desk that reads its own address."""
    return rx.el.a(
        icon("calendar-days"),
        _("Move"),
        rx.el.span(": ", which, class_name="vh"),
        href=f"{here('/me/move')}?booking={reference}",
        reload_document=True,
        class_name=button_classes(),
    )


def _cancel(reference: rx.Var[str], which: rx.Var[str]) -> rx.Component:
    """Several of these stand on one page: readers hear which is meant."""
    said = rx.el.span(": ", which, class_name="vh")
    return opener(rx.fragment(_("Cancel"), said), MeState.ask(reference), icon_name="x")


def _nothing() -> rx.Component:
    return empty(
        _("No appointment ahead"),
        _("Your next appointment will be here, with its time, its place and the way in."),
        link_button(
            _("See the sessions"), here("/") + "#sessions", kind="primary", reload_document=True
        ),
        rx.el.a(_("Write to me"), href=MeState.letter, class_name="btn"),
    )


def _later() -> rx.Component:
    section = labelled("later", _("After that"), rows(rx.foreach(MeState.later, _coming)))
    return rx.cond(MeState.later.length() > 0, section, rx.fragment())


def _coming(one: ObjectVar[Row]) -> rx.Component:
    when = rx.el.time(one.when, date_time=one.iso)
    ways = actions(
        rx.cond(one.may_move, _move(one.reference, one.when), rx.fragment()),
        rx.cond(one.may_cancel, _cancel(one.reference, one.when), rx.fragment()),
    )
    return row(when, one.what, ways)


def _opened() -> rx.Component:
    said = rx.cond(
        MeState.is_locked, locked(MeState.opened), rx.el.p(MeState.opened, class_name="row-line")
    )
    section = labelled("opened", _("What is open"), said)
    return rx.cond(MeState.opened != "", section, rx.fragment())


def _past() -> rx.Component:
    section = labelled("past", _("Behind us"), rows(rx.foreach(MeState.past, _was)))
    return rx.cond(MeState.past.length() > 0, section, rx.fragment())


def _was(one: ObjectVar[Row]) -> rx.Component:
    state = rx.el.span(one.state, class_name="row-state")
    return row(rx.el.time(one.when, date_time=one.iso), one.what, state)


def _cancelling() -> rx.Component:
    question = Question(
        _("Cancel this appointment?"),
        MeState.asked,
        action=_("Cancel the appointment"),
        sending=_("Cancelling it"),
    )
    return confirm(
        question,
        opened=MeState.asking,
        on_open_change=MeState.answer_asked,
        on_confirm=MeState.cancel,
        answer=MeState.answers,
    )
