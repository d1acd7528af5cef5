"""A client's appointments in their own calendar."""

import reflex as rx

from practice.components.sections import labelled
from practice.i18n import _
from practice.pages.frames import in_client_frame
from practice.pages.shared.calendar_feed import feed
from practice.state.calendar.feed import MyCalendarState

PATH = "/me/calendar"


def my_calendar() -> rx.Component:
    return in_client_frame(
        labelled(
            "calendar",
            _("In your own calendar"),
            feed(MyCalendarState),
            note=_("Your appointments beside everything else you have planned."),
            first=True,
        ),
        path=PATH,
    )
