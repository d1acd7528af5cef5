"""The pages of the JavaScript surfaces: address, view and title of each, for whom it is, and what
it loads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from practice.domain.actors import Role
from practice.domain.errors import N_
from practice.pages.booking.book import book
from practice.pages.booking.book_move import book_move
from practice.pages.booking.book_type import book_type
from practice.pages.booking.my_move import my_move
from practice.pages.dashboard.calendar import my_calendar
from practice.pages.dashboard.devices import my_devices
from practice.pages.dashboard.home import me
from practice.pages.dashboard.notices import my_notices
from practice.pages.portal.calendar import portal_calendar
from practice.pages.portal.devices import portal_devices
from practice.pages.portal.feedback import feedback
from practice.pages.portal.notices import portal_notices
from practice.pages.portal.operations import running
from practice.pages.portal.today import today
from practice.settings import Settings
from practice.state.account.devices import MyDevicesState, PortalDevicesState
from practice.state.calendar.feed import MyCalendarState, PortalCalendarState
from practice.state.dashboard.home import MeState
from practice.state.messages.notices import MyNoticesState, PortalNoticesState
from practice.state.portal.feedback import FeedbackState
from practice.state.portal.operations import RunningState
from practice.state.portal.today import TodayState


@dataclass(frozen=True)
class Route:
    path: str
    view: Callable[[], rx.Component]
    title: str
    # Whoever may not is led elsewhere before anything is sent; the handlers ask again.
    role: Role = Role.PUBLIC
    on_load: Any = None
    # What search engines and shared links show beside the title.
    description: str = ""
    is_shared: bool = True

    @property
    def is_indexed(self) -> bool:
        return self.role is Role.PUBLIC and self.is_shared


PRIVATE = (
    Route("/me", me, N_("Your pages"), Role.CLIENT, MeState.load),
    Route("/me/notices", my_notices, N_("Notices"), Role.CLIENT, MyNoticesState.load),
    Route("/me/calendar", my_calendar, N_("Calendar"), Role.CLIENT, MyCalendarState.load),
    # It loads by its own first event, because only the browser knows its clock.
    Route("/me/move", my_move, N_("Move your appointment"), Role.CLIENT),
    Route("/me/devices", my_devices, N_("Devices"), Role.CLIENT, MyDevicesState.load),
    Route("/portal", today, N_("Today"), Role.THERAPIST, TodayState.load),
    Route(
        "/portal/notices", portal_notices, N_("Notices"), Role.THERAPIST, PortalNoticesState.load
    ),
    Route(
        "/portal/feedback", feedback, N_("What clients said"), Role.THERAPIST, FeedbackState.load
    ),
    Route(
        "/portal/running", running, N_("How the practice runs"), Role.THERAPIST, RunningState.load
    ),
    Route(
        "/portal/calendar",
        portal_calendar,
        N_("Your calendar"),
        Role.THERAPIST,
        PortalCalendarState.load,
    ),
    Route(
        "/portal/devices", portal_devices, N_("Devices"), Role.THERAPIST, PortalDevicesState.load
    ),
)


# They load by their own first event, because only the browser knows its clock.
PUBLIC = (
    Route(
        "/book",
        book,
        N_("Book a free discovery call"),
        description=N_("Pick a free time for a first call. No account, no card, under a minute."),
    ),
    Route("/book/move", book_move, N_("Move your appointment"), is_shared=False),
    # For every session type there is; which there are the database knows.
    Route(
        "/book/[session_type]",
        book_type,
        N_("Book a session"),
        description=N_("Free times of this session, by video, by phone or in the room."),
    ),
)


def routes(settings: Settings) -> tuple[Route, ...]:
    always = (*PUBLIC, *PRIVATE)
    return always if settings.is_production else (*always, *_for_development())


def _for_development() -> tuple[Route, ...]:
    """Imported only here, so that in production neither page nor handler exists."""
    from practice.pages.styleguide.guide import styleguide
    from practice.pages.styleguide.lock import styleguide_door

    return (
        Route("/styleguide", styleguide, N_("Style guide"), is_shared=False),
        Route("/styleguide/door", styleguide_door, N_("Style guide: the door"), is_shared=False),
    )
