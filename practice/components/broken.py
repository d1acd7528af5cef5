"""When the page itself fails: what stands in its place, and what is said while nobody answers."""

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_too_many_connection_errors

from practice import i18n
from practice.components import illustrations
from practice.components.native import load_again
from practice.components.notices import notice
from practice.i18n import LANGUAGES, _


def boundary(_stateful: bool) -> rx.Component:
    """Reflex's own speaks of itself and shows the error to whoever cannot mend it."""
    return ErrorBoundary.create(fallback_render=_apology())


def _apology() -> rx.Component:
    """The one place that is drawn once for all languages, so it speaks each of them."""
    return rx.el.main(
        rx.el.div(illustrations.lamp(), class_name="shelf"),
        *map(_in, LANGUAGES),
        class_name="alone wrap",
    )


def _in(code: str) -> rx.Component:
    with i18n.speaking(code):
        return rx.el.div(
            rx.el.h1(_("This page has stumbled")),
            rx.el.p(_("It is our fault, and nothing that was sent is lost.")),
            load_again(_("Load it again"), "btn"),
            lang=code,
            class_name="alone-said",
        )


def while_offline(otherwise: rx.Component) -> rx.Component:
    said = notice(
        "info",
        _("There is no connection at the moment."),
        _("What you wrote is still here. It goes on by itself as soon as the connection is back."),
        live=False,
    )
    return rx.cond(has_too_many_connection_errors, said, otherwise)
