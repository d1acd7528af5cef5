"""The style guide's chapters on notices, dialogs, cards, tables and the states of a view."""

import reflex as rx

from practice.components import dialogs as d
from practice.components import feedback
from practice.components import notices as n
from practice.components.buttons import actions, button, lone_link, text_link
from practice.components.cards import Plate, bookplate, card
from practice.components.fields import Field, text_field
from practice.components.people import badge, person
from practice.components.tables import Column, table, table_row
from practice.components.tabs import Tab, tabs
from practice.i18n import _, money
from practice.pages.styleguide.parts import CLIENT, chapter
from practice.state.styleguide import StyleguideState

SAMPLE_REFERENCE = "amber 17"


def notices() -> rx.Component:
    again = button(_("Write again"), kind="bare")
    # live=False: these stand here from the start, so nothing has happened that should be heard.
    return chapter(
        "notices",
        _("Notices"),
        _("Clay is for now, owed and waiting. Berry only for what went wrong."),
        n.notice("info", _("Times are shown in London time."), live=False),
        n.notice("success", _("Your letter is on its way."), live=False),
        n.notice(
            "attention",
            _("That time has just been taken."),
            _("What you typed is kept. These are free on the same day."),
            live=False,
        ),
        n.notice(
            "error",
            _("The letter to Junia could not be delivered."),
            _("Her address answered that the mailbox is full. Nothing was lost."),
            action=again,
            live=False,
        ),
        actions(button(_("Let the server fail"), on_click=StyleguideState.fail)),
    )


def dialogs() -> rx.Component:
    more = d.dialog(
        _("What is stored?"),
        _("What is stored about you"),
        _("Your name, how to reach you, your appointments and what you both write here."),
        text_field(Field("find", _("Find a word in it"), optional=True), auto_complete="off"),
    )
    question = d.Question(
        _("Cancel this appointment?"),
        _("Thursday 26 November, 16:00. It costs nothing until Wednesday at 16:00."),
        action=_("Cancel the appointment"),
        sending=_("Cancelling it"),
    )
    asked = d.confirm(
        question,
        opened=StyleguideState.asking,
        on_open_change=StyleguideState.answer_asked,
        on_confirm=StyleguideState.remove,
        answer=StyleguideState.answer,
    )
    gone = rx.cond(
        StyleguideState.removed, n.success(_("The appointment is cancelled.")), rx.fragment()
    )
    return chapter(
        "dialogs",
        _("Dialogs"),
        _("A title, a sentence, and buttons that say what they do. Escape leaves without change."),
        actions(more, d.opener(_("Cancel an appointment"), StyleguideState.ask), asked),
        gone,
    )


def cards() -> rx.Component:
    return chapter(
        "cards",
        _("Cards"),
        _("Boxes are for what is used in place. The bookplate holds an appointment."),
        card(
            _("Private notes"),
            rx.el.p(_("Begin with the packing, not with the sister.")),
            aside=_("Only you can read these"),
            foot=[rx.el.span(_("Saved at 11:04")), lone_link(_("Add a promise"), "#cards")],
        ),
        bookplate(_("Your appointment"), _sample_plate()),
    )


def _sample_plate() -> Plate:
    return Plate(
        weekday=_("Tuesday"),
        day=rx.el.time(_("13 October"), date_time="2026-10-13T15:40+02:00"),
        hours="15:40 – 16:00",
        facts=[
            ("globe", _("Trieste time")),
            ("video", _("By video")),
            ("check", _("Free of charge")),
        ],
        reference=[_("Reference"), rx.el.b(SAMPLE_REFERENCE)],
    )


def tabs_and_table() -> rx.Component:
    columns = [Column(_("Session")), Column(_("Paid by")), Column(_("Sum"), number=True)]
    receipts = table(
        _("Receipts"),
        columns,
        table_row(columns, _("10 November"), _("Card"), money(8000, "EUR")),
        table_row(columns, _("27 October"), _("In the room"), money(8000, "EUR")),
        table_row(columns, _("15 October"), _("Package"), money(7200, "EUR")),
    )
    owed = rx.el.p(_("Nothing is owed."), class_name="soft")
    letters = rx.el.p(_("Two letters were sent in November."), class_name="soft")
    return chapter(
        "tables",
        _("Tabs and tables"),
        _("Arrow keys move between tabs. On a phone each row becomes a list."),
        tabs(
            _("Money"),
            Tab("receipts", _("Receipts"), receipts),
            Tab("owed", _("Owed"), owed),
            Tab("letters", _("Letters"), letters),
        ),
    )


def views() -> rx.Component:
    return chapter(
        "views",
        _("States of a view"),
        _("Loading has the final size, empty offers a step, failed loses nothing."),
        feedback.loading_rows(2),
        feedback.empty(
            _("Nothing here yet"),
            _("Recordings and worksheets chosen for you will be here."),
            button(_("Write to Elena"), icon_name="message-circle"),
        ),
        feedback.failed(
            _("The connection was lost for a moment. What you wrote is still here."),
            button(_("Try again"), on_click=StyleguideState.fail),
        ),
        feedback.locked(
            _("Sessions open after the free first call."),
            text_link(_("Book the call"), "#views"),
        ),
    )


def people() -> rx.Component:
    return chapter(
        "people",
        _("People and states"),
        _("Initials beside a name, states in words."),
        person(CLIENT, _("London, session 9")),
        rx.el.div(
            badge(_("New")),
            badge(_("Ongoing"), "leaf"),
            badge(_("To close"), "clay"),
            badge(_("Not delivered"), "berry"),
            badge(_("Noted"), icon_name="check"),
            badge(_("Video"), icon_name="video"),
            class_name="flex flex-wrap gap-x-6 gap-y-2",
        ),
    )
