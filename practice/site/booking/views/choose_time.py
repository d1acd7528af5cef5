"""The first page of a booking: a day and a time; and what its pages have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import reflex as rx

from practice.components.buttons import link_button
from practice.components.icons import icon
from practice.components.native import native_form
from practice.components.notices import notice
from practice.i18n import _, minutes
from practice.services.booking.offers import Desk, Kind
from practice.site.booking.form_data import Typed
from practice.site.booking.selection import Sight
from practice.site.booking.views.clocks import clocks_line
from practice.site.booking.views.picker import Ways, picker
from practice.site.document import form_fields
from practice.wording import booking as wording_booking
from practice.wording import times


@dataclass(frozen=True)
class Booking:
    """Everything that the pages of one booking show."""

    desk: Desk
    kind: Kind
    sight: Sight
    typed: Typed
    address: str
    errors: Mapping[str, str] = field(default_factory=dict)
    # What stands against it, if it is nothing that was written.
    trouble: str = ""
    # Which field is to be changed.
    edits: str = ""
    # It came as a form: what was typed is sent along.
    is_sent: bool = False

    @property
    def ways(self) -> Ways:
        return Ways(self.address, keeps_what_was_typed=self.is_sent)

    @property
    def zone(self) -> str:
        return self.sight.zone.key


def choosing(booking: Booking) -> rx.Component:
    """The first page."""
    matter = [
        head(booking.desk, booking.kind),
        trouble(booking.trouble),
        gone() if booking.sight.is_gone else rx.fragment(),
        rx.el.section(
            rx.el.header(
                rx.el.h2(_("Choose a time")),
                rx.el.p(_hint(booking.sight), class_name="hide-s"),
                clocks_line(booking.sight, booking.ways, booking.desk),
            ),
            picker(booking.sight, booking.ways, _none(booking.desk, booking.sight)),
            class_name="ch",
        ),
    ]
    if not booking.is_sent:
        return rx.el.div(*matter, class_name="flow wrap")
    return keeping(booking, *matter)


def _hint(sight: Sight) -> str:
    if sight.look.day or sight.look.month:
        return _("Pick any marked day.")
    return _("The next free day is open already. Pick any other.")


def keeping(booking: Booking, *matter: rx.Component, is_seen: bool = False) -> rx.Component:
    """All of the page is one form, so that whatever is chosen on it brings along what was typed.
    Before everything else stands what the Enter key means."""
    clock = {} if booking.sight.look.lists_zones else {"tz": booking.zone}
    kept = {"once": booking.typed.once} if is_seen else booking.typed.kept()
    first = rx.el.button(
        _("Book this time"),
        type="submit",
        class_name="vh",
        custom_attrs={"tabindex": "-1", "aria-hidden": "true"},
    )
    return native_form(
        *([first] if is_seen else []),
        *form_fields.hidden(**clock, **kept),
        *matter,
        action=booking.address,
        class_name="flow wrap",
    )


def gone() -> rx.Component:
    return notice(
        "attention",
        _(wording_booking.GONE),
    )


def _none(desk: Desk, sight: Sight) -> list[rx.Component]:
    if sight.offered.next_free is None and sight.month == sight.offered.today.replace(day=1):
        return [
            rx.el.p(_("There are no free times at the moment.")),
            rx.el.p(_("Write to me, and I will tell you as soon as there is one.")),
            link_button(_("Write to me"), f"mailto:{desk.email}", icon_name="mail", kind="primary"),
        ]
    return []


def head(desk: Desk, kind: Kind) -> rx.Component:
    price = times.price(kind.price_cents, kind.currency)
    return rx.el.div(
        rx.el.h1(wording_booking.title(kind)),
        rx.el.p(
            rx.el.span(icon("clock", small=True), minutes(kind.minutes)),
            rx.el.span(icon(_icon(kind), small=True), wording_booking.places(kind)),
            rx.el.span(_("With"), " ", desk.therapist, class_name="hide-s"),
            *([rx.el.span(price)] if kind.price_cents else []),
            class_name="meta",
        ),
        class_name="page-title",
    )


def _icon(kind: Kind) -> str:
    first = kind.places[0]
    return {"video": "video", "phone": "phone"}.get(first, "map-pin")


def trouble(said: str) -> rx.Component:
    return notice("error", said) if said else rx.fragment()
