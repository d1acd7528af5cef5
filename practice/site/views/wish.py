"""The second page of a booking: the time that was chosen, and who it is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from practice.components.icons import icon
from practice.components.native import native_form
from practice.domain.inputs import EMAIL_LENGTH, NAME_LENGTH, NOTE_LENGTH
from practice.domain.journey import Lock, Stage
from practice.domain.refusals import LOCKS
from practice.i18n import _, here, minutes
from practice.letters.phrases import HOW
from practice.services.picking import Desk, Kind, Own, Time
from practice.site.looking import Sight
from practice.site.views import entries
from practice.site.views.picker import Ways, clocks_line, picker
from practice.site.wishes import Typed
from practice.state import picking_words, words
from practice.state.my_times import DOT

FORM = "wish"
# These lead to one's own pages, where what is open stands.
OWN_PAGES = {Lock.DISCOVERY_OPEN, Lock.DISCOVERY_DONE}


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


def title(kind: Kind) -> str:
    return kind.name


def description(kind: Kind) -> str:
    return kind.summary or _("Choose a time.")


def choosing(booking: Booking) -> rx.Component:
    """The first page."""
    matter = [
        _head(booking.desk, booking.kind),
        _trouble(booking.trouble),
        _gone() if booking.sight.is_gone else rx.fragment(),
        rx.el.section(
            rx.el.header(
                rx.el.h2(_("Choose a time")),
                rx.el.p(_hint(booking.sight), class_name="choose-hint"),
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
        *entries.hidden(**clock, **kept),
        *matter,
        action=booking.address,
        class_name="flow wrap",
    )


def _gone() -> rx.Component:
    return rx.el.p(
        icon("info"),
        _("The time you chose is no longer free. Nothing is booked; please choose another."),
        class_name="choose-gone",
        role="status",
    )


def _none(desk: Desk, sight: Sight) -> str:
    if sight.offered.next_free is None and sight.month == sight.offered.today.replace(day=1):
        nothing = _("There are no free times at the moment. Write to me: {email}")
        return nothing.format(email=desk.email)
    return ""


def _head(desk: Desk, kind: Kind) -> rx.Component:
    return rx.el.div(
        rx.el.h1(kind.name),
        rx.el.p(
            rx.el.span(icon("clock"), minutes(kind.minutes)),
            rx.el.span(icon(_icon(kind)), picking_words.places(kind)),
            rx.el.span(
                _("With {therapist}").format(therapist=desk.therapist), class_name="choose-hint"
            ),
            *(
                [rx.el.span(words.price(kind.price_cents, kind.currency))]
                if kind.price_cents
                else []
            ),
            class_name="choose-facts",
        ),
        class_name="page-title",
    )


def _icon(kind: Kind) -> str:
    first = kind.places[0]
    return {"video": "video", "phone": "phone"}.get(first, "map-pin")


def filling(booking: Booking, time: Time) -> rx.Component:
    """The second page."""
    own, errors = booking.desk.own, booking.errors
    return keeping(
        booking,
        *entries.hidden(start=time.start.isoformat()),
        _head(booking.desk, booking.kind),
        rx.el.section(
            rx.el.header(
                rx.el.h2(_("And who is calling?") if _is_call(booking.kind) else _("Your details")),
                rx.el.p(_("Only what I need to reach you."), class_name="choose-hint"),
                chosen(booking, time),
            ),
            rx.el.div(
                _trouble(booking.trouble),
                entries.summary(errors),
                *_fields(booking, own),
                _end(booking),
                class_name="form-body",
                id=FORM,
            ),
            class_name="ch",
        ),
        is_seen=True,
    )


def _is_call(kind: Kind) -> bool:
    return kind.needs is Stage.NEW


def chosen(booking: Booking, time: Time) -> rx.Component:
    said = picking_words.chosen(booking.desk, time, booking.zone)
    back = booking.sight.query(has_clock=False, day=time.start.date())
    return rx.el.div(
        rx.el.p(rx.el.time(said.day, date_time=said.iso), class_name="wanted-day"),
        rx.el.p(said.hours, class_name="num"),
        rx.el.p(said.there, class_name="num") if said.there else rx.fragment(),
        rx.el.p(picking_words.price(booking.kind)),
        rx.el.button(
            _("Change the time"),
            type="submit",
            class_name="plain-link",
            custom_attrs={"name": "look", "value": back, "formnovalidate": True},
        ),
        class_name="wanted",
    )


def _fields(booking: Booking, own: Own | None) -> list[rx.Component]:
    typed, errors, kind = booking.typed, booking.errors, booking.kind
    found: list[rx.Component] = []
    if len(kind.places) > 1:
        options = [(str(one), _(HOW[one])) for one in kind.places]
        legend = _("How shall we talk?") if _is_call(kind) else _("How shall we meet?")
        place = typed.place or str(kind.places[0])
        found.append(entries.choice("place", legend, options, place, error=errors.get("place", "")))
    if own is None:
        found += _contact(booking)
    else:
        found.append(_known(own))
    found.append(
        entries.area(
            "note",
            _("Is there anything I should know before?"),
            typed.note,
            error=errors.get("note", ""),
            hint=_("A sentence is enough. Only I read it."),
            rows="3",
            maxlength=str(NOTE_LENGTH),
            **_focus(booking, "note"),
        )
    )
    if own is None:
        found += [_consent(booking), entries.trap()]
    return found


def _focus(booking: Booking, name: str) -> dict[str, Any]:
    return {"autofocus": True} if booking.edits == name else {}


def _contact(booking: Booking) -> list[rx.Component]:
    typed, errors = booking.typed, booking.errors
    video = any(one == "video" for one in booking.kind.places)
    name = entries.entry(
        "name",
        _("Name"),
        typed.name,
        error=errors.get("name", ""),
        autocomplete="name",
        maxlength=str(NAME_LENGTH),
        **_focus(booking, "name"),
    )
    email = entries.entry(
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
    phone = entries.entry(
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
        *(rx.el.div(rx.el.dt(name), rx.el.dd(said)) for name, said in lines if said),
        class_name="kept-list",
    )


def _consent(booking: Booking) -> rx.Component:
    version = booking.desk.privacy_version or ""
    link = rx.el.a(
        _("privacy text"),
        rx.el.span(" ", _("(in a new tab)"), class_name="vh"),
        href=here("/privacy"),
        target="_blank",
        rel="noopener",
        class_name="link",
    )
    before, _gap, after = _(
        "I have read the {text} and agree that {therapist} keeps these details to arrange this."
    ).partition("{text}")
    return entries.tick(
        "privacy_version",
        version,
        before,
        link,
        after.format(therapist=booking.desk.therapist),
        " ",
        rx.el.span(_("Version {version}").format(version=version), class_name="choice-note"),
        checked=booking.typed.privacy_version == version,
        error=booking.errors.get("privacy_version", ""),
    )


def _end(booking: Booking) -> rx.Component:
    guest = _("No account, no card. You can move or cancel from the letter you receive.")
    known = _("You can move or cancel it from the letter you receive.")
    return rx.el.div(
        rx.el.button(_("Book this time"), type="submit", class_name="btn primary big"),
        rx.el.p(known if booking.desk.own else guest),
        class_name="form-end",
    )


def _trouble(words_of_it: str) -> rx.Component:
    if not words_of_it:
        return rx.fragment()
    return rx.el.p(icon("clock"), words_of_it, class_name="choose-gone", role="alert")


def instead(desk: Desk, kind: Kind) -> rx.Component:
    """Where nothing can be booked here, what can be done."""
    return rx.el.div(
        _head(desk, kind),
        rx.el.section(
            rx.el.header(rx.el.h2(_("How to begin") if kind.lock else _("By letter"))),
            rx.el.div(*_why(desk, kind), class_name="choose-instead"),
            class_name="ch",
        ),
        class_name="flow wrap",
    )


def _why(desk: Desk, kind: Kind) -> list[rx.Component]:
    if kind.lock is None:
        return [rx.el.p(_("Times for this are arranged with me directly.")), _write(desk)]
    said: list[rx.Component] = [
        rx.el.p(icon("lock"), _(LOCKS[kind.lock].message), class_name="lock")
    ]
    call = next((one for one in desk.kinds if _is_call(one) and one.lock is None), None)
    if kind.lock in OWN_PAGES:
        said.append(rx.el.a(_("Go to your pages"), href=here("/me"), class_name="btn primary big"))
    elif kind.lock is Lock.DISCOVERY_REQUIRED and call:
        label = _("Book the first call")
        address = here(f"/plain/book/{call.slug}")
        said.append(rx.el.a(label, href=address, class_name="btn primary big"))
    else:
        said.append(_write(desk))
    if desk.own is None:
        said.append(
            rx.el.p(
                _("Have we talked already?"),
                " ",
                rx.el.a(_("Sign in"), href=here("/sign-in"), class_name="link"),
                class_name="soft",
            )
        )
    return said


def _write(desk: Desk) -> rx.Component:
    return rx.el.a(
        icon("mail"),
        _("Write to me for a time"),
        href=f"mailto:{desk.email}",
        class_name="btn primary big",
    )


def kinds(desk: Desk) -> rx.Component:
    """Where more than one thing can be booked, or none: what there is."""
    return rx.el.div(
        rx.el.div(rx.el.h1(_("What would you like to book?")), class_name="page-title"),
        rx.el.section(
            rx.el.header(rx.el.h2(_("Sessions"))),
            rx.el.ul(*(_listed(one) for one in desk.kinds), role="list", class_name="choose-kinds")
            if desk.kinds
            else rx.el.p(_("Nothing can be booked here at the moment."), " ", _write(desk)),
            class_name="ch",
        ),
        class_name="flow wrap",
    )


def _listed(kind: Kind) -> rx.Component:
    name = rx.el.a(kind.name, href=here(f"/plain/book/{kind.slug}"))
    facts = DOT.join([minutes(kind.minutes), picking_words.price(kind)])
    lock = (
        rx.el.p(icon("lock", small=True), _(LOCKS[kind.lock].message), class_name="lock")
        if kind.lock
        else rx.fragment()
    )
    return rx.el.li(rx.el.h3(name), rx.el.p(facts, class_name="soft"), lock)
