"""The therapist's appointments in her own calendar."""

import reflex as rx

from practice.components.sections import page_head
from practice.i18n import _
from practice.pages.frames import in_portal_frame
from practice.pages.shared.calendar_feed import feed
from practice.state.calendar.feed import PortalCalendarState

PATH = "/portal/calendar"


def portal_calendar() -> rx.Component:
    return in_portal_frame(
        page_head(
            rx.el.span(_("In your own calendar"), id="calendar", tab_index=-1),
            _("Your appointments beside everything else you have planned."),
        ),
        rx.el.section(feed(PortalCalendarState), class_name="portal-list"),
        path=PATH,
    )
