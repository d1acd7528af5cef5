"""A page behind the door, while developing: it shows the lock, the way out and a kept draft."""

import reflex as rx

from practice.components.door import door
from practice.components.fields import Field, kept_area
from practice.components.shell import public_shell
from practice.i18n import _
from practice.pages.styleguide.parts import PRACTICE, chapter

PATH = "/styleguide/door"


def styleguide_door() -> rx.Component:
    letter = Field("letter", _("A letter to Junia"), hint=_("Kept while you write, after a pause."))
    behind = chapter(
        "behind",
        _("Behind the door"),
        _("Whoever is not signed in is led to the door at once."),
        kept_area(letter, "sample/door"),
    )
    return rx.fragment(public_shell(behind, practice=PRACTICE, path=PATH), door())
