"""People and their states: initials beside a name, and badges that say the state in words."""

from typing import Literal

import reflex as rx

from practice.components.icons import icon

Tone = Literal["quiet", "leaf", "clay", "berry"]
Text = str | rx.Var[str]


def initials_of(name: str) -> str:
    """ "Junia Hartwell" is JH, "Noor" is N, and a particle in the middle is left out."""
    words = name.split()
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper() if words else ""


def avatar(initials: Text) -> rx.Component:
    """Hidden from readers: it always stands beside the name."""
    return rx.el.span(initials, aria_hidden="true", class_name="avatar")


def person(name: Text, line: Text, initials: Text = "") -> rx.Component:
    """Initials are worked out here from a plain name; a state's name brings its own."""
    short = initials or (initials_of(name) if isinstance(name, str) else "")
    return rx.el.div(
        avatar(short),
        rx.el.div(
            rx.el.p(name, class_name="row-title"),
            rx.el.p(line, class_name="row-line"),
        ),
        class_name="person",
    )


def badge(label: Text, tone: Tone = "quiet", icon_name: str = "") -> rx.Component:
    sign = [icon(icon_name, small=True)] if icon_name else []
    return rx.el.span(*sign, label, class_name=f"badge badge-{tone}")
