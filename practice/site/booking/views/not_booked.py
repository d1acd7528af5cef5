"""Behind a link after booking that opens nothing: the way back, for a person whose form was taken
for a machine's."""

import reflex as rx

from practice.components import illustrations
from practice.components.buttons import in_sentence
from practice.domain.content import Frame
from practice.i18n import _, here
from practice.site.document.single_message import alone


def title() -> str:
    return _("Nothing is booked here")


def view(frame: Frame) -> rx.Component:
    email = frame.profile.email
    letter = rx.el.a(email, href=f"mailto:{email}", class_name="link")
    return alone(
        illustrations.lamp(),
        title(),
        rx.el.p(
            _(
                "If you have just sent the form, it did not arrive. Sometimes a password manager "
                "fills in a part of it that nobody sees."
            )
        ),
        rx.el.p(
            in_sentence(
                _("Please try once more and type the words yourself, or write to me: {link}"),
                letter,
            )
        ),
        rx.el.a(_("Choose a time"), href=here("/book"), class_name="btn primary big"),
    )
