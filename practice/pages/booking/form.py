"""Booking one session: its form, and what stands there where it cannot be booked."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from practice.components.buttons import in_sentence, link_button, submit
from practice.components.choices import checkbox
from practice.components.fields import (
    Field,
    email_field,
    field_pair,
    in_form,
    phone_field,
    text_area,
    text_field,
)
from practice.components.forms import error_summary, form, form_end
from practice.components.icons import icon
from practice.components.picker import Asked
from practice.components.trap import trap
from practice.i18n import _, here
from practice.pages.booking.picking import (
    FORM,
    chapters,
    form_chapter,
    instead,
    picking,
    refusal,
    to_own_pages,
    write_to_me,
)
from practice.state.booking.book import BookState, Open

ORDER = ["place", "name", "email", "phone", "note", "consent"]


def booking(*, heading: str, path: str, is_named: bool = False) -> rx.Component:
    matter = rx.match(
        BookState.mode,
        ("list", _list()),
        ("open", rx.fragment(instead(BookState, to_own_pages()), _list())),
        ("mine", instead(BookState, to_own_pages())),
        ("call", instead(BookState, _to_the_call(), below=_known_already())),
        ("letter", instead(BookState, write_to_me(BookState))),
        ("hers", instead(BookState, _to_the_portal())),
        ("words", instead(BookState)),
        chapters(BookState, _form()),
    )
    return picking(BookState, matter, heading=heading, path=path, is_named=is_named)


def _to_the_call() -> rx.Component:
    words = _("Book a free discovery call")
    return link_button(words, here("/book"), kind="primary", reload_document=True)


def _known_already() -> rx.Component:
    sign_in = rx.el.a(_("Sign in"), href=here("/sign-in"), class_name="link", reload_document=True)
    said = rx.el.p(_("Have we talked already?"), " ", sign_in, class_name="soft")
    return rx.cond(BookState.own_name == "", said, rx.fragment())


def _to_the_portal() -> rx.Component:
    return link_button(_("To the portal"), here("/portal"), kind="primary", reload_document=True)


def _list() -> rx.Component:
    return rx.el.section(
        rx.el.header(rx.el.h2(_("Open to you"))),
        rx.el.ul(rx.foreach(BookState.kinds, _kind), class_name="kinds", role="list"),
        class_name="ch",
    )


def _kind(one: ObjectVar[Open]) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            rx.el.span(rx.el.b(one.name), rx.el.span(one.line)),
            icon("arrow-right"),
            href=f"{here('/book')}/{one.slug}",
            reload_document=True,
        )
    )


def _form() -> rx.Component:
    return form_chapter(
        form(
            _asked(),
            refusal(BookState),
            error_summary(BookState.errors, ORDER, form_id=FORM),
            _places(),
            rx.cond(BookState.own_name != "", _as_oneself(), _as_a_guest()),
            _note(),
            rx.cond(BookState.own_name != "", rx.fragment(), rx.fragment(_consent(), trap())),
            form_end(
                submit(_("Book this time"), _("One moment …"), big=True),
                note=rx.cond(
                    BookState.own_name != "",
                    _("You can move or cancel it from the letter you receive."),
                    _("No account, no card. You can move or cancel from the letter you receive."),
                ),
            ),
            on_submit=BookState.book,
            answer=BookState.answer,
            custom_attrs={"id": FORM},
        ),
        heads=[
            rx.el.h2(
                rx.cond(BookState.is_call, _("And who is calling?"), _("Your details")),
                custom_attrs={"id": "who"},
                tab_index=-1,
            ),
            rx.cond(
                BookState.own_name != "",
                rx.fragment(),
                rx.el.p(_("Only what I need to reach you.")),
            ),
        ],
        verb="book",
        fields=[
            ["name", _("Name")],
            ["email", _("E-mail")],
            ["phone", _("Phone")],
            ["place", _("We talk")],
            ["note", _("Note")],
        ],
        price=BookState.price,
    )


def _asked() -> rx.Component:
    return rx.fragment(
        Asked.create(),
        _hidden("slug", BookState.slug),
        _hidden("privacy_version", BookState.privacy_version),
    )


def _hidden(name: str, value: Any) -> rx.Component:
    return rx.el.input(type="hidden", name=name, custom_attrs={"value": value})


def _field(name: str, label: rx.Component | str, **more: Any) -> Field:
    return in_form(FORM, BookState.errors)(name, label, **more)


def _as_a_guest() -> rx.Component:
    hints = (
        _("The link to the call goes here."),
        _("Only if the connection fails, or to call you."),
    )
    return rx.fragment(
        text_field(_field("name", _("Name")), auto_complete="name"),
        field_pair(
            email_field(_field("email", _("E-mail"), hint=hints[0])),
            phone_field(_field("phone", _("Phone"), hint=hints[1])),
        ),
    )


def _as_oneself() -> rx.Component:
    return rx.el.p(
        icon("user-round", small=True),
        rx.el.span(_("You are booking as"), " ", rx.el.b(BookState.own_name), "."),
        class_name="oneself",
    )


def _note() -> rx.Component:
    said = _field("note", _("Note"), optional=True, hint=_("Only I read it."))
    return rx.el.details(
        rx.el.summary(icon("plus", small=True), _("Add a note")),
        text_area(said, rows="3", max_length=4000),
        class_name="fold",
    )


def _consent() -> rx.Component:
    privacy = rx.el.a(
        _("privacy text"),
        href=here("/privacy"),
        class_name="link",
        target="_blank",
        reload_document=True,
    )
    sentence = _(
        "I have read the {link} and agree that these details are kept to arrange the call."
    )
    return checkbox(_field("consent", in_sentence(sentence, privacy)))


def _places() -> rx.Component:
    """Where there is a choice; the first one is marked."""
    labels = {"video": _("By video"), "in_person": _("In person"), "phone": _("By phone")}
    cards = rx.foreach(
        BookState.places, lambda place: _place(place, rx.match(place, *labels.items(), ""))
    )
    asked = rx.el.fieldset(
        rx.el.legend(
            rx.cond(BookState.is_call, _("How shall we talk?"), _("How shall we meet?")),
            class_name="entry-label",
        ),
        rx.el.div(cards, class_name="choice-cards"),
        custom_attrs={"role": "radiogroup"},
        class_name="entry",
    )
    return rx.cond(BookState.places.length() > 1, asked, _hidden("place", BookState.places[0]))


def _place(place: rx.Var[str], words: rx.Component | rx.Var[Any]) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="place",
            default_checked=BookState.places[0] == place,
            class_name="dot",
            custom_attrs={"id": f"{FORM}-place-{place}", "value": place},
        ),
        rx.el.span(words, class_name="choice-words"),
        class_name="choice-card",
    )
