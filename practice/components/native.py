"""Forms that a browser sends by itself: a full page load, with or without scripts."""

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML


class NativeForm(BaseHTML):
    """Reflex's own form would keep the browser from sending it."""

    tag = "form"


def native_form(
    *children: rx.Component, action: str, class_name: str = "", method: str = "post"
) -> rx.Component:
    return NativeForm.create(
        *children, class_name=class_name, custom_attrs={"action": action, "method": method}
    )
