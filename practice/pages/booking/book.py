"""Booking the first call."""

import reflex as rx

from practice.i18n import _
from practice.pages.booking.form import booking


def book() -> rx.Component:
    return booking(heading=_("A free discovery call"), path="/book")
