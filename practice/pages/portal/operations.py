"""How the practice runs: what could not be delivered, what works by the clock, and the mail log."""

import reflex as rx
from reflex.vars import ObjectVar

from practice.components.buttons import button
from practice.components.feedback import bone, empty, loading, loading_rows
from practice.components.notices import notice
from practice.components.people import badge
from practice.components.presence import LookAgain
from practice.components.sections import page_head, row, rows
from practice.i18n import _
from practice.pages.frames import in_portal_frame
from practice.pages.portal.health import health
from practice.state.portal.operations import RunningState
from practice.wording.operations import Failure, JobRow, LogDay, LogRow

PATH = "/portal/running"


def running() -> rx.Component:
    return in_portal_frame(
        page_head(
            _("How the practice runs"),
            rx.cond(RunningState.loaded, health(RunningState), bone("14ch", "1.6em")),
        ),
        rx.el.p(RunningState.done, role="status", class_name="vh"),
        rx.cond(
            RunningState.loaded,
            rx.fragment(_silent(), _lost(), rx.el.div(_log(), _jobs(), class_name="run-cols")),
            _waiting(),
        ),
        LookAgain.create(waiting=RunningState.is_waiting, on_look=RunningState.look_again),
        path=PATH,
    )


def _waiting() -> rx.Component:
    """Of the size of a day on which nothing is stuck."""
    column = [rx.el.div(loading(bone("62%", "1.4rem")), class_name="run-bone"), loading_rows(6)]
    return rx.el.div(rx.el.div(*column), rx.el.div(*column), class_name="run-cols", key="waiting")


def _silent() -> rx.Component:
    """Nothing else on this page is true for long while nobody works."""
    said = notice(
        "error",
        _("No letters are leaving."),
        _(
            "They are kept, and leave as soon as the portal works again. If this still stands here "
            "in a few minutes, start the portal anew."
        ),
    )
    return rx.cond(
        RunningState.is_worked_on, rx.fragment(), rx.el.div(said, class_name="run-silent")
    )


def _lost() -> rx.Component:
    """Only where there is something to look at; all of it."""
    is_any = (RunningState.given_up.length() + RunningState.came_back.length()) > 0
    lost = rx.el.section(
        rx.el.h2(_("Letters that need a look"), id="letters"),
        rows(
            rx.foreach(RunningState.given_up, _given_up), rx.foreach(RunningState.came_back, _back)
        ),
        aria_labelledby="letters",
        class_name="run-lost",
    )
    return rx.cond(is_any, lost, rx.fragment())


def _given_up(one: ObjectVar[Failure]) -> rx.Component:
    """All of these buttons say the same; readers hear which letter is meant."""
    label = rx.fragment(_("Try again"), rx.el.span(": ", one.title, class_name="vh"))
    again = button(label, on_click=RunningState.try_again(one.id))
    title = rx.el.span(one.title, id=one.id, tab_index=-1)
    return row(title, one.line, rx.cond(one.state == "", again, badge(one.state, "leaf")))


def _back(one: ObjectVar[Failure]) -> rx.Component:
    return row(one.title, one.line, badge(_("came back"), "clay"))


def _jobs() -> rx.Component:
    return rx.el.section(
        rx.el.h2(_("What happens by the clock"), id="jobs"),
        rows(rx.foreach(RunningState.jobs, _job)),
        aria_labelledby="jobs",
    )


def _job(one: ObjectVar[JobRow]) -> rx.Component:
    late = rx.cond(one.is_late, badge(_("late"), "clay"), rx.fragment())
    failed = rx.cond(one.has_failed, badge(_("failed"), "berry"), late)
    return row(one.name, one.line, failed)


def _log() -> rx.Component:
    nothing = empty(
        _("No letters yet"), _("Every letter that leaves will be listed here, without its words.")
    )
    older = rx.el.div(
        button(_("Show older"), on_click=RunningState.show_older), class_name="actions"
    )
    days = rx.fragment(
        rx.foreach(RunningState.log, _day), rx.cond(RunningState.has_older, older, rx.fragment())
    )
    return rx.el.section(
        rx.el.h2(_("The last letters"), id="log"),
        rx.cond(RunningState.log.length() > 0, days, nothing),
        aria_labelledby="log",
    )


def _day(one: ObjectVar[LogDay]) -> rx.Component:
    return rx.fragment(
        rx.el.h3(one.day), rx.el.ul(rx.foreach(one.letters, _logged), class_name="post-log")
    )


def _logged(one: ObjectVar[LogRow]) -> rx.Component:
    state = rx.match(
        one.tone,
        ("berry", badge(one.state, "berry")),
        ("clay", badge(one.state, "clay")),
        rx.el.span(one.state, class_name="row-state"),
    )
    return rx.el.li(
        rx.el.time(one.at, date_time=one.iso),
        rx.el.div(
            rx.el.p(one.kind, class_name="row-title"), rx.el.p(one.address, class_name="row-line")
        ),
        state,
        id=one.id,
        tab_index=-1,
    )
