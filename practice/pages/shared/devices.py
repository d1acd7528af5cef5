"""What both pages of devices show: the list, and the ways to end what one does not know."""

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ArrayVar, ObjectVar

from practice.components.feedback import loading_rows
from practice.components.native import native_form
from practice.components.people import badge
from practice.components.sections import row, rows
from practice.i18n import _, here
from practice.pages.frames import sign_out
from practice.state.account.devices import Row


def device_list(devices: ArrayVar[Sequence[Row]], loaded: rx.Var[bool] | bool) -> rx.Component:
    return rx.cond(loaded, rows(rx.foreach(devices, _device)), loading_rows(2))


def _device(one: ObjectVar[Row]) -> rx.Component:
    this = badge(_("this browser"), "leaf")
    return row(one.name, one.line, rx.cond(one.is_this, this, _end(one)))


def _end(one: ObjectVar[Row]) -> rx.Component:
    """All of these buttons say the same; readers hear which browser is meant."""
    label = rx.el.span(" ", one.name, class_name="vh")
    return native_form(
        rx.el.input(type="hidden", name="session", custom_attrs={"value": one.id}),
        rx.el.button(_("Sign out there"), label, type="submit", class_name="btn"),
        action=here("/sign-out/one"),
    )


def ways_out() -> rx.Component:
    everywhere = native_form(
        rx.el.button(_("Sign out everywhere"), type="submit", class_name="btn danger"),
        action=here("/sign-out/all"),
    )
    return rx.el.div(sign_out(), everywhere, class_name="actions devices-ends")


def note() -> str:
    return _("Each keeps you signed in until it is ended here, or was not used for long.")
