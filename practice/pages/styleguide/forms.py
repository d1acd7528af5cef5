"""The style guide's chapters on fields and on a form that really goes to the server."""

import reflex as rx

from practice.components.buttons import in_sentence, submit, text_link
from practice.components.choices import Choice, checkbox, choice_cards
from practice.components.fields import (
    Field,
    email_field,
    field_pair,
    in_form,
    kept_area,
    phone_field,
    select_field,
    text_area,
    text_field,
)
from practice.components.forms import error_summary, form, form_end
from practice.components.notices import success
from practice.i18n import _
from practice.pages.styleguide.parts import chapter
from practice.state.styleguide import SAMPLE_DRAFT, SampleDraftState, StyleguideState


def fields() -> rx.Component:
    zones = [("Europe/Rome", _("Trieste time")), ("Europe/London", _("London time"))]
    return chapter(
        "fields",
        _("Fields"),
        _("A label, a control, and what is wrong directly below it."),
        field_pair(*_short_fields()),
        select_field(Field("zone", _("Time zone")), zones),
        text_area(Field("note", _("Anything I should know?"), optional=True)),
        kept_area(
            Field("kept", _("A letter to Junia"), hint=_("Kept while you write, after a pause.")),
            SAMPLE_DRAFT,
            by=SampleDraftState,
        ),
        choice_cards(Field("letters", _("Which letters do you want?"), "all"), _letters()),
        choice_cards(
            Field("talks", _("And in which language?"), error=_("Please choose a language.")),
            [Choice("en", _("English")), Choice("it", _("Italian"))],
        ),
        checkbox(Field("quiet", _("Send nothing between 21:00 and 08:00"), "yes", optional=True)),
        checkbox(Field("read", _("I have read both pages."), error=_("I need your yes to go on."))),
    )


def _short_fields() -> list[rx.Component]:
    wrong = Field(
        "wrong",
        _("E-mail"),
        value="giulia.example.org",
        hint=_("The link to the call goes here."),
        error=_("That address has no @ in it."),
    )
    called = Field("called", _("What shall I call you?"), value="Giulia", optional=True)
    return [
        text_field(Field("plain", _("Name")), auto_complete="off"),
        text_field(called, auto_complete="off"),
        phone_field(Field("hinted", _("Phone"), hint=_("Only if the connection fails."))),
        email_field(wrong),
    ]


def _letters() -> list[Choice]:
    return [
        Choice("all", _("All of them"), _("Reminders and news from the library")),
        Choice("few", _("Only reminders"), _("The day before an appointment")),
    ]


def live_form() -> rx.Component:
    field = in_form("guide", StyleguideState.errors)
    talk = field("place", _("How shall we talk?"))
    address = field("email", _("E-mail"), hint=_("The link to the call goes here."))
    thanks = success(StyleguideState.thanks)
    return chapter(
        "form",
        _("A form"),
        _("Send it empty: what is wrong is said above and at the field, and nothing is lost."),
        form(
            error_summary(
                StyleguideState.errors, ["place", "name", "email", "consent"], form_id="guide"
            ),
            choice_cards(talk, [Choice("video", _("By video")), Choice("phone", _("By phone"))]),
            text_field(field("name", _("Name")), auto_complete="name"),
            field_pair(
                email_field(address), phone_field(field("phone", _("Phone"), optional=True))
            ),
            checkbox(field("consent", _consent())),
            form_end(
                submit(_("Book this time"), _("Booking this time"), big=True),
                note=_("No account, no card. You can move or cancel from the letter you receive."),
            ),
            rx.cond(StyleguideState.thanks != "", thanks, rx.fragment()),
            on_submit=StyleguideState.submit,
            answer=StyleguideState.answer,
        ),
    )


def _consent() -> rx.Component:
    return in_sentence(
        _("I have read the {link} and agree that these details are kept."),
        text_link(_("privacy text"), "#form"),
    )
