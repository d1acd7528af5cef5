"""What clients said after a session: a name, a date and their words."""

import reflex as rx
from reflex.vars import ObjectVar

from practice.components.feedback import empty, loading_rows
from practice.components.sections import page_head
from practice.i18n import _
from practice.pages.frames import in_portal_frame
from practice.state.portal.feedback import FeedbackState, Said

PATH = "/portal/feedback"


def feedback() -> rx.Component:
    nothing = empty(
        _("Nobody has written yet"),
        _("Clients are asked now and then after a session. What they answer is read here only."),
    )
    said = rx.el.ul(rx.foreach(FeedbackState.given, _said), class_name="voices", role="list")
    return in_portal_frame(
        page_head(_("What clients said"), _("For your eyes only, the newest first.")),
        rx.el.section(
            rx.cond(
                FeedbackState.loaded,
                rx.cond(FeedbackState.given.length() > 0, said, nothing),
                loading_rows(4),
            ),
            class_name="portal-list",
        ),
        path=PATH,
    )


def _said(one: ObjectVar[Said]) -> rx.Component:
    return rx.el.li(
        rx.el.h2(one.who),
        rx.el.p(one.about, class_name="row-line"),
        rx.el.blockquote(one.words),
    )
