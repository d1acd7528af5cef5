"""What the chapters of the style guide share: their frame, and names that are only samples."""

import reflex as rx

PRACTICE = "Studio Marea"
CLIENT = "Junia Hartwell"


def chapter(
    own_id: str, title: str, note: str, *matter: rx.Component, wide: bool = False
) -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2(title, id=own_id), rx.el.p(note, class_name="guide-note")),
        rx.el.div(*matter, class_name="guide-matter"),
        aria_labelledby=own_id,
        class_name="guide-chapter is-wide" if wide else "guide-chapter",
    )
