"""The style guide's chapters on colour, type and buttons; contrast is computed, not claimed."""

import re
from pathlib import Path

import reflex as rx
from babel import numbers

from practice.components import buttons as b
from practice.i18n import _, locale
from practice.pages.styleguide.parts import chapter

TOKENS = Path(__file__).parents[3] / "assets" / "styles" / "tokens.css"
COLOUR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
LETTERS = "Aa"
TEXT = 4.5
CONTROL = 3.0
# A colour, the ground it stands on, and what the pair must reach.
PAIRS = (
    ("ink", "paper", TEXT),
    ("ink-soft", "paper", TEXT),
    ("ink-soft", "surface", TEXT),
    ("ink-soft", "sunken", TEXT),
    ("leaf", "paper", TEXT),
    ("leaf-ink", "leaf", TEXT),
    ("leaf", "leaf-soft", TEXT),
    ("ink-soft", "leaf-soft", TEXT),
    ("clay-text", "paper", TEXT),
    ("ink-soft", "clay-soft", TEXT),
    ("berry", "paper", TEXT),
    ("berry", "berry-soft", TEXT),
    ("ink-soft", "berry-soft", TEXT),
    ("edge", "surface", CONTROL),
    ("edge", "paper", CONTROL),
)


def colours() -> rx.Component:
    return chapter(
        "colours",
        _("Colours"),
        _("Each pair with its contrast, light and dark. Text needs 4.5, controls need 3."),
        rx.el.ul(*(_swatch(*pair) for pair in PAIRS), class_name="guide-swatches"),
    )


def _swatch(text: str, ground: str, needed: float) -> rx.Component:
    light, dark = (contrast(text, ground, theme) for theme in (0, 1))
    enough = _("enough") if min(light, dark) >= needed else _("too little")
    is_text = needed > CONTROL
    sample = rx.el.i(
        LETTERS if is_text else "",
        aria_hidden="true",
        class_name="" if is_text else "is-control",
        style={"--ground": f"var(--{ground})", "--shown": f"var(--{text})"},
    )
    figures = _("{light} and {dark}, {enough}").format(
        light=_figure(light), dark=_figure(dark), enough=enough
    )
    pair = _("{text} on {ground}").format(text=text, ground=ground)
    return rx.el.li(sample, rx.el.b(pair), rx.el.span(figures, class_name="num"))


def _figure(ratio: float) -> str:
    return numbers.format_decimal(ratio, "0.0", locale=locale())


def contrast(text: str, ground: str, theme: int) -> float:
    """As WCAG 2.2 defines it; theme 0 is light, 1 is dark."""
    found = {name: values for name, *values in COLOUR.findall(TOKENS.read_text())}
    low, high = sorted(_luminance(found[name][theme]) for name in (text, ground))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def types() -> rx.Component:
    scale = (
        ("t44", _("Thursday 26 November"), "serif"),
        ("t32", _("Junia Hartwell"), "serif"),
        ("t25", _("A free discovery call"), "serif"),
        ("t20", _("Waiting for you"), "serif"),
        ("t17", _("Three stops counts. Tell me on Thursday which one you reached for."), "sans"),
        ("t15", _("Individual session, by video, 50 minutes"), "sans"),
        ("t14", _("16:00 – 16:50, your time, London"), "sans"),
    )
    return chapter(
        "types",
        _("Type"),
        _("Fraunces names people, days and sections. Figtree says everything else."),
        rx.el.div(*(_line(*step) for step in scale), class_name="guide-types"),
    )


def _line(size: str, words: str, family: str) -> rx.Component:
    look = {
        "fontSize": f"var(--{size})",
        "fontFamily": f"var(--{family})",
        "lineHeight": "1.25",
    }
    name = "Fraunces" if family == "serif" else "Figtree"
    return rx.el.div(
        rx.el.small(f"{name} {size.removeprefix('t')}", class_name="num"),
        rx.el.p(words, style=look),
    )


def buttons() -> rx.Component:
    return chapter(
        "buttons",
        _("Buttons"),
        _("One filled button per screen. The likely answer is tinted, the rare one bare."),
        b.actions(
            b.button(_("Book this time"), kind="primary", big=True),
            b.button(_("Open the room"), kind="primary", icon_name="video"),
            b.button(_("Continue"), kind="tint"),
            b.button(_("Move"), icon_name="clock"),
            b.button(_("Write"), kind="bare", icon_name="message-circle"),
            b.button(_("Delete the note"), kind="danger"),
        ),
        b.actions(
            b.icon_button(_("Month before"), "chevron-left"),
            b.icon_button(_("Month after"), "chevron-right"),
            # As while it is being sent; the form below does it for real.
            rx.el.span(
                b.submit(_("Send the link"), _("Sending the link")),
                custom_attrs={"data-waiting": "true"},
            ),
            b.link_button(_("A link as a button"), "#buttons"),
            b.lone_link(_("A link alone"), "#buttons"),
        ),
    )
