"""The first page of an installation whose therapist has not published anything yet."""

import reflex as rx

from practice.components import illustrations
from practice.i18n import _
from practice.site.document.single_message import alone


def title() -> str:
    return _("A quiet place, almost ready")


def description() -> str:
    return _("Here you will soon read who works here, what a session costs and how to begin.")


def view() -> rx.Component:
    return alone(
        illustrations.chair(),
        title(),
        rx.el.p(description()),
        rx.el.p(_("Please come back in a few days.")),
    )
