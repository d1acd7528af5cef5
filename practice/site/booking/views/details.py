"""The second page of a booking: the time that was chosen, and who it is for."""

from typing import Any

import reflex as rx

from practice.components.buttons import in_sentence
from practice.components.icons import icon
from practice.components.trap import trap
from practice.domain.inputs import EMAIL_LENGTH, NAME_LENGTH, NOTE_LENGTH
from practice.i18n import _, here
from practice.letters.phrases import HOW
from practice.services.booking.offers import Own, Time
from practice.site.booking.views.choose_time import Booking, head, keeping, trouble
from practice.site.document import form_fields
from practice.wording import booking as wording_booking

FORM = "wish"


def filling(booking: Booking, time: Time) -> rx.Component:
    """The second page."""
    own, errors = booking.desk.own, booking.errors
    return keeping(
        booking,
        *form_fields.hidden(start=time.start.isoformat()),
        head(booking.desk, booking.kind),
        rx.el.section(
            rx.el.header(
                rx.el.h2(
                    _("And who is calling?")
                    if wording_booking.is_call(booking.kind)
                    else _("Your details")
                ),
                rx.el.p(_("Only what I need to reach you."), class_name="hide-s"),
                _chosen(booking, time),
            ),
            rx.el.div(
                trouble(booking.trouble),
                form_fields.summary(errors),
                *_fields(booking, own),
                _end(booking),
                class_name="form-body",
                id=FORM,
            ),
            class_name="ch",
        ),
        is_seen=True,
    )


def _chosen(booking: Booking, time: Time) -> rx.Component:
    said = wording_booking.chosen(booking.desk, time, booking.zone)
    back = booking.sight.query(has_clock=False, day=time.start.date())
    return rx.el.p(
        rx.el.b(rx.el.time(said.day, date_time=said.iso)),
        rx.el.span(said.hours, class_name="num"),
        rx.el.span(said.there, class_name="num") if said.there else rx.fragment(),
        rx.el.span(wording_booking.price(booking.kind)),
        rx.el.button(
            _("Change the time"),
            type="submit",
            class_name="plain",
            custom_attrs={"name": "look", "value": back, "formnovalidate": True},
        ),
        class_name="chosen",
    )


def _fields(booking: Booking, own: Own | None) -> list[rx.Component]:
    typed, errors, kind = booking.typed, booking.errors, booking.kind
    found: list[rx.Component] = []
    if len(kind.places) > 1:
        options = [(str(one), _(HOW[one])) for one in kind.places]
        legend = (
            _("How shall we talk?") if wording_booking.is_call(kind) else _("How shall we meet?")
        )
        place = typed.place or str(kind.places[0])
        found.append(
            form_fields.choice("place", legend, options, place, error=errors.get("place", ""))
        )
    if own is None:
        found += _contact(booking)
    else:
        found.append(_known(own))
    found.append(_note(booking))
    if own is None:
        version = booking.desk.privacy_version or ""
        checked = typed.privacy_version == version
        found += [
            consent(version, checked=checked, error=errors.get("privacy_version", "")),
            trap(),
        ]
    return found


def _focus(booking: Booking, name: str) -> dict[str, Any]:
    return {"autofocus": True} if booking.edits == name else {}


def _contact(booking: Booking) -> list[rx.Component]:
    typed, errors = booking.typed, booking.errors
    video = any(one == "video" for one in booking.kind.places)
    name = form_fields.entry(
        "name",
        _("Name"),
        typed.name,
        error=errors.get("name", ""),
        autocomplete="name",
        maxlength=str(NAME_LENGTH),
        **_focus(booking, "name"),
    )
    email = form_fields.entry(
        "email",
        _("E-mail"),
        typed.email,
        error=errors.get("email", ""),
        hint=_("The link to the call goes here.") if video else _("The letter goes here."),
        type="email",
        autocomplete="email",
        maxlength=str(EMAIL_LENGTH),
        **_focus(booking, "email"),
    )
    phone = form_fields.entry(
        "phone",
        _("Phone"),
        typed.phone,
        error=errors.get("phone", ""),
        hint=_("Only if the connection fails, or to call you."),
        type="tel",
        autocomplete="tel",
        **_focus(booking, "phone"),
    )
    return [name, rx.el.div(email, phone, class_name="entry-pair")]


def _known(own: Own) -> rx.Component:
    lines = [(_("Name"), own.name), (_("E-mail"), own.email), (_("Phone"), own.phone)]
    return rx.el.dl(
        *(rx.el.div(rx.el.dt(name), rx.el.dd(rx.el.span(said))) for name, said in lines if said),
        class_name="kept",
    )


def _note(booking: Booking) -> rx.Component:
    """Folded, until something stands in it or against it."""
    error, typed = booking.errors.get("note", ""), booking.typed.note
    area = form_fields.area(
        "note",
        _("Note"),
        typed,
        error=error,
        hint=_("Only I read it."),
        rows="3",
        maxlength=str(NOTE_LENGTH),
        **_focus(booking, "note"),
    )
    is_open = bool(typed or error or booking.edits == "note")
    return rx.el.details(
        rx.el.summary(icon("plus", small=True), _("Add a note")),
        area,
        class_name="fold",
        custom_attrs={"open": True} if is_open else {},
    )


def consent(version: str, *, checked: bool, error: str) -> rx.Component:
    link = rx.el.a(
        _("privacy text"),
        rx.el.span(" ", _("(in a new tab)"), class_name="vh"),
        href=here("/privacy"),
        target="_blank",
        rel="noopener",
        class_name="link",
    )
    sentence = _(
        "I have read the {link} and agree that these details are kept to arrange the call."
    )
    return form_fields.tick(
        "privacy_version",
        version,
        in_sentence(sentence, link),
        checked=checked,
        error=error,
    )


def _end(booking: Booking) -> rx.Component:
    guest = _("No account, no card. You can move or cancel from the letter you receive.")
    known = _("You can move or cancel it from the letter you receive.")
    return rx.el.div(
        rx.el.button(_("Book this time"), type="submit", class_name="btn primary big"),
        rx.el.p(known if booking.desk.own else guest),
        class_name="form-end",
    )
