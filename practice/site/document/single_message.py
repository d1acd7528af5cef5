"""A page that says one thing: a drawing on its shelf, a title and a sentence or two."""

import reflex as rx


def alone(drawing: rx.Component, title: str, *matter: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.div(drawing, class_name="shelf"),
        rx.el.h1(title),
        *matter,
        class_name="alone wrap",
    )
