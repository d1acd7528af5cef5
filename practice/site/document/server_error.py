"""The page for an error on our side: one kind sentence and a number to mention."""

import reflex as rx

from practice.components import illustrations
from practice.i18n import _, here
from practice.site.document.single_message import alone


def title() -> str:
    return _("Something went wrong here")


def description() -> str:
    return _("It is not your fault. Please try again in a minute.")


def view(reference: str) -> rx.Component:
    return alone(
        illustrations.cup(),
        title(),
        rx.el.p(description()),
        rx.el.p(
            _("If it happens again, mention this number when you write:"),
            rx.el.b(reference, class_name="num"),
            class_name="reference",
        ),
        rx.el.a(_("Go to the home page"), href=here("/"), class_name="btn primary big"),
    )
