"""What both pages of notices show: sentences, the new ones marked, each leading to its thing."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ArrayVar, NumberVar, ObjectVar

from practice.components.feedback import empty, loading_rows
from practice.components.people import badge
from practice.components.sections import row, rows
from practice.i18n import _, here
from practice.state.notices import Row


def notice_list(
    found: ArrayVar[Sequence[Row]],
    *,
    loaded: rx.Var[bool] | bool,
    readings: NumberVar[int] | int,
    on_shown: rx.event.EventType[()],
    leads_to: str,
) -> rx.Component:
    def line(one: ObjectVar[Row]) -> rx.Component:
        new = rx.cond(one.is_unread, badge(_("new"), "leaf"), rx.fragment())
        link = rx.el.a(one.said, href=here(leads_to), class_name="notice-link")
        return row(link, one.line, new)

    nothing = empty(
        _("Nothing has happened yet"),
        _("When an appointment is booked, moved or cancelled, it is said here."),
    )
    shown = rx.cond(found.length() > 0, rows(rx.foreach(found, line)), nothing)
    # Only a page that stands before somebody has shown anything.
    told = rx.el.div(shown, on_mount=on_shown, key=readings)
    return rx.cond(loaded, told, loading_rows(4))
