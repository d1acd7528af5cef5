"""Navigation as data, and its forms: at the side, at the top, at the foot of a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from practice.components.icons import icon
from practice.components.illustrations import mark
from practice.i18n import _

Text = str | rx.Var[str]
MORE = "more"


@dataclass(frozen=True)
class Entry:
    """One place to go. Pages that do not exist yet are simply not in the list."""

    label: str
    href: str
    icon: str
    current: bool = False
    count: int | rx.Var[int] = 0
    # What the number counts, for readers: "unread".
    counted: str = ""
    # The word at the foot of a phone, where the label is too long for a fifth of it.
    short: str = ""


def brand(name: Text, href: str, class_name: str, **props: Any) -> rx.Component:
    """Until the name is known, and where it never comes, the link still says where it leads."""
    nameless = rx.el.span(_("Home"), class_name="vh")
    said = name if isinstance(name, str) else rx.cond(name != "", name, nameless)
    return rx.el.a(mark(), rx.el.span(said), href=href, class_name=class_name, **props)


def side_link(entry: Entry) -> rx.Component:
    return _link(entry, icon(entry.icon), entry.label, _number(entry, "count"), look="side-link")


def top_nav(entries: Sequence[Entry], label: str) -> rx.Component:
    links = (
        _link(entry, entry.label, _number(entry, "top-count"), look="top-link") for entry in entries
    )
    return rx.el.nav(*links, aria_label=label, class_name="top-nav")


def bottom_bar(
    entries: Sequence[Entry], label: str, rest: Sequence[rx.Component] = ()
) -> rx.Component:
    """Fixed below on phones: four words, and for the therapist a fifth with the rest behind it."""
    links = (
        _link(
            entry,
            icon(entry.icon),
            rx.el.span(entry.short or entry.label),
            _dot(entry),
            look="bar-link",
        )
        for entry in entries
    )
    more = [_opener(), _rest(rest)]
    return rx.el.nav(
        *links,
        *(more if rest else []),
        aria_label=label,
        class_name="bar",
        style={"--words": str(len(entries) + bool(rest))},
    )


def _rest(entries: Sequence[rx.Component]) -> rx.Component:
    own = {"popover": "auto", "id": MORE}
    return rx.el.div(*entries, class_name="bar-more", custom_attrs=own)


def _opener() -> rx.Component:
    """The browser itself opens and closes what is behind it; where one of it is the page, the
    stylesheet says so."""
    return rx.el.button(
        icon("menu"),
        rx.el.span(_("More")),
        type="button",
        class_name="bar-link",
        custom_attrs={"popoverTarget": MORE},
    )


def _link(entry: Entry, *face: rx.Component | str, look: str) -> rx.Component:
    current: dict[str, Any] = {"aria_current": "page"} if entry.current else {}
    return rx.el.a(*face, href=entry.href, class_name=look, **current)


def _number(entry: Entry, look: str) -> rx.Component:
    said = rx.el.span(f" {entry.counted}", class_name="vh")
    return rx.cond(
        rx.Var.create(entry.count).to(int) > 0,
        rx.el.span(entry.count, said, class_name=look),
        rx.fragment(),
    )


def _dot(entry: Entry) -> rx.Component:
    said = rx.el.span(" ", entry.count, f" {entry.counted}", class_name="vh")
    return rx.cond(
        rx.Var.create(entry.count).to(int) > 0,
        rx.fragment(rx.el.span(aria_hidden="true", class_name="bar-dot"), said),
        rx.fragment(),
    )
