"""The field that no person finds and every machine fills in."""

from typing import Any

import reflex as rx

from practice.i18n import _

# What password managers read: they fill in what looks like a profile, also where nobody sees it.
LEFT_ALONE = {
    "data-1p-ignore": "true",
    "data-bwignore": "true",
    "data-form-type": "other",
    "data-lpignore": "true",
}


def trap() -> rx.Component:
    box: Any = rx.el.input(
        type="text",
        name="website",
        tab_index=-1,
        auto_complete="off",
        custom_attrs=LEFT_ALONE,
    )
    return rx.el.div(rx.el.label(_("Leave this empty"), box), class_name="vh", aria_hidden="true")
