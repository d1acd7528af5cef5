"""The page for an address that has read very much in a short time."""

import reflex as rx

from practice.components import illustrations
from practice.i18n import _
from practice.site.document.single_message import alone


def title() -> str:
    return _("A little patience")


def description() -> str:
    return _("Very many pages were opened from your connection just now.")


def view() -> rx.Component:
    return alone(
        illustrations.cup(),
        title(),
        rx.el.p(description()),
        rx.el.p(_("Please wait a few seconds and load this page again.")),
    )
