"""Moving a booking: the same days and times, without a form to fill."""

import reflex as rx

from practice.components.buttons import submit
from practice.components.forms import form, form_end
from practice.components.picker import Asked
from practice.i18n import _
from practice.pages.picking import (
    FORM,
    chapters,
    form_chapter,
    instead,
    picking,
    refusal,
    write_to_me,
)
from practice.state.move import MoveState


def book_move() -> rx.Component:
    matter = rx.match(
        MoveState.mode,
        ("letter", instead(MoveState, write_to_me(MoveState))),
        ("words", instead(MoveState)),
        chapters(MoveState, _form()),
    )
    return picking(MoveState, matter, heading=_("Move your appointment"), path="/book/move")


def _form() -> rx.Component:
    now = rx.el.p(_("Until now:"), " ", MoveState.now_said, class_name="oneself")
    return form_chapter(
        form(
            Asked.create(),
            refusal(MoveState),
            now,
            form_end(
                submit(_("Move to this time"), _("One moment …"), big=True),
                note=_("The old time becomes free. A letter with the new one is on its way."),
            ),
            on_submit=MoveState.move,
            answer=MoveState.answer,
            custom_attrs={"id": FORM},
        ),
        heads=[rx.el.h2(_("The new time"), custom_attrs={"id": "who"}, tab_index=-1)],
        verb="move",
        fields=[],
    )
