"""The two frames around private pages, with their places and the way out."""

from dataclasses import replace

import reflex as rx
from reflex.vars import ObjectVar

from practice.components.door import door
from practice.components.feedback import bone
from practice.components.icons import icon
from practice.components.languages import other_language
from practice.components.native import native_form
from practice.components.navigation import Entry
from practice.components.shell import PortalNavigation, client_shell, therapist_shell, unless_loaded
from practice.i18n import _, here
from practice.state.account.lock import DoorState
from practice.state.dashboard.frame import ClientState, Other
from practice.state.portal.frame import PortalState

WHO = "who"


def in_client_frame(*children: rx.Component, path: str) -> rx.Component:
    entries = [
        Entry(_("Home"), here("/me"), "house"),
        _notices("/me/notices", ClientState.unread),
        Entry(_("Calendar"), here("/me/calendar"), "calendar-days"),
        Entry(_("Devices"), here("/me/devices"), "laptop"),
    ]
    shell = client_shell(
        *children,
        unless_loaded(),
        practice=ClientState.practice,
        entries=_marked(entries, path),
        who=_who(),
        foot=[
            rx.el.span(ClientState.zone_note),
            rx.el.a(_("Privacy"), href=here("/privacy"), reload_document=True),
            other_language(path),
        ],
    )
    return rx.fragment(shell, door())


def in_portal_frame(*children: rx.Component, path: str) -> rx.Component:
    first = _marked(
        [
            Entry(_("Today"), here("/portal"), "sun"),
            _notices("/portal/notices", PortalState.unread),
            Entry(
                _("What clients said"),
                here("/portal/feedback"),
                "message-circle",
                short=_("Feedback"),
            ),
        ],
        path,
    )
    running = Entry(_("The practice"), here("/portal/running"), "settings-2")
    calendar = Entry(_("Your calendar"), here("/portal/calendar"), "calendar-days")
    devices = Entry(_("Devices"), here("/portal/devices"), "laptop")
    rare = _marked([running, calendar, devices], path)
    shell = therapist_shell(
        *children,
        unless_loaded(),
        rx.el.footer(other_language(path), class_name="portal-end"),
        practice=PortalState.practice,
        navigation=PortalNavigation(first=first, foot=rare, phone=first),
        foot=[_lock(), sign_out(look="side-link")],
    )
    return rx.fragment(shell, door())


def sign_out(*, look: str = "btn") -> rx.Component:
    """A full page load: whoever signs out leaves nothing in this tab."""
    return native_form(
        rx.el.button(icon("log-out"), _("Sign out"), type="submit", class_name=look),
        action=here("/sign-out"),
    )


def _lock() -> rx.Component:
    """Whoever has no code yet is led to where there is one: nothing else would open it again."""
    way = rx.el.a(
        icon("lock"),
        _("Set up the lock"),
        href=here("/sign-in/code"),
        reload_document=True,
        class_name="side-link",
    )
    now = rx.el.button(
        icon("lock"), _("Lock now"), type="button", on_click=DoorState.lock, class_name="side-link"
    )
    return rx.cond(PortalState.has_no_code, way, now)


def _notices(path: str, unread: rx.Var[int] | int) -> Entry:
    return Entry(_("Notices"), here(path), "bell", count=unread, counted=_("unread"))


def _marked(entries: list[Entry], path: str) -> list[Entry]:
    return [replace(one, current=one.href == here(path)) for one in entries]


def _who() -> rx.Component:
    """The name, and behind it who else is cared for under this account, and the way out. The
    browser itself opens and closes it."""
    name = rx.cond(ClientState.name != "", ClientState.name, bone("5rem"))
    opener = rx.el.button(
        rx.el.span(name, class_name="who-name"),
        icon("chevron-down", small=True),
        type="button",
        class_name="top-who",
        custom_attrs={"popoverTarget": WHO},
    )
    others = rx.cond(
        ClientState.others.length() > 0,
        rx.fragment(
            rx.el.p(_("Look at the pages of"), class_name="who-note"),
            rx.foreach(ClientState.others, _other),
            rx.el.hr(),
        ),
        rx.fragment(),
    )
    menu = rx.el.div(
        others,
        sign_out(look="who-way"),
        class_name="who-menu",
        custom_attrs={"popover": "auto", "id": WHO},
    )
    return rx.el.div(opener, menu, class_name="who")


def _other(one: ObjectVar[Other]) -> rx.Component:
    return native_form(
        rx.el.input(type="hidden", name="client", custom_attrs={"value": one.id}),
        rx.el.button(icon("user-round"), one.name, type="submit", class_name="who-way"),
        action=here("/me/switch"),
    )
