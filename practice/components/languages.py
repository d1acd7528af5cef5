"""The way to the same page in the other language."""

from typing import Any

import reflex as rx

from practice.i18n import LANGUAGES, _, language, path_in

# Each language speaks for itself, so that the person who needs it can read it.
OWN_NAMES = {"en": "English", "it": "Italiano"}
INVITATIONS = {"en": "read in English", "it": "leggere in italiano"}


def language_links(path: str) -> rx.Component:
    """All languages by name. The path is the one without a language."""
    return rx.el.nav(
        *(_by_name(code, path) for code in LANGUAGES),
        aria_label=_("Language"),
        class_name="languages",
    )


def language_switch(path: str, *, look: str = "lang wide") -> rx.Component:
    """EN IT, as in the head of the public pages: both are shown, the link is the other one."""
    other = other_code()
    return rx.el.a(
        rx.el.b(language().upper(), lang=language()),
        f" {other.upper()}",
        rx.el.span(f" – {INVITATIONS[other]}", class_name="vh"),
        **_leads_to(other, path),
        class_name=look,
    )


def other_language(path: str) -> rx.Component:
    """For the foot, where it is on every page and also on a phone."""
    return rx.el.a(OWN_NAMES[other_code()], **_leads_to(other_code(), path))


def other_code() -> str:
    return next(code for code in LANGUAGES if code != language())


def _by_name(code: str, path: str) -> rx.Component:
    current: dict[str, Any] = {"aria_current": "true"} if code == language() else {}
    return rx.el.a(OWN_NAMES[code], **_leads_to(code, path), class_name="language-link", **current)


def _leads_to(code: str, path: str) -> dict[str, Any]:
    """A full page load: the language is compiled into the page."""
    return {
        "href": path_in(code, path),
        "reload_document": True,
        "lang": code,
        "href_lang": code,
    }
