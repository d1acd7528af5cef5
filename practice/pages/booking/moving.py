"""Moving an appointment: the same days and times, without a form to fill."""

from typing import Any

import reflex as rx

from practice.components.buttons import submit
from practice.components.forms import form, form_end
from practice.components.picker import Asked
from practice.i18n import _
from practice.pages.booking.picking import (
    FORM,
    chapters,
    form_chapter,
    instead,
    picking,
    refusal,
    write_to_me,
)


def moving(state: Any, *, path: str, is_own: bool = False) -> rx.Component:
    matter = rx.match(
        state.mode,
        ("letter", instead(state, write_to_me(state))),
        chapters(state, _form(state)),
    )
    return picking(state, matter, heading=_("Move your appointment"), path=path, is_own=is_own)


def _form(state: Any) -> rx.Component:
    now = rx.el.p(_("Until now:"), " ", state.now_said, class_name="oneself")
    return form_chapter(
        form(
            Asked.create(),
            refusal(state),
            now,
            form_end(
                submit(_("Move to this time"), _("One moment …"), big=True),
                note=_("The old time becomes free. A letter with the new one is on its way."),
            ),
            on_submit=state.move,
            answer=state.answer,
            custom_attrs={"id": FORM},
        ),
        heads=[rx.el.h2(_("The new time"), custom_attrs={"id": "who"}, tab_index=-1)],
        verb="move",
        fields=[],
    )
