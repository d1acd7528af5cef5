"""Behind a management link that was replaced: nothing of the booking, and a way to the new link."""

import reflex as rx

from practice.components import illustrations
from practice.components.native import native_form
from practice.i18n import _, here
from practice.site.document.single_message import alone


def title() -> str:
    return _("This link has been replaced")


def view(path: str) -> rx.Component:
    return alone(
        illustrations.lamp(),
        title(),
        rx.el.p(
            _("A newer link opens this appointment. I can send it to the address of the booking.")
        ),
        native_form(
            rx.el.button(_("Send me a new letter"), type="submit", class_name="btn primary big"),
            action=path,
        ),
        rx.el.p(
            rx.el.a(_("Sign in"), href=here("/sign-in"), class_name="link"), class_name="door-note"
        ),
    )


def sent() -> rx.Component:
    return alone(
        illustrations.lamp(),
        _("Look in your mailbox"),
        rx.el.p(
            _("If the appointment still stands, a letter with its new link is on the way there.")
        ),
    )
