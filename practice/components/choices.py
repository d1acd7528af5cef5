"""Choices: one of a few as cards, and a single yes with its sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from practice.components.fields import ABSENT, Field, below, control, label_words, named


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    note: str = ""


def choice_cards(field: Field, choices: Sequence[Choice]) -> rx.Component:
    """The field's value is the one chosen at the start."""
    return rx.el.fieldset(
        rx.el.legend(*label_words(field), class_name="entry-label"),
        rx.el.div(
            *(_card(field, choice, first=choice is choices[0]) for choice in choices),
            class_name="choice-cards",
        ),
        *below(field),
        # Reflex would take role for a style: its fieldset knows fewer attributes than others.
        custom_attrs={"role": "radiogroup"},
        aria_required=ABSENT if field.optional else "true",
        class_name="entry",
        **named(field),
    )


def _card(field: Field, choice: Choice, *, first: bool) -> rx.Component:
    words = [rx.el.span(choice.label, class_name="choice-label")]
    if choice.note:
        words.append(rx.el.span(choice.note, class_name="choice-note"))
    # The error summary leads to the first of the group.
    own_id = field.id if first else f"{field.id}-{choice.value}"
    return rx.el.label(
        rx.el.input(
            type="radio",
            name=field.name,
            value=choice.value,
            default_checked=rx.Var.create(field.value) == choice.value,
            class_name="dot",
            custom_attrs={"id": own_id},
        ),
        rx.el.span(*words, class_name="choice-words"),
        class_name="choice-card",
    )


def checkbox(field: Field, **props: Any) -> rx.Component:
    """Sends "yes" or nothing. The label is the whole sentence and may hold a link."""
    tick = rx.el.input(
        type="checkbox",
        value="yes",
        default_checked=rx.Var.create(field.value) == "yes",
        class_name="tick",
        **control(field),
        **props,
    )
    return rx.el.div(
        rx.el.label(tick, rx.el.span(field.label), class_name="tick-row"),
        *below(field),
        class_name="entry entry-tick",
    )
