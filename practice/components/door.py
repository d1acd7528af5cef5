"""The door inside the portal: a sheet over an open page while it is locked, and the way out."""

import reflex as rx

from practice.components.buttons import button_classes, submit
from practice.components.fields import Field, text_field
from practice.components.forms import form
from practice.components.illustrations import mark
from practice.components.indoors import Indoors
from practice.components.native import native_form
from practice.i18n import _, here, language
from practice.state.account.lock import DoorState
from practice.state.framework.session import SessionState

Text = str | rx.Var[str]


class Door(rx.Component):
    library = "$/public" + rx.asset("door.jsx", shared=True)
    tag = "Door"

    standing: rx.Var[str]
    answer: rx.Var[int]
    way_out: rx.Var[str]
    on_shut: rx.EventHandler[rx.event.no_args_event_spec]


def door() -> rx.Component:
    """Once in every page that belongs to somebody."""
    return Door.create(
        lock_sheet(DoorState.practice, "lock"),
        standing=SessionState.standing,
        answer=DoorState.answer,
        way_out=here("/sign-in"),
        on_shut=DoorState.introduce,
        class_name="lock-sheet",
        custom_attrs={
            "lang": language(),
            "aria-labelledby": "lock-title",
            "aria-describedby": "lock-text",
        },
    )


def lock_sheet(practice: Text, name: str) -> rx.Component:
    """What stands on it; the name tells a sample's fields from the real ones."""
    code = Field(
        "code",
        _("Code"),
        form=name,
        error=DoorState.error,
        hint=_("Six digits from your authenticator, or one of the codes you keep on paper."),
    )
    leave = rx.el.button(_("Sign out"), type="submit", class_name=button_classes("bare"))
    return rx.el.div(
        Indoors.create(),
        rx.el.p(mark(), rx.el.span(practice), class_name="lock-brand"),
        rx.el.div(
            rx.el.h2(_("The portal is locked"), custom_attrs={"id": f"{name}-title"}),
            rx.el.p(
                _("A code opens it again. The drafts you were writing are kept."),
                id=f"{name}-text",
            ),
            class_name="lock-words",
        ),
        form(
            text_field(code, auto_complete="one-time-code", spell_check=False),
            submit(_("Unlock"), _("Unlocking"), big=True),
            on_submit=DoorState.unlock,
            answer=DoorState.answer,
        ),
        native_form(leave, action=here("/sign-out"), class_name="lock-end"),
        class_name="lock-matter",
    )
