"""What can be booked where nothing was named, and what can be done where nothing can be booked."""

import reflex as rx

from practice.components.buttons import link_button
from practice.components.icons import icon
from practice.domain.clients.refusals import LOCKS
from practice.domain.clients.stages import Lock
from practice.i18n import _, here
from practice.services.booking.offers import Desk, Kind
from practice.site.booking.views.choose_time import head
from practice.wording import booking

# These lead to one's own pages, where what is open stands.
OWN_PAGES = {Lock.DISCOVERY_OPEN, Lock.DISCOVERY_DONE}


def instead(desk: Desk, kind: Kind) -> rx.Component:
    said = _(LOCKS[kind.lock].message) if kind.lock else _(booking.BY_LETTER)
    return rx.el.div(
        head(desk, kind),
        rx.el.section(
            rx.el.div(
                rx.el.p(icon("lock" if kind.lock else "mail"), said, class_name="locked-words"),
                rx.el.div(_way_on(desk, kind), class_name="actions"),
                *([] if desk.own or kind.lock is None else [_known_already()]),
                class_name="shut",
            ),
            class_name="ch",
        ),
        class_name="flow wrap",
    )


def _way_on(desk: Desk, kind: Kind) -> rx.Component:
    call = next((one for one in desk.kinds if booking.is_call(one) and not one.lock), None)
    if kind.lock in OWN_PAGES:
        return link_button(_("To your pages"), here("/me"), kind="primary")
    if kind.lock is Lock.DISCOVERY_REQUIRED and call:
        words = _("Book a free discovery call")
        return link_button(words, here(f"/plain/book/{call.slug}"), kind="primary")
    return _write(desk)


def _known_already() -> rx.Component:
    sign_in = rx.el.a(_("Sign in"), href=here("/sign-in"), class_name="link")
    return rx.el.p(_("Have we talked already?"), " ", sign_in, class_name="soft")


def _write(desk: Desk) -> rx.Component:
    return link_button(_("Write to me"), f"mailto:{desk.email}", icon_name="mail", kind="primary")


def kinds(desk: Desk) -> rx.Component:
    """Where more than one thing can be booked, or none: what there is."""
    nothing = [rx.el.p(_("Nothing can be booked here yet.")), _write(desk)]
    offered = [one for one in desk.kinds if one.lock is not Lock.DISCOVERY_DONE]
    listed = rx.el.ul(*map(_listed, offered), role="list", class_name="kinds")
    return rx.el.div(
        rx.el.div(rx.el.h1(_("Book a session")), class_name="page-title"),
        rx.el.section(
            rx.el.header(rx.el.h2(_("Sessions"))),
            listed if offered else rx.el.div(*nothing, class_name="no-times"),
            class_name="ch",
        ),
        class_name="flow wrap",
    )


def _listed(kind: Kind) -> rx.Component:
    said = booking.in_a_line(kind)
    lock = rx.el.span(_(LOCKS[kind.lock].message)) if kind.lock else rx.fragment()
    return rx.el.li(
        rx.el.a(
            rx.el.span(rx.el.b(kind.name), rx.el.span(said), lock),
            icon("lock" if kind.lock else "arrow-right"),
            href=here(f"/plain/book/{kind.slug}"),
        )
    )
