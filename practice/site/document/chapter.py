"""A chapter of a page: its heading and one remark in the margin, its matter beside them."""

import reflex as rx


def chapter(
    heading: str, matter: rx.Component, *, name: str = "", remark: str = "", look: str = ""
) -> rx.Component:
    margin: list[rx.Component] = [rx.el.h2(heading)]
    if remark:
        margin.append(rx.el.p(remark))
    return rx.el.section(
        rx.el.header(*margin), matter, class_name=f"ch {look}".strip(), id=name or None
    )


def anchor(name: str) -> rx.Component:
    """What an empty chapter leaves behind, because the head of every page links to it."""
    return rx.el.span(id=name)
