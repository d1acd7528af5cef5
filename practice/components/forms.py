"""The form around the fields: progress, no second sending, and a summary of what is wrong."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar
from reflex_components_core.el.elements.forms import Form

from practice.components.buttons import anchor
from practice.components.fields import field_id
from practice.components.icons import icon
from practice.components.shell import apology, troubles
from practice.i18n import _


class SendForm(Form):
    library = "$/public" + rx.asset("send_form.jsx", shared=True)
    tag = "SendForm"

    answer: rx.Var[int]
    troubles: rx.Var[int]
    apology: rx.Var[str]
    sending: rx.Var[str]
    silence: rx.Var[str]


def form(
    *children: rx.Component,
    on_submit: rx.event.EventType[Any],
    answer: rx.Var[int] | int,
    **props: Any,
) -> rx.Component:
    """The handler adds one to `answer` when it has answered; a failure frees the form as well."""
    return SendForm.create(
        *children,
        on_submit=on_submit,
        answer=answer,
        troubles=troubles(),
        apology=apology(),
        sending=_("One moment, this is being sent."),
        silence=_("No answer yet. What you typed is still here; you can send it again."),
        class_name="form-body",
        **props,
    )


def _wrong_field(name: str, error: rx.Var[str], form_id: str) -> rx.Component:
    link = anchor(error, href=f"#{field_id(name, form_id)}")
    return rx.cond(error != "", rx.el.li(link), rx.fragment())


def error_summary(
    errors: ObjectVar[dict[str, str]], names: list[str], *, form_id: str = ""
) -> rx.Component:
    """What is wrong, in the order of the form; takes the focus when the form comes back."""
    title = f"{form_id or 'form'}-errors"
    wrong = rx.el.ul(*(_wrong_field(name, errors.get(name, ""), form_id) for name in names))
    summary = rx.el.div(
        rx.el.p(
            icon("alert-triangle"),
            _("Not sent yet. Please look at this:"),
            custom_attrs={"id": title},
            class_name="form-errors-title",
        ),
        wrong,
        role="group",
        aria_labelledby=title,
        tab_index=-1,
        data_error_summary="true",
        class_name="form-errors",
    )
    return rx.cond(errors.length() > 0, summary, rx.fragment())


def form_end(*children: rx.Component, note: str | rx.Var[Any] = "") -> rx.Component:
    """The button that sends, and the sentence that says what it costs."""
    said = [] if isinstance(note, str) and not note else [rx.el.p(note)]
    return rx.el.div(*children, *said, class_name="form-end")
