"""The states of a view that is not filled: loading, empty, failed, locked."""

import reflex as rx

from practice.components.icons import icon
from practice.i18n import _

Content = rx.Component | str | rx.Var[str]


def empty(title: Content, sentence: Content, *steps: rx.Component) -> rx.Component:
    """Says what will be here and offers the next step."""
    offered = [rx.el.div(*steps, class_name="actions")] if steps else []
    return rx.el.div(
        rx.el.p(title, class_name="empty-title"),
        rx.el.p(sentence, class_name="empty-text"),
        *offered,
        class_name="empty",
    )


def bone(width: str = "100%", height: str = "1.5em") -> rx.Component:
    """One line that is still to come. Give it the size of what comes, so nothing moves."""
    return rx.el.span(class_name="bone", style={"width": width, "height": height})


def loading(*bones: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.span(_("One moment, loading."), class_name="vh"),
        rx.el.div(*bones, aria_hidden="true"),
        role="status",
        class_name="loading",
    )


def loading_rows(count: int) -> rx.Component:
    """As high as sections.rows with two lines each."""
    item = rx.el.div(
        rx.el.div(bone("46%", "1.6rem"), bone("68%", "1.323rem"), class_name="row-words"),
        class_name="loading-row",
    )
    return loading(*([item] * count))


def loading_text(lines: int) -> rx.Component:
    widths = ["100%"] * (lines - 1) + ["62%"]
    return loading(*(bone(width, "1.6rem") for width in widths))


def failed(sentence: Content, way: rx.Component) -> rx.Component:
    """A view that could not be loaded: what happened, and the way to try again."""
    return rx.el.div(
        icon("alert-triangle"),
        rx.el.div(
            rx.el.p(_("This could not be loaded."), class_name="notice-title"),
            rx.el.p(sentence, class_name="notice-body"),
            rx.el.div(way, class_name="actions"),
            class_name="notice-words",
        ),
        role="alert",
        class_name="notice notice-error",
    )


def locked(sentence: Content, way: rx.Component | None = None) -> rx.Component:
    """Every locked thing says why and what opens it; there is no disabled button."""
    return rx.el.p(
        icon("lock", small=True),
        rx.el.span(sentence, *([" ", way] if way else [])),
        class_name="locked",
    )
