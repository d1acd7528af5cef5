"""What a browser does by itself, with or without scripts: send a form, load a page again."""

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML


class NativeForm(BaseHTML):
    """Reflex's own form would keep the browser from sending it."""

    tag = "form"


class NativeLink(BaseHTML):
    """Reflex's own is a link of the router, which knows no page where this one has failed."""

    tag = "a"


def load_again(label: str, class_name: str) -> rx.Component:
    """The page as it is, with all that its address holds."""
    return NativeLink.create(label, class_name=class_name, custom_attrs={"href": ""})


def native_form(
    *children: rx.Component, action: str, class_name: str = "", method: str = "post"
) -> rx.Component:
    return NativeForm.create(
        *children, class_name=class_name, custom_attrs={"action": action, "method": method}
    )
