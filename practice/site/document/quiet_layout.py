"""What stands around a page on which one thing is done: the name, the way back, and three lines."""

import reflex as rx

from practice.components import illustrations
from practice.components.icons import icon
from practice.components.languages import language_switch, other_language
from practice.domain.content import Frame
from practice.i18n import _, here
from practice.site.document.head import Page


def top(page: Page, frame: Frame) -> rx.Component:
    back = rx.el.a(
        icon("arrow-left", small=True),
        rx.el.span(_("Back"), rx.el.span(" ", _("to the practice"), class_name="wide")),
        href=here("/"),
    )
    return rx.el.header(
        rx.el.a(illustrations.mark(), frame.profile.name, href=here("/"), class_name="brand"),
        rx.el.nav(
            back,
            *([] if page.is_in_one_language else [language_switch(page.path)]),
            custom_attrs={"aria-label": _("Main")},
        ),
        class_name="head wrap",
    )


def foot(page: Page, frame: Frame) -> rx.Component:
    profile = frame.profile
    urgent = rx.el.a(_("If you are in danger now"), href=f"{here('/')}#crisis")
    return rx.el.footer(
        rx.el.div(
            rx.el.span(" – ".join(filter(None, [profile.name, profile.therapist]))),
            rx.el.a(_("Privacy"), href=here("/privacy")),
            *([urgent] if frame.crisis else []),
            *([] if page.is_in_one_language else [other_language(page.path)]),
            class_name="end row",
        ),
        id="foot",
        class_name="foot calm-foot wrap",
    )
