"""What every page asks a browser for beside its stylesheet: fonts, marks, the colour around it."""

import reflex as rx

# What every page shows; the browser asks by itself for the rest when a name needs it.
FONTS = ("/fonts/fraunces-5.3.0-core-2.woff2", "/fonts/figtree-5.3.0-core-2.woff2")
# The paper of tokens.css once more: a <meta> cannot read a variable.
PAPER = {"light": "#fbf8f3", "dark": "#171916"}


def head_of_every_page() -> list[rx.Component]:
    return [
        *(_preloaded(font) for font in FONTS),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icon-180.png"),
        *(_colour(scheme, colour) for scheme, colour in PAPER.items()),
    ]


def _preloaded(font: str) -> rx.Component:
    return rx.el.link(
        rel="preload",
        href=font,
        type="font/woff2",
        cross_origin="anonymous",
        custom_attrs={"as": "font"},
    )


def _colour(scheme: str, colour: str) -> rx.Component:
    media = f"(prefers-color-scheme: {scheme})"
    return rx.el.meta(name="theme-color", content=colour, custom_attrs={"media": media})
