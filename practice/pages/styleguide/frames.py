"""The style guide's chapters on the frames; the public one stands around the guide itself."""

import reflex as rx

from practice.components.buttons import anchor, button, link_button, lone_link
from practice.components.door import lock_sheet
from practice.components.icons import icon
from practice.components.navigation import Entry
from practice.components.people import badge
from practice.components.sections import facts, labelled, page_head, row, rows
from practice.components.shell import PortalNavigation, client_shell, therapist_shell
from practice.i18n import _, here
from practice.pages.styleguide.parts import CLIENT, PRACTICE, chapter

# A name is the same in every language.
SAMPLE_NAME = "Oskar"


def _entry(
    label: str, sign: str, *, count: int = 0, current: bool = False, short: str = ""
) -> Entry:
    counted = _("unread") if count else ""
    return Entry(label, here("/styleguide"), sign, current, count, counted, short)


def client() -> rx.Component:
    entries = [
        _entry(_("Home"), "house", current=True),
        _entry(_("Appointments"), "calendar-days", short=_("Times")),
        _entry(_("Messages"), "message-circle", count=1),
        _entry(_("Library"), "book-open"),
    ]
    who = anchor(
        SAMPLE_NAME, icon("chevron-down", small=True), href="#client", class_name="top-who"
    )
    waiting = rows(
        row(
            _("Pay for Thursday 12 November"),
            _("Individual session, €80.00"),
            button(_("Pay €80.00"), kind="tint"),
        ),
        row(
            _("Read and sign the consent to treatment"),
            _("Two pages, about four minutes. Nothing is locked meanwhile."),
            button(_("Read it")),
        ),
    )
    framed = client_shell(
        labelled("sample-waiting", _("Waiting for you"), waiting),
        labelled(
            "sample-library",
            _("Library"),
            rows(
                row(_("Ten slow breaths"), _("Recording, 3:40"), badge(_("New"), "leaf")),
                row(_("Sleep diary"), _("Worksheet, two pages"), badge(_("Half filled in"))),
            ),
            note=_("Chosen for you by Elena"),
        ),
        practice=PRACTICE,
        entries=entries,
        who=who,
        foot=[rx.el.span(_("Times are in London time.")), lone_link(_("Privacy"), "#client")],
        sample=True,
    )
    return chapter(
        "client",
        _("The client’s frame"),
        _("960 px, the names of sections at the side; four words at the foot of a phone."),
        rx.el.div(framed, class_name="guide-frame"),
        wide=True,
    )


def therapist() -> rx.Component:
    day = [
        _entry(_("Today"), "sun"),
        _entry(_("Week"), "calendar-days"),
        _entry(_("Clients"), "users", current=True),
        _entry(_("Messages"), "message-circle", count=2),
    ]
    navigation = PortalNavigation(
        first=day,
        then=[_entry(_("Library"), "book-open"), _entry(_("Money"), "receipt")],
        foot=[_entry(_("Settings"), "settings-2"), _entry(_("Lock"), "lock")],
        phone=[*day, _entry(_("More"), "menu")],
    )
    find = rx.el.button(
        icon("search"), _("Find"), rx.el.kbd(_("Ctrl K")), type="button", class_name="side-find"
    )
    framed = therapist_shell(
        page_head_sample(),
        rx.el.div(_remembered(), class_name="mt-9"),
        practice=PRACTICE,
        navigation=navigation,
        find=find,
        sample=True,
    )
    return chapter(
        "therapist",
        _("The therapist’s frame"),
        _("Places at the side, then up to 1064 px; five words at the foot of a phone."),
        rx.el.div(framed, class_name="guide-frame"),
        wide=True,
    )


def lock() -> rx.Component:
    return chapter(
        "lock",
        _("The lock"),
        _("Lies over every page of the portal after an hour without a move. A code opens it."),
        rx.el.div(lock_sheet(PRACTICE, "sample-lock"), class_name="guide-frame"),
        wide=True,
    )


def page_head_sample() -> rx.Component:
    return page_head(
        CLIENT,
        _("London, 10:12 there now"),
        link_button(_("Room, 11:30"), "#therapist", kind="primary", icon_name="video"),
        button(_("Book"), icon_name="plus"),
        button(_("Write"), kind="bare", icon_name="message-circle"),
        sample=True,
    )


def _remembered() -> rx.Component:
    return facts(
        [
            (_("Last note"), _("Slept better on the train than at home.")),
            (_("Stage"), badge(_("Ongoing since 11 September"), "leaf")),
            (_("Unpaid"), badge(_("€80.00 for 10 November"), "clay")),
        ]
    )
