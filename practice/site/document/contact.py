"""Ways to reach the therapist, as links: the e-mail with its subject, the number to dial."""

import re
from urllib.parse import quote

import reflex as rx

from practice.domain.content import Profile
from practice.i18n import _


def mailto(profile: Profile) -> str:
    """A letter that is already about the call."""
    subject = _("Free discovery call")
    return f"mailto:{profile.email}?subject={quote(subject)}"


def write_button(profile: Profile, label: str, *, big: bool = False) -> rx.Component:
    look = "btn primary big" if big else "btn primary"
    return rx.el.a(label, href=mailto(profile), class_name=look)


def email_link(profile: Profile) -> rx.Component:
    """Where the line is too short, the address breaks before its domain."""
    name, at, domain = profile.email.partition("@")
    shown = rx.el.span(name + at, rx.el.wbr(), domain)
    return rx.el.a(shown, href=f"mailto:{profile.email}")


def dial(number: str) -> str:
    return "tel:" + re.sub(r"[^\d+]", "", number)


def phone_link(profile: Profile) -> rx.Component:
    return rx.el.a(profile.phone, href=dial(profile.phone), class_name="num")


def address(profile: Profile) -> rx.Component:
    lines = profile.address.strip().split("\n")
    first, *rest = (line.strip() for line in lines)
    return rx.el.address(first, *(part for line in rest for part in (rx.el.br(), line)))
