"""How a page is divided: its head, sections with a label column, lists of two lines and facts."""

from collections.abc import Sequence

import reflex as rx

from practice.components.buttons import actions

Content = rx.Component | str | rx.Var[str]


def _is_said(content: Content) -> bool:
    """What a state will say is not known here, so it has its place."""
    return content != "" if isinstance(content, str) else True


def page_head(
    title: Content, lead: Content = "", *acts: rx.Component, sample: bool = False
) -> rx.Component:
    """Names the page; a sample of a page inside another one does not."""
    heading = rx.el.h2 if sample else rx.el.h1
    said = [rx.el.p(lead)] if _is_said(lead) else []
    done = [actions(*acts)] if acts else []
    return rx.el.header(rx.el.div(heading(title), *said), *done, class_name="page-head")


def labelled(
    own_id: str, label: str, *children: rx.Component, note: Content = "", first: bool = False
) -> rx.Component:
    """A section whose name stands in the label column; the first one names the page (h1)."""
    heading = rx.el.h1 if first else rx.el.h2
    said = [rx.el.p(note, class_name="labelled-note")] if _is_said(note) else []
    return rx.el.section(
        rx.el.header(heading(label, id=own_id), *said),
        rx.el.div(*children, class_name="labelled-matter"),
        aria_labelledby=own_id,
        class_name="labelled",
    )


def rows(*items: rx.Component) -> rx.Component:
    return rx.el.ul(*items, class_name="rows")


def row(title: Content, line: Content = "", *ends: rx.Component) -> rx.Component:
    """Who or what, then one quiet line; its state or its action at the right edge."""
    quiet = [rx.el.p(line, class_name="row-line")] if _is_said(line) else []
    return rx.el.li(
        rx.el.div(rx.el.p(title, class_name="row-title"), *quiet, class_name="row-words"), *ends
    )


def facts(pairs: Sequence[tuple[str, Content]]) -> rx.Component:
    return rx.el.dl(
        *(rx.el.div(rx.el.dt(term), rx.el.dd(value)) for term, value in pairs),
        class_name="fact-list",
    )
