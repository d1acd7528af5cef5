"""The page for an address that leads nowhere: what to do instead."""

import reflex as rx

from practice.components import illustrations
from practice.domain.content import Frame
from practice.i18n import _, here
from practice.site.document.single_message import alone


def title() -> str:
    return _("This page is not here")


def description() -> str:
    return _("The address leads nowhere. The home page knows the way.")


def view(frame: Frame | None) -> rx.Component:
    call = _("You can also book a free discovery call.")
    way = rx.el.p(rx.el.a(call, href=here("/book"), class_name="link"))
    return alone(
        illustrations.lamp(),
        title(),
        rx.el.p(_("Perhaps it has moved, or a letter is missing from the address.")),
        rx.el.a(_("Go to the home page"), href=here("/"), class_name="btn primary big"),
        way if frame and frame.call else rx.fragment(),
    )
