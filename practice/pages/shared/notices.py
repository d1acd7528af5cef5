"""What both pages of notices show: sentences, the new ones marked, each leading to its thing."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ArrayVar, NumberVar, ObjectVar

from practice.components.feedback import empty, loading_rows
from practice.components.people import badge
from practice.components.presence import Seen
from practice.components.sections import row, rows
from practice.i18n import _, here
from practice.state.messages.notices import Row


def notice_list(
    found: ArrayVar[Sequence[Row]],
    *,
    loaded: rx.Var[bool] | bool,
    readings: NumberVar[int] | int,
    heard: rx.Var[str] | str,
    on_seen: rx.event.EventType[()],
    leads_to: str,
) -> rx.Component:
    def line(one: ObjectVar[Row]) -> rx.Component:
        new = rx.cond(one.is_new, badge(_("new"), "leaf"), rx.fragment())
        link = rx.el.a(one.said, href=here(leads_to), class_name="notice-link")
        return row(link, one.line, new)

    nothing = empty(
        _("Nothing has happened yet"),
        _("When an appointment is booked, moved or cancelled, it is said here."),
    )
    shown = rx.cond(found.length() > 0, rows(rx.foreach(found, line)), nothing)
    told = Seen.create(shown, reading=readings, on_seen=on_seen, class_name="told")
    return rx.fragment(
        rx.el.p(heard, role="status", class_name="vh"), rx.cond(loaded, told, loading_rows(4))
    )
