"""What the pages have in common on which a time is picked: the frame, the times, and the state in
which nothing has come yet."""

from typing import Any

import reflex as rx

from practice.components.buttons import link_button
from practice.components.feedback import bone
from practice.components.icons import icon
from practice.components.notices import notice
from practice.components.picker import (
    Chapters,
    Chosen,
    Clock,
    Days,
    Kept,
    Others,
    Times,
    Title,
    When,
    Written,
    Zones,
    desk,
)
from practice.components.shell import Back, public_shell, unless_loaded
from practice.i18n import _, here

FORM = "wish"
# Of a day that is still quite free: in the morning, the afternoon and the evening.
USUAL_TIMES = (3, 4, 4)
# What a match among components is, to a type checker.
Matter = rx.Component | rx.Var[Any]


def picking(
    state: Any,
    matter: Matter,
    *,
    heading: str,
    path: str,
    is_named: bool = False,
    is_own: bool = False,
) -> rx.Component:
    """One's own page leads back to one's others, and has no twin without a script."""
    waiting = _waiting(heading, has_twin=not is_own)
    shell = public_shell(
        rx.el.div(
            desk(state, waiting, _title(state), matter, is_named=is_named, has_twin=not is_own),
            class_name="flow",
        ),
        practice=rx.cond(state.practice != "", state.practice, _name_to_come()),
        full_name=_full_name(state),
        path=path,
        back=Back(here("/me"), _("Back to your pages")) if is_own else None,
        foot=[
            rx.el.a(_("Privacy"), href=here("/privacy"), reload_document=True),
            rx.el.a(
                _("If you are in danger now"), href=f"{here('/')}#crisis", reload_document=True
            ),
        ],
    )
    return shell if is_own else rx.fragment(_without_script(), shell)


def _name_to_come() -> rx.Component:
    return rx.fragment(bone("7rem"), rx.el.span(_("Home page"), class_name="vh"))


def _full_name(state: Any) -> rx.Component:
    """As the foot of the pages without a script says it."""
    therapist = rx.cond(state.therapist != "", f" – {state.therapist}", "")
    both = rx.fragment(state.practice, therapist)
    return rx.cond(state.practice != "", both, bone("13rem"))


def _without_script() -> rx.Component:
    """The same without a script; as text, because React would move what it knows to the head."""
    plain, words = here("/plain/book"), _("Choose a time without a script")
    html = f'<meta http-equiv="refresh" content="0;url={plain}"><a href="{plain}">{words}</a>'
    return rx.el.noscript(custom_attrs={"dangerouslySetInnerHTML": {"__html": html}})


def _late() -> rx.Component:
    """For a browser that runs scripts and was sent none. The stylesheet shows it after a while, and
    routes/scriptless.py lets it lead where the address means."""
    way = rx.el.a(
        _("Taking long? Use the simple page"),
        href=here("/plain/book"),
        reload_document=True,
        class_name="link",
    )
    return rx.el.p(way, class_name="late")


def _title(state: Any) -> rx.Component:
    facts = rx.el.p(
        _fact(icon("clock", small=True), state.length),
        _fact(_mark(state), state.places_said),
        rx.cond(
            state.therapist != "",
            rx.el.span(_("With"), " ", state.therapist, class_name="hide-s"),
            rx.fragment(),
        ),
        _fact(rx.fragment(), state.also),
        class_name="meta",
    )
    return Title.create(facts, title=state.title)


def _fact(mark: rx.Component | rx.Var[Any], words: Any) -> rx.Component:
    return rx.cond(words != "", rx.el.span(mark, words), rx.fragment())


def _mark(state: Any) -> rx.Component | rx.Var[Any]:
    """None on a page that says what is moved, and not where it takes place."""
    return rx.match(
        state.place,
        ("video", icon("video", small=True)),
        ("phone", icon("phone", small=True)),
        ("in_person", icon("map-pin", small=True)),
        rx.fragment(),
    )


