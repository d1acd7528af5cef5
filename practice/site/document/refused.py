"""Pages that refuse: too many tries, and how long to wait."""

import reflex as rx

from practice.i18n import _, here


def refused(reason: str) -> rx.Component:
    return door(
        _("That did not come from this page"),
        rx.el.p(reason),
        rx.el.a(_("Sign in"), href=here("/sign-in"), class_name="btn"),
    )


def wait(seconds: int) -> rx.Component:
    minutes = max(1, round(seconds / 60))
    return door(
        _("A little patience"),
        rx.el.p(
            _("That was tried often. Please try again in {minutes} min.").format(minutes=minutes)
        ),
        rx.el.a(_("Back"), href=here("/sign-in"), class_name="btn"),
    )


def door(title: str, *matter: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.h1(title), *matter, class_name="door wrap")
