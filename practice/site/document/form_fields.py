"""Fields of a form that is sent without a script: each with its label, its hint and its error."""

from collections.abc import Mapping, Sequence
from typing import Any

import reflex as rx

from practice.components.icons import icon
from practice.i18n import _

Attributes = Mapping[str, Any]


def entry(
    name: str,
    label: str,
    value: str,
    *,
    error: str = "",
    hint: str = "",
    optional: bool = False,
    **attributes: Any,
) -> rx.Component:
    own = {**_own(name, error, hint), "value": value, **attributes}
    if not optional:
        own["required"] = True
    box = rx.el.input(class_name="entry-box", custom_attrs=own)
    return _around(name, label, box, error=error, hint=hint, optional=optional)


def area(
    name: str, label: str, value: str, *, error: str = "", hint: str = "", **attributes: Any
) -> rx.Component:
    """Never required: what somebody wants to say is theirs."""
    # A browser swallows the first line break of a field.
    box = rx.el.textarea(
        "\n" + value,
        class_name="entry-box entry-area",
        custom_attrs={**_own(name, error, hint), **attributes},
    )
    return _around(name, label, box, error=error, hint=hint, optional=True)


def choice(
    name: str, legend: str, options: Sequence[tuple[str, str]], chosen: str, *, error: str = ""
) -> rx.Component:
    """One of a few, as cards; the first is where an error leads."""
    cards = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name=name,
                class_name="dot",
                custom_attrs={
                    "value": value,
                    "required": True,
                    **({"id": field_id(name)} if at == 0 else {}),
                    **({"checked": True} if value == chosen else {}),
                },
            ),
            words,
            class_name="choice-card",
        )
        for at, (value, words) in enumerate(options)
    ]
    told = _told(name, error, "")
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="entry-label"),
        rx.el.div(*cards, class_name="choice-cards"),
        _problem(name, error),
        class_name="entry",
        custom_attrs=told,
    )


def tick(
    name: str, value: str, *words: Any, checked: bool = False, error: str = ""
) -> rx.Component:
    box = rx.el.input(
        type="checkbox",
        name=name,
        class_name="tick",
        custom_attrs={
            "value": value,
            "required": True,
            **_own(name, error, ""),
            **({"checked": True} if checked else {}),
        },
    )
    return rx.el.div(
        rx.el.label(box, rx.el.span(*words), class_name="tick-row"),
        _problem(name, error),
        class_name="entry entry-tick",
    )


def hidden(**values: str) -> list[rx.Component]:
    return [
        rx.el.input(type="hidden", name=name, custom_attrs={"value": value})
        for name, value in values.items()
    ]


def summary(errors: Mapping[str, str], *, title: str = "") -> rx.Component:
    """What is wrong, in the order of the form; it has the focus when the form comes back."""
    if not errors:
        return rx.fragment()
    return rx.el.div(
        rx.el.p(
            icon("alert-triangle"),
            title or _("Not sent yet. Please look at this:"),
            id="wrong",
            class_name="form-errors-title",
        ),
        rx.el.ul(
            *(rx.el.li(rx.el.a(words, href=f"#{field_id(name)}")) for name, words in errors.items())
        ),
        role="group",
        class_name="form-errors",
        custom_attrs={"aria-labelledby": "wrong", "tabindex": "-1", "autofocus": True},
    )


def field_id(name: str) -> str:
    return f"wish-{name}"


def _own(name: str, error: str, hint: str) -> dict[str, Any]:
    return {"id": field_id(name), "name": name, **_told(name, error, hint)}


def _told(name: str, error: str, hint: str) -> dict[str, Any]:
    """What tells a screen reader which hint and error belong to the control."""
    parts = [("error", error), ("hint", hint)]
    named = " ".join(f"{field_id(name)}-{part}" for part, words in parts if words)
    return {
        **({"aria-invalid": "true"} if error else {}),
        **({"aria-describedby": named} if named else {}),
    }


def _around(
    name: str, label: str, box: rx.Component, *, error: str, hint: str, optional: bool
) -> rx.Component:
    may = rx.el.span(" ", _("optional"), class_name="entry-optional") if optional else rx.fragment()
    return rx.el.div(
        rx.el.label(label, may, html_for=field_id(name), class_name="entry-label"),
        box,
        _problem(name, error),
        rx.el.p(hint, id=f"{field_id(name)}-hint", class_name="entry-hint")
        if hint
        else rx.fragment(),
        class_name="entry",
    )


def _problem(name: str, error: str) -> rx.Component:
    if not error:
        return rx.fragment()
    return rx.el.p(
        icon("alert-triangle", small=True),
        error,
        id=f"{field_id(name)}-error",
        class_name="entry-error",
    )
