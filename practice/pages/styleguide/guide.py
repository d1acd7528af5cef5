"""The style guide: every component of the JavaScript surfaces, in both themes and languages."""

import reflex as rx

from practice.components.buttons import text_link
from practice.components.languages import language_links
from practice.components.shell import public_shell
from practice.components.theme import theme_switch
from practice.i18n import _
from practice.pages.styleguide import forms, frames, look, states
from practice.pages.styleguide.parts import PRACTICE

PATH = "/styleguide"


def styleguide() -> rx.Component:
    return public_shell(
        _head(),
        look.colours(),
        look.types(),
        look.buttons(),
        forms.fields(),
        forms.live_form(),
        states.notices(),
        states.dialogs(),
        states.cards(),
        states.tabs_and_table(),
        states.views(),
        states.people(),
        frames.client(),
        frames.therapist(),
        frames.lock(),
        practice=PRACTICE,
        path=PATH,
        foot=[text_link(_("To the top"), "#main")],
    )


def _head() -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.el.h1(_("Style guide")),
            rx.el.p(_("What the pages are made of. Seen only while the portal is being built.")),
        ),
        rx.el.div(language_links(PATH), theme_switch(), class_name="flex flex-wrap gap-4"),
        class_name="guide-head",
    )
