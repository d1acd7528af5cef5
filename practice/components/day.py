"""A day as a line: solid bars are sessions, hollow ones first calls, hatched ones blocked time, and
clay is now."""

from typing import Any

import reflex as rx
from reflex.vars import ArrayVar

from practice.components.buttons import Text
from practice.components.icons import icon
from practice.i18n import _

SIGNS = ("check", "clock", "corner-down-right", "minus", "users")


def day_line(items: ArrayVar[Any], *, label: Text, now: Text) -> rx.Component:
    return rx.el.ol(
        rx.foreach(items, lambda one: rx.cond(one.who == "", _now(one), _entry(one, now))),
        role="list",
        aria_label=label,
        class_name="day-line",
    )


def _entry(one: Any, now: Text) -> rx.Component:
    state = rx.el.span(_sign(one.sign), one.state, class_name="day-state")
    inside = rx.el.span(
        rx.el.span(_("now"), " ", now, class_name="vh"),
        class_name="day-now",
        style={"--from": one.now},
    )
    return rx.el.li(
        rx.el.time(one.at, date_time=one.iso, class_name="day-at"),
        rx.el.div(
            rx.el.p(rx.el.span(one.who), state, class_name="day-who"),
            rx.cond(one.what != "", rx.el.p(one.what, class_name="day-what"), rx.fragment()),
            class_name="day-words",
        ),
        rx.cond(one.now != "", inside, rx.fragment()),
        class_name=one.look,
        style=_measures(one),
    )


def _now(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.time(one.at, date_time=one.iso, class_name="day-at"),
        rx.el.span(_("now"), class_name="vh"),
        class_name=one.look,
        style=_measures(one),
    )


def _measures(one: Any) -> dict[str, Any]:
    return {"--gap": one.gap, "--height": one.height, "--bar": one.bar}


def _sign(name: Any) -> rx.Component | rx.Var[Any]:
    return rx.match(name, *((sign, icon(sign, small=True)) for sign in SIGNS), rx.fragment())
