"""Boxes: the card for what is written in or operated, and the bookplate for an appointment."""

from collections.abc import Sequence
from dataclasses import dataclass

import reflex as rx

from practice.components import waves
from practice.components.icons import icon

Content = rx.Component | str | rx.Var[str]
# Start, middle and height of each line, and how strongly it is drawn.
PLATE_LINES = ((-12, 28, 11, 1), (-26, 46, 8, 0.6), (-18, 62, 5, 0.35))


def card(
    title: str,
    *children: rx.Component,
    aside: Content = "",
    foot: Sequence[Content] = (),
    level: str = "h3",
) -> rx.Component:
    """Hairlines separate, boxes do not: a card is only for things that are used in place."""
    heading = getattr(rx.el, level)(title)
    side = [rx.el.p(aside, class_name="card-aside")] if aside else []
    end = [rx.el.div(*foot, class_name="card-foot")] if foot else []
    return rx.el.article(
        rx.el.div(heading, *side, class_name="card-head"),
        rx.el.div(*children, class_name="card-body"),
        *end,
        class_name="card",
    )


def _tide() -> rx.Component:
    lines = "".join(
        f'<path opacity="{opacity}" vector-effect="non-scaling-stroke" '
        f'd="{waves.calming(start, middle, height, 330, 420)}"/>'
        for start, middle, height, opacity in PLATE_LINES
    )
    return rx.el.svg(
        view_box="0 0 420 88",
        class_name="bookplate-tide",
        custom_attrs={
            "aria-hidden": "true",
            "preserveAspectRatio": "none",
            "dangerouslySetInnerHTML": {"__html": lines},
        },
    )


@dataclass(frozen=True)
class Plate:
    """What stands on a bookplate; facts are (icon, words)."""

    weekday: Content
    day: Content
    hours: Content
    facts: Sequence[tuple[str, Content]]
    reference: Sequence[Content] = ()


def bookplate(name: str, plate: Plate) -> rx.Component:
    """The one framed thing: an appointment, ready to be printed."""
    end = [rx.el.p(*plate.reference, class_name="bookplate-reference")] if plate.reference else []
    when = rx.el.div(
        rx.el.p(plate.weekday, class_name="bookplate-weekday"),
        rx.el.p(plate.day, class_name="bookplate-day"),
        rx.el.p(plate.hours, class_name="bookplate-hours num"),
        class_name="bookplate-when",
    )
    facts = rx.el.ul(
        *(rx.el.li(icon(sign, small=True), rx.el.span(words)) for sign, words in plate.facts)
    )
    return rx.el.section(
        rx.el.div(_tide(), when, facts, *end), aria_label=name, class_name="bookplate"
    )
