"""Dialogs: Base UI keeps the focus inside, closes on Escape and gives the focus back."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from practice.components.base_ui import BaseUI
from practice.components.buttons import Kind, Text, button, button_classes, submit
from practice.components.forms import form
from practice.i18n import _, language


class DialogRoot(BaseUI):
    tag = "Dialog.Root"
    open: rx.Var[bool]
    on_open_change: rx.EventHandler[rx.event.passthrough_event_spec(bool)]


class DialogTrigger(BaseUI):
    tag = "Dialog.Trigger"


class DialogPortal(BaseUI):
    tag = "Dialog.Portal"


class DialogBackdrop(BaseUI):
    tag = "Dialog.Backdrop"


class DialogPopup(BaseUI):
    tag = "Dialog.Popup"


class DialogTitle(BaseUI):
    tag = "Dialog.Title"


class DialogDescription(BaseUI):
    tag = "Dialog.Description"


class DialogClose(BaseUI):
    tag = "Dialog.Close"


def close_button(label: str, *, kind: Kind = "plain") -> rx.Component:
    return DialogClose.create(label, class_name=button_classes(kind))


def _popup(title: str, description: Text, *children: rx.Component) -> rx.Component:
    return DialogPortal.create(
        DialogBackdrop.create(class_name="dialog-veil"),
        DialogPopup.create(
            DialogTitle.create(title, class_name="dialog-title"),
            DialogDescription.create(description, class_name="dialog-text"),
            *children,
            class_name="dialog",
            # It is drawn outside the page's frame and so does not inherit its language.
            custom_attrs={"lang": language()},
        ),
    )


def dialog(
    opens: str,
    title: str,
    description: str,
    *children: rx.Component,
    ends: list[rx.Component] | None = None,
    kind: Kind = "plain",
) -> rx.Component:
    """A button and what it opens. It opens in the browser, without asking the server."""
    last = ends or [close_button(_("Close"))]
    return DialogRoot.create(
        DialogTrigger.create(opens, class_name=button_classes(kind)),
        _popup(title, description, *children, rx.el.div(*last, class_name="dialog-ends")),
    )


@dataclass(frozen=True)
class Question:
    """The action says what happens ("Cancel the appointment"), sending that it is happening."""

    title: str
    description: Text
    action: str
    sending: str
    kind: Kind = "danger"


def confirm(
    question: Question,
    *fields: rx.Component,
    opened: rx.Var[bool] | bool,
    on_open_change: rx.event.EventType[bool],
    on_confirm: rx.event.EventType[Any],
    answer: rx.Var[int] | int,
) -> rx.Component:
    """Asks once, shows progress and cannot fire twice.

    The handler closes it by setting `opened` to false, so a failure leaves it standing.
    """
    ends = rx.el.div(
        close_button(_("Keep it as it is")),
        submit(question.action, question.sending, kind=question.kind),
        class_name="dialog-ends",
    )
    asked = form(*fields, ends, on_submit=on_confirm, answer=answer)
    popup = _popup(question.title, question.description, asked)
    return DialogRoot.create(popup, open=opened, on_open_change=on_open_change)


def opener(
    label: str | rx.Component,
    on_click: rx.event.EventType[()],
    *,
    kind: Kind = "plain",
    icon_name: str = "",
) -> rx.Component:
    """For confirm: says to readers that a dialog follows."""
    return button(label, kind=kind, icon_name=icon_name, on_click=on_click, aria_haspopup="dialog")
