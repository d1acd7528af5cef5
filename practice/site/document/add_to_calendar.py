"""Ways into somebody's own calendar: a file, or the address of a calendar that takes it."""

import reflex as rx

from practice.components.icons import icon
from practice.i18n import _
from practice.services.booking.management_page import Entry


def calendar_ways(entry: Entry, manage: str, *, first: bool = True) -> rx.Component:
    return rx.el.div(
        rx.el.a(
            icon("calendar-plus"),
            _("Google Calendar"),
            href=entry.google,
            class_name="btn primary" if first else "btn",
            rel="noreferrer",
        ),
        rx.el.a(
            icon("calendar-plus"),
            _("Outlook"),
            href=entry.outlook,
            class_name="btn",
            rel="noreferrer",
        ),
        rx.el.a(
            icon("download"),
            _("Calendar file (.ics)"),
            href=f"{manage}/calendar.ics",
            class_name="btn",
        ),
        role="group",
        class_name="calendar-ways",
        custom_attrs={"aria-label": _("Add to your calendar")},
    )
