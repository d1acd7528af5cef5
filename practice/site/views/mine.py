"""The first page behind the door: what comes next, and where you are signed in."""

from datetime import datetime
from zoneinfo import ZoneInfo

import reflex as rx

from practice.components.native import native_form
from practice.domain.bookings import Status
from practice.domain.errors import N_
from practice.i18n import _, clock_time, day_and_date, here, ngettext
from practice.services.home import Home, Person, Time
from practice.services.sessions import Device


def mine(home: Home, *, of_therapist: bool) -> rx.Component:
    return rx.el.div(
        rx.el.header(
            rx.el.h1(
                _("Good to see you, {name}").format(name=home.name) if home.name else _("Hello")
            ),
            rx.el.p(_lede(home, of_therapist=of_therapist), class_name="lede"),
            class_name="page-title",
        ),
        _times(home),
        _people(home.people) if len(home.people) > 1 else rx.fragment(),
        _devices(home),
        class_name="wrap mine",
    )


def _lede(home: Home, *, of_therapist: bool) -> str:
    if not of_therapist:
        return _("Your appointments, and where you are signed in.")
    if not home.waiting:
        return _("Nobody waits for an answer.")
    return ngettext(
        "{count} person waits for your answer.",
        "{count} people wait for your answer.",
        home.waiting,
    ).format(count=home.waiting)


def _section(title: str, note: str, *matter: rx.Component, name: str) -> rx.Component:
    head = rx.el.header(rx.el.h2(title, id=name), rx.el.p(note))
    return rx.el.section(
        head,
        rx.el.div(*matter),
        class_name="ch",
        custom_attrs={"aria-labelledby": name},
    )


def _times(home: Home) -> rx.Component:
    zone = _("Times are in the zone {zone}.").format(zone=home.zone)
    if not home.times:
        return _section(_("What comes next"), zone, rx.el.p(_("Nothing is booked.")), name="next")
    rows = [_time(one, home.zone) for one in home.times]
    return _section(
        _("What comes next"),
        zone,
        rx.el.ul(*rows, class_name="mine-rows", role="list"),
        name="next",
    )


STATES = {
    Status.CONFIRMED: N_("confirmed"),
    Status.HELD: N_("waits for its payment"),
    Status.REQUESTED: N_("waits for an answer"),
}


def _time(one: Time, zone: str) -> rx.Component:
    said = rx.el.time(
        _moment(one.starts_at, zone), custom_attrs={"datetime": one.starts_at.isoformat()}
    )
    return rx.el.li(
        rx.el.b(said),
        rx.el.span(one.name),
        rx.el.span(_(STATES[one.status]), class_name="door-note"),
    )


def _moment(moment: datetime, zone: str) -> str:
    day = moment.astimezone(ZoneInfo(zone)).date()
    return f"{day_and_date(day)}, {clock_time(moment, zone)}"


def _people(people: tuple[Person, ...]) -> rx.Component:
    rows = [
        rx.el.li(
            rx.el.b(one.name),
            rx.el.span(_("You are looking at this one."), class_name="door-note")
            if one.is_chosen
            else _post("/me/switch", "client", str(one.client_id), _("Look at this one")),
        )
        for one in people
    ]
    return _section(
        _("Who it is about"),
        _("Several people are cared for under your address."),
        rx.el.ul(*rows, class_name="mine-rows", role="list"),
        name="people",
    )


def _devices(home: Home) -> rx.Component:
    rows = [_device(one, home.zone) for one in home.devices]
    return _section(
        _("Where you are signed in"),
        _("End what you do not know."),
        rx.el.ul(*rows, class_name="mine-rows", role="list"),
        rx.el.div(
            _post("/sign-out", "", "", _("Sign out here")),
            _post("/sign-out/all", "", "", _("Sign out everywhere")),
            class_name="mine-ends",
        ),
        name="devices",
    )


def _device(one: Device, zone: str) -> rx.Component:
    used = _("last used {time}").format(time=_moment(one.last_used_at, zone))
    end = (
        rx.el.span(_("this browser"), class_name="door-note")
        if one.is_this
        else _post("/sign-out/one", "session", str(one.session_id), _("End it"))
    )
    return rx.el.li(rx.el.b(one.name or _("A browser")), rx.el.span(used), end)


def _post(action: str, name: str, value: str, label: str) -> rx.Component:
    hidden = rx.el.input(type="hidden", name=name, custom_attrs={"value": value})
    send = rx.el.button(label, type="submit", class_name="btn")
    return native_form(hidden if name else rx.fragment(), send, action=here(action))
