"""Tables: columns where there is room; on a phone each row becomes a small list of its cells."""

from collections.abc import Sequence
from dataclasses import dataclass

import reflex as rx

Content = rx.Component | str | rx.Var[str]


@dataclass(frozen=True)
class Column:
    label: str
    # Sums and times stand under each other, at the right edge.
    number: bool = False


def table(caption: str, columns: Sequence[Column], *body: rx.Component) -> rx.Component:
    """The roles repeat what the tags say: a stacked row would lose its meaning for readers."""
    heads = (
        rx.el.th(
            column.label,
            scope="col",
            role="columnheader",
            class_name=_cell_class(column, head=True),
        )
        for column in columns
    )
    return rx.el.table(
        rx.el.caption(caption, class_name="vh"),
        rx.el.thead(rx.el.tr(*heads, role="row"), role="rowgroup"),
        rx.el.tbody(*body, role="rowgroup"),
        role="table",
        class_name="ledger",
    )


def table_row(columns: Sequence[Column], *cells: Content) -> rx.Component:
    """Also for rx.foreach. The first cell names the row."""
    first, *others = zip(columns, cells, strict=True)
    return rx.el.tr(
        rx.el.th(first[1], scope="row", role="rowheader", class_name="cell-name"),
        *(
            rx.el.td(
                # Seen on a phone only; readers have the column's head.
                rx.el.span(column.label, aria_hidden="true", class_name="cell-label"),
                rx.el.span(content, class_name="cell-value"),
                role="cell",
                class_name=_cell_class(column, head=False),
            )
            for column, content in others
        ),
        role="row",
    )


def _cell_class(column: Column, *, head: bool) -> str:
    return " ".join(["cell-head"] * head + ["cell-number num"] * column.number)
