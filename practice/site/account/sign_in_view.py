"""The door: asking for a link, the button behind it, and the second factor."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import reflex as rx

from practice import i18n
from practice.components import illustrations
from practice.components.native import native_form
from practice.domain.inputs import NAME_LENGTH
from practice.i18n import _, here
from practice.services.accounts.attach import Question
from practice.site.booking.views import details
from practice.site.document import form_fields, refused
from practice.site.document.single_message import alone


def ask(error: str = "", value: str = "") -> rx.Component:
    kind = {"type": "email", "autocomplete": "email"}
    field = _field("email", _("E-mail"), error, value, kind)
    return refused.door(
        _("Sign in"),
        rx.el.p(_("There is no password. You get a letter with a link that opens your pages.")),
        _form(here("/sign-in"), field, button=_("Send the link")),
        rx.el.p(
            _("You have no account yet? It opens with your first call."), class_name="door-note"
        ),
    )


def sent() -> rx.Component:
    return refused.door(
        _("Look in your mailbox"),
        rx.el.p(
            _(
                "If there is an account under this address, a letter is on its way. Its link "
                "works for fifteen minutes, and once."
            )
        ),
        rx.el.p(
            _("Nothing after a few minutes? Look among the unwanted letters, or"),
            " ",
            rx.el.a(_("ask for another"), href=here("/sign-in"), class_name="link"),
            ".",
            class_name="door-note",
        ),
    )


def confirm() -> rx.Component:
    return refused.door(
        _("Welcome back"),
        rx.el.p(_("One step more, so that no mail program signs in before you.")),
        _form(here("/sign-in/confirm"), button=_("Sign in")),
    )


def confirm_elsewhere(device: str, asked_at: str) -> rx.Component:
    """Another browser asked for this link: the person says whether that was they."""
    where = device or _("another browser")
    return refused.door(
        _("Was it you who asked?"),
        rx.el.p(
            _("This link was asked for at {time}, with {device}.").format(
                time=asked_at, device=where
            )
        ),
        rx.el.p(_("If that was not you, close this page. Nothing has happened.")),
        _form(
            here("/sign-in/confirm"),
            _hidden("it_was_me", "yes"),
            button=_("It was me, sign in"),
        ),
    )


def confirm_booked(question: Question, mailbox: str, device: str) -> rx.Component:
    """A booking's letter brought this link, and anybody can book under anybody's address: the
    page says where the button signs in, and for what."""
    with_what = _("It was booked {day}, with {device}.").format(
        day=_when(question.booked_at, question.zone), device=device or _("a browser we do not know")
    )
    return refused.door(
        _("Was this you?"),
        _asked_about(question),
        rx.el.p(with_what),
        rx.el.p(
            _("If it was you, this browser is signed in as {mailbox}.").format(mailbox=mailbox)
        ),
        _form(
            here("/sign-in/confirm"), _hidden("it_was_me", "yes"), button=_("It was me, sign in")
        ),
        _deny(here("/sign-in/confirm"), _hidden("it_was_me", "no")),
    )


def was_it_you(question: Question) -> rx.Component:
    """Asked about each booking; nothing of it is anybody's before the answer."""
    call = _hidden("call", question.reference)
    path = here("/sign-in/was-it-you")
    return refused.door(
        _("Was this you?"),
        _asked_about(question),
        rx.el.p(_("It was booked {day}.").format(day=_when(question.booked_at, question.zone))),
        _form(path, call, _hidden("was_me", "yes"), button=_("Yes, that was me")),
        _deny(path, call, _hidden("was_me", "no")),
    )


def _asked_about(question: Question) -> rx.Component:
    asked = _(
        "Somebody booked a call under your e-mail address, for {time}, in the name of {name}."
    )
    time = _when(question.starts_at, question.zone)
    return rx.el.p(asked.format(time=time, name=question.name))


def _when(moment: datetime, zone: str) -> str:
    day = moment.astimezone(ZoneInfo(zone)).date()
    return f"{i18n.day_and_date(day)}, {i18n.clock_time(moment, zone)}"


def _deny(path: str, *fields: rx.Component) -> rx.Component:
    button = rx.el.button(_("No, that was not me"), type="submit", class_name="btn")
    return rx.fragment(
        native_form(*fields, button, action=path, class_name="door-form"),
        rx.el.p(_("Then the call is cancelled, and I am told."), class_name="door-note"),
    )


def _hidden(name: str, value: str) -> rx.Component:
    return rx.el.input(type="hidden", name=name, custom_attrs={"value": value})


def denied() -> rx.Component:
    return refused.door(
        _("Thank you for telling me"),
        rx.el.p(_("The call has been cancelled, and nothing of it is kept in your name.")),
        rx.el.a(_("To the home page"), href=here("/"), class_name="btn"),
    )


