"""How was it? Asked once, in one field, and thanked for."""

from zoneinfo import ZoneInfo

import reflex as rx

from practice.components.native import native_form
from practice.domain.inputs import NOTE_LENGTH
from practice.i18n import _, day_and_date
from practice.services.feedback import Question

FIELD = "feedback-words"


def title(asked: Question) -> str:
    if asked.is_over:
        return _("This question is closed")
    if not asked.is_given:
        return _("How was it?")
    return _("Thank you") if asked.words else _("Taken back")


def description() -> str:
    return _("A question after a session, for the one who was there.")


def view(asked: Question, address: str, error: str = "") -> rx.Component:
    return rx.el.div(
        rx.el.h1(title(asked)),
        rx.el.p(_lead(asked)),
        native_form(
            _field(asked.words, error),
            rx.el.button(_action(asked), type="submit", class_name="btn primary big"),
            action=address,
            class_name="door-form",
        ),
        rx.el.p(_about(asked), class_name="door-note"),
        class_name="door wrap",
    )


def over(asked: Question) -> rx.Component:
    """Thirty days after the letter: no dead end, and nothing of what was said."""
    closed = _(
        "It was open for thirty days. What you would like to say is still welcome: answer any of "
        "my letters, or tell me when we meet."
    )
    return rx.el.div(
        rx.el.h1(title(asked)),
        rx.el.p(closed),
        rx.el.p(_about(asked), class_name="door-note"),
        class_name="door wrap",
    )


def _lead(asked: Question) -> str:
    if not asked.is_given:
        return _(
            "What was good, what was missing, what you wish for next time. A sentence is enough."
        )
    if asked.words:
        return _("Your words have arrived. You can still change them.")
    return _("What you wrote is gone. You can write again, if you like.")


def _about(asked: Question) -> str:
    day = day_and_date(asked.starts_at.astimezone(ZoneInfo(asked.zone)).date())
    return _(
        "About: {session}, {day}. Only your therapist reads this; it appears nowhere else."
    ).format(session=asked.session, day=day)


def _action(asked: Question) -> str:
    return _("Change it") if asked.is_given else _("Send it")


def _field(words: str, error: str) -> rx.Component:
    told = {"aria-invalid": "true"} if error else {}
    hint = f"{FIELD}-error {FIELD}-hint" if error else f"{FIELD}-hint"
    problem = rx.el.p(error, id=f"{FIELD}-error", class_name="entry-error", role="alert")
    own = {"id": FIELD, "name": "words", "rows": "7", "maxlength": str(NOTE_LENGTH)}
    return rx.el.div(
        rx.el.label(_("Your words"), html_for=FIELD, class_name="entry-label"),
        rx.el.textarea(
            # A browser swallows the first line break of a field.
            "\n" + words,
            class_name="entry-box entry-area",
            custom_attrs={**own, "aria-describedby": hint, **told},
        ),
        problem if error else rx.fragment(),
        rx.el.p(
            _("You can change it through the same link for thirty days after the letter."),
            id=f"{FIELD}-hint",
            class_name="entry-hint",
        ),
        class_name="entry",
    )