def _waiting(heading: str, *, has_twin: bool) -> rx.Component:
    """Of the size of what comes, so that nothing moves when it is there."""
    cells = [rx.el.span(class_name="day") for _day in range(35)]
    month = rx.el.div(
        rx.el.div(bone("9rem", "1.6rem"), class_name="cal-head"),
        rx.el.div(*cells, class_name="bones"),
        class_name="month hide-s",
    )
    week = rx.el.div(
        rx.el.div(bone("9rem", "1.6rem"), class_name="cal-head"),
        rx.el.div(*cells[:7], class_name="bones"),
        class_name="week",
    )
    parts = [
        rx.fragment(
            rx.el.p(bone("5rem"), class_name="part"),
            rx.el.div(
                *(rx.el.span(class_name="slot") for _slot in range(count)), class_name="slots"
            ),
        )
        for count in USUAL_TIMES
    ]
    times = rx.el.div(
        rx.el.p(bone("12rem", "1.6rem"), class_name="times-head"),
        *parts,
        class_name="times",
    )
    return rx.fragment(
        rx.el.div(
            rx.el.h1(heading),
            rx.el.p(bone("16rem", "1.6rem"), class_name="meta"),
            _late() if has_twin else rx.fragment(),
            class_name="page-title",
        ),
        rx.el.section(
            rx.el.header(
                rx.el.h2(_("Choose a time")),
                rx.el.div(bone("13rem"), class_name="zone"),
                rx.el.span(_("One moment, loading."), class_name="vh", role="status"),
            ),
            rx.el.div(rx.el.div(month, week), times, class_name="picker", aria_hidden="true"),
            class_name="ch loading",
        ),
        unless_loaded(),
    )


def chapters(state: Any, form: rx.Component) -> rx.Component:
    return Chapters.create(_times(state), form)


def _times(state: Any) -> rx.Component:
    nothing = rx.el.div(
        rx.el.p(_("There are no free times at the moment.")),
        rx.el.p(_("Write to me, and I will tell you as soon as there is one.")),
        link_button(_("Write to me"), state.letter, icon_name="mail", kind="primary"),
        class_name="no-times",
    )
    return rx.el.section(
        rx.el.header(
            When.create(
                rx.el.h2(_("Choose a time")),
                rx.el.p(
                    _("The next free day is open already. Pick any other."), class_name="hide-s"
                ),
                face="pick",
            ),
            When.create(rx.el.h2(_("All free times")), face="taken"),
            Clock.create(Zones.create()),
        ),
        rx.el.div(Days.create(), Times.create(nothing), class_name="picker"),
        class_name="ch",
    )


def form_chapter(
    *form: rx.Component,
    heads: list[rx.Component],
    verb: str,
    fields: list[list[str]],
    price: Any = "",
) -> rx.Component:
    """The form beside the chosen time; after a loss below what is free instead."""
    others = rx.el.section(
        rx.el.header(
            rx.el.h2(_("These are free")), rx.el.p(_("The nearest to the one you chose."))
        ),
        Others.create(verb=verb, form=FORM),
        class_name="ch lost",
    )
    return rx.fragment(
        When.create(others, face="taken"),
        rx.el.section(
            rx.el.header(
                When.create(*heads, Chosen.create(price=price), face="pick"),
                When.create(
                    rx.el.h2(_("What you wrote")), rx.el.p(_("Kept as it was.")), face="taken"
                ),
            ),
            Kept.create(Written.create(*form, fields=fields, form=FORM)),
            class_name="ch",
        ),
    )


def refusal(state: Any) -> rx.Component:
    """Against the wish as a whole; what was typed stays."""
    said = rx.el.div(
        notice("error", state.refused, live=False),
        tab_index=-1,
        data_error_summary="true",
        role="alert",
    )
    return rx.cond(state.refused != "", said, rx.fragment())


def instead(state: Any, *ways: rx.Component, below: rx.Component | None = None) -> rx.Component:
    """Where nothing can be picked: why, and where it goes on."""
    return rx.el.section(
        rx.el.div(
            rx.el.p(icon("lock"), state.sentence, class_name="locked-words"),
            rx.el.div(*ways, class_name="actions"),
            *([below] if below else []),
            class_name="shut",
        ),
        class_name="ch",
    )


def write_to_me(state: Any) -> rx.Component:
    return link_button(_("Write to me"), state.letter, icon_name="mail", kind="primary")


def to_own_pages() -> rx.Component:
    return link_button(_("To your pages"), here("/me"), kind="primary", reload_document=True)
