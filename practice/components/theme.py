"""Light, dark or as the device: Reflex keeps the choice in this browser ("theme")."""

import reflex as rx
from reflex.style import LiteralColorMode, set_color_mode

from practice.components.icons import icon
from practice.i18n import _


def _way(mode: LiteralColorMode, label: str, icon_name: str) -> rx.Component:
    sign = [icon(icon_name, small=True)] if icon_name else []
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="theme",
            value=mode,
            checked=rx.color_mode == mode,
            on_change=set_color_mode(mode),
            class_name="vh",
        ),
        *sign,
        label,
        class_name="segment",
    )


def theme_switch() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(_("Light or dark"), class_name="vh"),
        _way("light", _("Light"), "sun"),
        _way("dark", _("Dark"), "moon"),
        _way("system", _("As the device"), ""),
        class_name="segments",
    )
