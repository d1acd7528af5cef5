"""The picture of the therapist, in the words of whoever cannot see it."""

import reflex as rx

from practice.components.illustrations import portrait
from practice.i18n import _


def likeness() -> rx.Component:
    label = _("Illustration: a woman with dark hair tied back, the sea behind her")
    return rx.el.figure(portrait(label))
