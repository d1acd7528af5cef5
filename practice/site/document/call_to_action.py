"""The one thing to do: book the first call, or write where none is offered."""

import reflex as rx

from practice.domain.content import Frame, SessionKind
from practice.i18n import _, here, minutes
from practice.site.document.contact import write_button


def begin_button(frame: Frame, *, with_length: bool = False) -> rx.Component:
    if frame.call is None:
        return write_button(frame.profile, _("Write to me"), big=True)
    label = _("Book a free discovery call")
    if with_length:
        label = _("Book a free discovery call – {minutes}").format(
            minutes=minutes(frame.call.minutes)
        )
    return rx.el.a(label, href=here("/book"), class_name="btn primary big")


def choose_button(kind: SessionKind) -> rx.Component:
    return rx.el.a(_("Choose a time"), href=here(f"/book/{kind.slug}"), class_name="btn primary")
