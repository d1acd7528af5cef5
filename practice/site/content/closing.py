"""The last page of a reading: the room with two chairs and the one thing to do."""

import reflex as rx

from practice.components import illustrations
from practice.domain.content import Frame
from practice.i18n import _, sentence
from practice.site.document.call_to_action import begin_button
from practice.site.document.words import answers, terms


def closing(frame: Frame) -> rx.Component:
    return rx.el.section(
        illustrations.room(),
        rx.el.h2(_("When you are ready")),
        rx.el.p(_what_it_takes(frame)),
        begin_button(frame),
        class_name="again",
    )


def _what_it_takes(frame: Frame) -> str:
    if frame.call is None:
        ask = _("Write two lines: your name, a phone number, and when you are usually free.")
        return f"{ask} {answers(frame.profile)}".strip()
    return _(
        "{length_and_place}, free of charge. A name, an e-mail address and a phone number are "
        "all it takes."
    ).format(length_and_place=sentence(terms(frame.call)))
