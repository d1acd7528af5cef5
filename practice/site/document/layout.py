"""The document, and what stands around every public page: top, crisis lines and foot."""

import reflex as rx

from practice.components import illustrations
from practice.components.icons import icon
from practice.components.languages import OWN_NAMES, language_switch, other_code, other_language
from practice.domain.content import CrisisLine, Frame, Profile
from practice.i18n import _, here, language, path_in
from practice.site.document import contact, quiet_layout
from practice.site.document.head import Page, head
from practice.site.document.renderer import to_html
from practice.site.document.words import answers

__all__ = ["Page", "document"]


# Said in the language that is offered.
OFFERS = {
    "en": "This page is also available in English",
    "it": "Questa pagina c’è anche in italiano",
}


def document(page: Page, *matter: rx.Component) -> str:
    tree = rx.el.html(
        head(page),
        rx.el.body(
            rx.el.a(_("Go to the text"), href="#main", class_name="skip btn"),
            _offer(page) if page.offers_other_language else rx.fragment(),
            quiet_layout.top(page, page.frame) if page.frame and page.is_calm else _top(page),
            rx.el.main(*matter, id="main"),
            _around(page, page.frame) if page.frame else rx.fragment(),
        ),
        lang=language(),
    )
    return "<!doctype html>" + to_html(tree)


def _offer(page: Page) -> rx.Component:
    """For a browser that prefers our other language: said in that language, above everything."""
    other = other_code()
    return rx.el.nav(
        rx.el.a(OFFERS[other], href=path_in(other, page.path), class_name="link", href_lang=other),
        class_name="offer-language",
        lang=other,
        custom_attrs={"aria-label": OWN_NAMES[other]},
    )


def _around(page: Page, frame: Frame) -> rx.Component:
    if page.is_calm:
        return quiet_layout.foot(page, frame)
    return rx.fragment(
        _crisis(frame.crisis) if frame.crisis else rx.fragment(),
        rx.el.footer(
            _menu(page),
            _contact(frame.profile),
            _colophon(page),
            id="foot",
            class_name="foot wrap",
        ),
    )


def _top(page: Page) -> rx.Component:
    first_page = rx.el.span(_("Home page"), class_name="vh")
    name = page.frame.profile.name if page.frame else first_page
    ways = _ways(page, "wide") if page.frame else []
    menu = [rx.el.a(icon("menu"), _("Menu"), href="#foot", class_name="narrow")]
    return rx.el.header(
        rx.el.a(illustrations.mark(), name, href=here("/"), class_name="brand"),
        rx.el.nav(
            *ways,
            *([_sign_in(page, "wide")] if page.frame else []),
            *([] if page.is_in_one_language else [_switch(page)]),
            *(menu if page.frame else []),
            custom_attrs={"aria-label": _("Main")},
        ),
        class_name="head wrap",
    )


def _switch(page: Page) -> rx.Component:
    return language_switch(page.path, look="lang wide" if page.frame else "lang")


def _ways(page: Page, class_name: str = "") -> list[rx.Component]:
    """The same four places in the head and, for a phone, in the foot."""
    home = here("/")
    places = (
        (_("How it works"), f"{home}#how"),
        (_("Sessions"), f"{home}#sessions"),
        (_("About"), here("/about")),
        (_("Questions"), f"{home}#questions"),
    )
    current = {"aria-current": "page"} if page.path == "/about" else {}
    return [
        rx.el.a(
            name,
            href=place,
            class_name=class_name,
            custom_attrs=current if place == here("/about") else {},
        )
        for name, place in places
    ]


def _sign_in(page: Page, class_name: str = "") -> rx.Component:
    current = {"aria-current": "page"} if page.path == "/sign-in" else {}
    return rx.el.a(_("Sign in"), href=here("/sign-in"), class_name=class_name, custom_attrs=current)


def _crisis(lines: tuple[CrisisLine, ...]) -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            rx.el.h2(_("If it cannot wait"), id="crisis"),
            rx.el.p(
                _(
                    "I am not an emergency service and may not read your message in time. "
                    "If you might hurt yourself, or someone is in danger, "
                    "please speak to one of these people now."
                )
            ),
            rx.el.ul(*(rx.el.li(_line(line)) for line in lines), role="list"),
            class_name="wrap",
        ),
        class_name="crisis",
        custom_attrs={"aria-labelledby": "crisis"},
    )


def _line(line: CrisisLine) -> rx.Component:
    return rx.el.a(
        rx.el.span(line.name, " ", rx.el.small(line.hours), " "),
        rx.el.b(line.number),
        href=contact.dial(line.number),
    )


def _menu(page: Page) -> rx.Component:
    """Where the word Menu leads on a phone; wider windows have it all in the head."""
    return rx.el.nav(*_ways(page), class_name="menu narrow", custom_attrs={"aria-label": _("Menu")})


def _contact(profile: Profile) -> rx.Component:
    reach = [contact.email_link(profile)]
    if profile.phone:
        reach.append(contact.phone_link(profile))
    return rx.el.div(
        _column(profile.name, rx.el.p(profile.therapist), rx.el.p(profile.register)),
        _column(_("The room"), contact.address(profile)),
        _column(_("Contact"), *reach, rx.el.p(answers(profile))),
        class_name="cols",
        id="contact",
    )


def _column(title: str, *matter: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.b(title), *matter)


def _colophon(page: Page) -> rx.Component:
    return rx.el.div(
        _sign_in(page),
        rx.el.a(_("Privacy"), href=here("/privacy")),
        rx.el.a(_("About"), href=here("/about")),
        *([] if page.is_in_one_language else [other_language(page.path)]),
        class_name="end row",
    )
