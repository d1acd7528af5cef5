"""The last page of a reading: the room with two chairs and the one thing to do."""

import reflex as rx

from practice.components import illustrations
from practice.domain.content import Profile
from practice.i18n import _
from practice.site.contact import write_button
from practice.site.words import answers


def closing(profile: Profile) -> rx.Component:
    ask = _("Write two lines: your name, a phone number, and when you are usually free.")
    return rx.el.section(
        illustrations.room(),
        rx.el.h2(_("When you are ready")),
        rx.el.p(f"{ask} {answers(profile)}".strip()),
        write_button(profile, _("Write for a free discovery call"), big=True),
        class_name="again",
    )