def gone(*, may_have_another: bool) -> rx.Component:
    """Who came by a link gets the next one without writing the address again."""
    again = native_form(
        rx.el.button(_("Send me a new link"), type="submit", class_name="btn primary big"),
        action=here("/sign-in/again"),
    )
    ask = rx.el.a(_("Ask for a new link"), href=here("/sign-in"), class_name="btn primary big")
    return alone(
        illustrations.lamp(),
        _("This link does not open anything any more"),
        rx.el.p(_("A link works for fifteen minutes and once, and a newer one takes its place.")),
        again if may_have_another else ask,
    )


def introduce(version: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> rx.Component:
    """Whoever reads this mailbox says who they are; nothing that was typed before is shown."""
    tick = bool(version) and typed.get("privacy_version") == version
    name = form_fields.entry(
        "name",
        _("Name"),
        typed.get("name", ""),
        error=errors.get("name", ""),
        autocomplete="name",
        maxlength=str(NAME_LENGTH),
    )
    phone = form_fields.entry(
        "phone",
        _("Phone"),
        typed.get("phone", ""),
        error=errors.get("phone", ""),
        hint=_("Only if the connection fails, or to call you."),
        type="tel",
        autocomplete="tel",
    )
    return refused.door(
        _("What is your name?"),
        rx.el.p(
            _(
                "Thank you, your e-mail is confirmed. Tell me your name and number, then choose "
                "your time."
            )
        ),
        _form(
            here("/sign-in/name"),
            name,
            phone,
            details.consent(version, checked=tick, error=errors.get("privacy_version", "")),
            button=_("Go on to the times"),
        ),
        rx.el.p(
            _("If you did not want to book, close this page. Nothing has been booked for you."),
            class_name="door-note",
        ),
    )


def which(calls: list[tuple[str, str]]) -> rx.Component:
    """One open call for each person: theirs to say which."""
    choices = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name="keep",
                custom_attrs={"value": reference, "required": "required"},
            ),
            said,
            class_name="door-choice",
        )
        for reference, said in calls
    ]
    return refused.door(
        _("Which call shall stay?"),
        rx.el.p(
            _("There are {count} first calls under your address. One is enough.").format(
                count=len(calls)
            )
        ),
        _form(
            here("/sign-in/which"),
            rx.el.fieldset(
                rx.el.legend(_("Your calls"), class_name="vh"), *choices, class_name="door-choices"
            ),
            button=_("Keep this one"),
        ),
        rx.el.p(
            rx.el.a(_("Decide later"), href=here("/me"), class_name="link"), class_name="door-note"
        ),
    )


def code(error: str = "") -> rx.Component:
    return refused.door(
        _("Your code"),
        rx.el.p(_("Six digits from your authenticator, or one of the codes you keep on paper.")),
        _form(here("/sign-in/code"), _code_field(error), button=_("Go on")),
    )


def enrol(picture: str, secret: str, error: str = "") -> rx.Component:
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return refused.door(
        _("A second key"),
        rx.el.p(
            _(
                "What your clients tell you is behind this door, so it gets a second lock. Scan "
                "this with an authenticator app, then write the six digits it shows."
            )
        ),
        rx.el.img(
            src=picture,
            alt=_("The same as the letters below, for an app to scan"),
            class_name="door-picture",
            custom_attrs={"width": "208", "height": "208"},
        ),
        rx.el.p(_("Or type these letters:"), " ", rx.el.code(grouped, class_name="num")),
        _form(here("/sign-in/code"), _code_field(error), button=_("Turn it on")),
    )


def recovery(codes: list[str], onward: str) -> rx.Component:
    return refused.door(
        _("Keep these on paper"),
        rx.el.p(
            _(
                "Each opens the door once, for the day your telephone is lost. They are shown "
                "now and never again."
            )
        ),
        rx.el.ul(*(rx.el.li(rx.el.code(one)) for one in codes), class_name="door-codes num"),
        rx.el.a(_("I have written them down"), href=onward, class_name="btn primary big"),
    )


def _form(action: str, *fields: rx.Component, button: str) -> rx.Component:
    send = rx.el.button(button, type="submit", class_name="btn primary big")
    return native_form(*fields, send, action=action, class_name="door-form")


def _code_field(error: str) -> rx.Component:
    return _field("code", _("Code"), error, "", {"type": "text", "autocomplete": "one-time-code"})


def _field(
    name: str, label: str, error: str, value: str, attributes: dict[str, str]
) -> rx.Component:
    told = {"aria-invalid": "true", "aria-describedby": f"door-{name}-error"} if error else {}
    own = {"id": f"door-{name}", "name": name, "value": value, "required": "required"}
    problem = rx.el.p(error, id=f"door-{name}-error", class_name="entry-error", role="alert")
    return rx.el.div(
        rx.el.label(label, html_for=f"door-{name}", class_name="entry-label"),
        rx.el.input(class_name="entry-box", custom_attrs={**attributes, **own, **told}),
        problem if error else rx.fragment(),
        class_name="entry",
    )
