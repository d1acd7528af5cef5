"""The frames of the three surfaces: navigation around the matter, and trouble in kind words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import reflex as rx

from practice.components.broken import while_offline
from practice.components.buttons import Label, anchor, button
from practice.components.feedback import failed
from practice.components.icons import icon
from practice.components.indoors import Indoors
from practice.components.languages import language_switch, other_language
from practice.components.native import load_again
from practice.components.navigation import Entry, Text, bottom_bar, brand, side_link, top_nav
from practice.components.notices import notice
from practice.i18n import _, here, language
from practice.state.framework.shell import ShellState


@dataclass(frozen=True)
class PortalNavigation:
    """The therapist's places: first the day, then the rest, at the foot what is rare."""

    first: Sequence[Entry]
    then: Sequence[Entry] = ()
    foot: Sequence[Entry] = ()
    # Four words on a phone; the fifth is "More", with what stands at the foot here.
    phone: Sequence[Entry] = ()


def troubles() -> rx.Var[int] | int:
    """Rises whenever a handler refused or failed, so that a form knows nobody will answer."""
    return ShellState.troubles


def apology() -> Text:
    """The sentence itself, for a form in a dialog: what lies behind a dialog is not heard."""
    return ShellState.trouble


def trouble() -> rx.Component:
    """Always in the page, because a live region is only heard when it was there before."""
    said = notice(
        "error",
        ShellState.trouble,
        _reference(),
        action=button(_("Close"), kind="bare", on_click=ShellState.dismiss),
        live=False,
    )
    return rx.el.div(
        while_offline(rx.cond(ShellState.trouble != "", said, rx.fragment())),
        role="alert",
        class_name="trouble",
    )


def unless_loaded() -> rx.Component:
    """In the place of a skeleton that nothing will fill: what happened, and the way to try again.
    The stylesheet shows it as long as something is loading."""
    again = load_again(_("Try again"), "btn")
    said = rx.fragment(ShellState.trouble, " ", _reference())
    return rx.cond(
        ShellState.trouble != "",
        rx.el.div(failed(said, again), class_name="not-loaded"),
        rx.fragment(),
    )


def _reference() -> rx.Component:
    return rx.cond(
        ShellState.reference != "",
        rx.fragment(
            _("If it happens again, this helps us find it:"), " ", rx.el.b(ShellState.reference)
        ),
        rx.fragment(),
    )


def _skip() -> rx.Component:
    return anchor(_("Go to the content"), href="#main", class_name="skip btn")


def _around(*parts: rx.Component, look: str, sample: bool) -> rx.Component:
    if sample:
        return rx.el.div(*parts, class_name=look)
    return rx.el.div(_skip(), *parts, trouble(), class_name=look, lang=language())


def _main(*children: rx.Component, look: str, sample: bool) -> rx.Component:
    """A sample inside another page must not be a second main."""
    if sample:
        return rx.el.div(*children, class_name=look)
    return rx.el.main(*children, id="main", tab_index=-1, class_name=look)


class Back(NamedTuple):
    """Where the head of a page on which one thing is done leads."""

    href: str
    words: str


def public_shell(
    *children: rx.Component,
    practice: Text,
    path: str,
    back: Back | None = None,
    full_name: Label | None = None,
    foot: Sequence[rx.Component] = (),
) -> rx.Component:
    """As the server-rendered pages: their head, their two edges, their foot (public.css)."""
    back = back or Back(here("/"), _("Back to the practice"))
    words = [
        rx.el.span(back.words, class_name="wide"),
        rx.el.span(_("Back"), class_name="narrow"),
    ]
    ways = rx.el.nav(
        rx.el.a(icon("arrow-left", small=True), *words, href=back.href, reload_document=True),
        language_switch(path),
        aria_label=_("Main"),
    )
    head = rx.el.header(
        brand(practice, here("/"), "brand", reload_document=True), ways, class_name="head wrap"
    )
    name = rx.el.span(practice if full_name is None else full_name)
    end = rx.el.div(name, *foot, other_language(path), class_name="end row")
    matter = _main(*children, look="wrap", sample=False)
    return _around(
        head,
        matter,
        rx.el.footer(end, class_name="foot calm-foot wrap"),
        look="guest",
        sample=False,
    )


def client_shell(
    *children: rx.Component,
    practice: Text,
    entries: Sequence[Entry],
    who: rx.Component | None = None,
    foot: Sequence[rx.Component] = (),
    sample: bool = False,
) -> rx.Component:
    """One column of 960 px; below it four words on a phone."""
    top = rx.el.header(
        rx.el.div(
            brand(practice, here("/"), "top-brand", reload_document=True),
            top_nav(entries, _("Your pages")),
            *([who] if who else []),
            class_name="top-inner",
        ),
        class_name="top",
    )
    end = [rx.el.footer(*foot, class_name="client-foot")] if foot else []
    matter = _main(*children, look="client-main", sample=sample)
    below = bottom_bar(entries, _("Your pages, short"))
    return _around(Indoors.create(), top, matter, *end, below, look="client", sample=sample)


def therapist_shell(
    *children: rx.Component,
    practice: Text,
    navigation: PortalNavigation,
    find: rx.Component | None = None,
    foot: Sequence[rx.Component] = (),
    sample: bool = False,
) -> rx.Component:
    """216 px of places at the side, then up to 1064 px; on a phone four words, and the rest
    behind a fifth."""
    then = [rx.el.hr(), *map(side_link, navigation.then)] if navigation.then else []
    rare = [*map(side_link, navigation.foot), *foot]
    side = rx.el.nav(
        brand(practice, here("/portal"), "side-brand"),
        *([find] if find else []),
        *map(side_link, navigation.first),
        *then,
        rx.el.div(*rare, class_name="side-foot"),
        aria_label=_("Portal"),
        class_name="side",
    )
    matter = _main(
        rx.el.div(*children, class_name="portal-inner"), look="portal-main", sample=sample
    )
    below = bottom_bar(navigation.phone, _("Portal, short"), [] if sample else rare)
    return _around(Indoors.create(), side, matter, below, look="portal", sample=sample)
