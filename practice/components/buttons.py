"""Buttons and links: what a person can press, always with a word on it."""

from typing import Any, Literal

import reflex as rx
from reflex_components_core.el.elements.inline import A

from practice.components.icons import icon

Kind = Literal["plain", "primary", "tint", "bare", "danger"]
Text = str | rx.Var[str]
# A label may hold more than is seen, for readers.
Label = rx.Component | Text


def button_classes(kind: Kind = "plain", big: bool = False) -> str:
    # base.css draws a bare .btn; the kinds add to it.
    extra = [kind] * (kind != "plain") + ["big"] * big
    return " ".join(["btn", *extra])


def _face(label: Label, icon_name: str) -> list[rx.Component | Text]:
    return [icon(icon_name), label] if icon_name else [label]


def button(
    label: Label,
    *,
    kind: Kind = "plain",
    icon_name: str = "",
    big: bool = False,
    **props: Any,
) -> rx.Component:
    """Does something here. What leads elsewhere is a link_button."""
    props.setdefault("type", "button")
    return rx.el.button(*_face(label, icon_name), class_name=button_classes(kind, big), **props)


def link_button(
    label: Text,
    href: Text,
    *,
    kind: Kind = "plain",
    icon_name: str = "",
    big: bool = False,
    **props: Any,
) -> rx.Component:
    """Leads elsewhere; pass reload_document=True for pages that Reflex does not draw."""
    return anchor(
        *_face(label, icon_name), href=href, class_name=button_classes(kind, big), **props
    )


def anchor(*children: rx.Component | Text, href: Text, **props: Any) -> rx.Component:
    """A link within the page is a plain one: the router's would name the page it was built as."""
    within = isinstance(href, str) and href.startswith("#")
    return (A.create if within else rx.el.a)(*children, href=href, **props)


def submit(
    label: str, sending: str, *, kind: Kind = "primary", big: bool = False, **props: Any
) -> rx.Component:
    """Sends the form around it. Both sentences take part in its width, so nothing moves."""
    return rx.el.button(
        rx.el.span(label, class_name="submit-ready"),
        rx.el.span(sending, class_name="submit-sending"),
        type="submit",
        class_name=f"{button_classes(kind, big)} submit",
        **props,
    )


def icon_button(label: str, icon_name: str, **props: Any) -> rx.Component:
    """For the two or three signs everybody reads without a word, such as next month."""
    return rx.el.button(
        icon(icon_name), type="button", class_name="icon-btn", aria_label=label, **props
    )


def text_link(label: Text, href: Text, **props: Any) -> rx.Component:
    return anchor(label, href=href, class_name="link", **props)


def in_sentence(sentence: str, link: rx.Component) -> rx.Component:
    """Puts a link where a translated sentence says {link}."""
    before, _mark, after = sentence.partition("{link}")
    return rx.fragment(before, link, after)


def lone_link(label: Text, href: Text, **props: Any) -> rx.Component:
    """A link that stands alone in its row and so keeps a target of 44 px."""
    return anchor(label, href=href, class_name="link link-alone", **props)


def actions(*children: rx.Component) -> rx.Component:
    return rx.el.div(*children, class_name="actions")
