"""Fields: a label, a control, and its hint and error, which the control names to readers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx
from reflex.vars import ObjectVar
from reflex_components_core.el.elements.forms import Textarea

from practice.components.icons import icon
from practice.domain.drafts import LONGEST
from practice.i18n import _
from practice.state.drafts import DraftState

Text = str | rx.Var[str]
InputType = Literal["text", "email", "tel", "search", "date", "time", "number", "password"]
ABSENT: rx.Var[Any] = rx.Var("undefined")


@dataclass(frozen=True)
class Field:
    """What every control says about itself. The value is where it starts, not where it is."""

    name: str
    label: rx.Component | str
    value: Text = ""
    hint: str = ""
    error: Text = ""
    optional: bool = False
    form: str = ""

    @property
    def id(self) -> str:
        return field_id(self.name, self.form)

    @property
    def is_wrong(self) -> rx.Var[bool]:
        return rx.Var.create(self.error) != ""


def field_id(name: str, form: str = "") -> str:
    """One rule for ids, so that the error summary can lead to a field it never saw."""
    return f"{form or 'field'}-{name}"


def in_form(form: str, errors: ObjectVar[dict[str, str]]) -> Callable[..., Field]:
    """Makes the fields of one form; each finds its own error."""

    def field(name: str, label: rx.Component | str, **more: Any) -> Field:
        return Field(name, label, error=errors.get(name, ""), form=form, **more)

    return field


def named(field: Field) -> dict[str, Any]:
    """What tells a screen reader which hint and error belong to the control."""
    hint_id = f"{field.id}-hint"
    both = f"{field.id}-error {hint_id}" if field.hint else f"{field.id}-error"
    return {
        "aria_invalid": rx.cond(field.is_wrong, "true", ABSENT),
        "aria_describedby": rx.cond(field.is_wrong, both, hint_id if field.hint else ABSENT),
    }


def control(field: Field) -> dict[str, Any]:
    # As a custom attribute, because an id given to Reflex adds a second value to the form.
    own = {"name": field.name, "custom_attrs": {"id": field.id}, "required": not field.optional}
    return {**own, **named(field)}


def label_words(field: Field) -> list[rx.Component | str]:
    if not field.optional:
        return [field.label]
    return [field.label, " ", rx.el.span(_("optional"), class_name="entry-optional")]


def below(field: Field) -> list[rx.Component]:
    """The error first: it is what a person looks for after a form came back."""
    said = rx.el.p(
        icon("alert-triangle", small=True),
        field.error,
        id=f"{field.id}-error",
        class_name="entry-error",
    )
    shown = rx.cond(field.is_wrong, said, rx.fragment())
    hinted = rx.el.p(field.hint, id=f"{field.id}-hint", class_name="entry-hint")
    return [shown, hinted] if field.hint else [shown]


def _entry(field: Field, box: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.label(*label_words(field), html_for=field.id, class_name="entry-label"),
        box,
        *below(field),
        class_name="entry",
    )


def text_field(field: Field, kind: InputType = "text", **props: Any) -> rx.Component:
    """Uncontrolled: what was typed stays in the browser, whatever the server answers."""
    start = field.value
    box = rx.el.input(
        type=kind, default_value=start, class_name="entry-box", **control(field), **props
    )
    return _entry(field, box)


def email_field(field: Field, **props: Any) -> rx.Component:
    return text_field(field, "email", spell_check=False, **{"auto_complete": "email", **props})


def phone_field(field: Field, **props: Any) -> rx.Component:
    return text_field(field, "tel", **{"auto_complete": "tel", **props})


def text_area(field: Field, rows: str = "4", **props: Any) -> rx.Component:
    box = rx.el.textarea(
        default_value=field.value,
        rows=rows,
        class_name="entry-box entry-area",
        **control(field),
        **props,
    )
    return _entry(field, box)


class KeptArea(Textarea):
    library = "$/public" + rx.asset("kept_area.jsx", shared=True)
    tag = "KeptArea"

    found: rx.Var[str]
    kept: rx.Var[int]
    dropped: rx.Var[int]
    words: rx.Var[str]
    on_find: rx.EventHandler[rx.event.no_args_event_spec]
    on_keep: rx.EventHandler[rx.event.passthrough_event_spec(str)]


def kept_area(field: Field, draft: Text, rows: str = "4", *, by: Any = DraftState) -> rx.Component:
    """Keeps what is written under this name and begins with what was kept. Whoever sends it drops
    the draft, which empties the field."""
    box = KeptArea.create(
        default_value=field.value,
        found=by.texts.get(draft, ""),
        kept=by.kept.get(draft, 0),
        dropped=by.dropped.get(draft, 0),
        words=_("Draft kept"),
        on_find=by.find(draft),
        on_keep=lambda text: by.keep(draft, text),
        rows=rows,
        max_length=LONGEST,
        class_name="entry-box entry-area",
        **control(field),
    )
    return _entry(field, box)


def select_field(field: Field, options: Sequence[tuple[str, str]], **props: Any) -> rx.Component:
    """Options are (value, words)."""
    box = rx.el.select(
        *(rx.el.option(words, value=value) for value, words in options),
        default_value=field.value or options[0][0],
        class_name="entry-box",
        **control(field),
        **props,
    )
    return _entry(field, rx.el.span(box, icon("chevron-down"), class_name="entry-select"))


def field_pair(*fields: rx.Component) -> rx.Component:
    """Short fields beside each other where there is room."""
    return rx.el.div(*fields, class_name="entry-pair")
