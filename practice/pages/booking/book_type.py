"""Booking the session type that the address names."""

import reflex as rx

from practice.i18n import _
from practice.pages.booking.form import booking


def book_type() -> rx.Component:
    return booking(heading=_("Book a session"), path="/book", is_named=True)
