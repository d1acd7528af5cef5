"""How the practice runs: what could not be delivered, what works by the clock, and the mail log."""

import reflex as rx
from reflex.vars import ObjectVar

from practice.components.buttons import button
from practice.components.feedback import bone, empty, loading, loading_rows
from practice.components.notices import notice
from practice.components.people import badge
from practice.components.sections import page_head, row, rows
from practice.i18n import _
from practice.pages.frames import in_portal_frame
from practice.state.running import RunningState
from practice.state.running_words import Failure, JobRow, LogRow

PATH = "/portal/running"


def running() -> rx.Component:
    return in_portal_frame(
        page_head(
            _("How the practice runs"),
            rx.cond(RunningState.loaded, RunningState.health, bone("14ch", "1.6em")),
        ),
        rx.cond(
            RunningState.loaded,
            rx.fragment(_letters(), _jobs(), _log()),
            _waiting(),
        ),
        path=PATH,
    )


def _waiting() -> rx.Component:
    """Of the size of a day on which nothing is stuck."""
    return rx.el.section(
        loading(bone("62%", "1.875rem"), bone("78%", "1.4rem")),
        loading_rows(7),
        class_name="portal-list",
        key="waiting",
    )


def _letters() -> rx.Component:
    """Only where there is something to look at."""
    done = rx.cond(
        RunningState.done != "", notice("success", RunningState.done, live=False), rx.fragment()
    )
    lost = rows(
        rx.foreach(RunningState.given_up, _given_up), rx.foreach(RunningState.came_back, _back)
    )
    is_any = (RunningState.given_up.length() + RunningState.came_back.length()) > 0
    nothing = rx.el.p(_("Nothing is stuck, and nothing came back."), class_name="row-line")
    return rx.el.section(
        rx.el.h2(_("Letters that need a look"), id="letters", tab_index=-1),
        rx.el.div(done, role="status"),
        rx.cond(is_any, lost, nothing),
        aria_labelledby="letters",
        class_name="portal-list",
    )


def _given_up(one: ObjectVar[Failure]) -> rx.Component:
    """All of these buttons say the same; readers hear which letter is meant."""
    label = rx.fragment(_("Try again"), rx.el.span(": ", one.title, class_name="vh"))
    return row(one.title, one.line, button(label, on_click=RunningState.try_again(one.id)))


def _back(one: ObjectVar[Failure]) -> rx.Component:
    return row(one.title, one.line, badge(_("came back"), "clay"))


def _jobs() -> rx.Component:
    return rx.el.section(
        rx.el.h2(_("What happens by the clock"), id="jobs"),
        rows(rx.foreach(RunningState.jobs, _job)),
        aria_labelledby="jobs",
        class_name="portal-list",
    )


def _job(one: ObjectVar[JobRow]) -> rx.Component:
    failed = rx.cond(one.has_failed, badge(_("failed"), "berry"), rx.fragment())
    return row(one.name, one.line, failed)


def _log() -> rx.Component:
    nothing = empty(
        _("No letters yet"), _("Every letter that leaves will be listed here, without its words.")
    )
    return rx.el.section(
        rx.el.h2(_("The last letters"), id="log"),
        rx.cond(
            RunningState.log.length() > 0, rows(rx.foreach(RunningState.log, _logged)), nothing
        ),
        aria_labelledby="log",
        class_name="portal-list post-log",
    )


def _logged(one: ObjectVar[LogRow]) -> rx.Component:
    when = rx.el.time(one.when, date_time=one.iso)
    line = rx.fragment(one.address, " · ", when)
    return row(one.kind, line, rx.el.span(one.state, class_name="row-state"))
