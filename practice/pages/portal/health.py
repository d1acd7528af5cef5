"""How the practice runs, in one sentence and its sign: on the day's page, and on its own."""

from typing import Any

import reflex as rx

from practice.components.icons import icon


def health(state: Any) -> rx.Component:
    sign = rx.cond(state.is_well, icon("check", small=True), icon("alert-triangle", small=True))
    return rx.el.span(
        sign,
        state.health,
        class_name=["run-health", rx.cond(state.is_well, "is-well", "")],
    )
