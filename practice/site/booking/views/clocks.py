"""Which clock the shown times are by, and the way to another."""

from functools import cache
from html import escape

import reflex as rx

from practice.components.icons import icon
from practice.components.native import native_form
from practice.i18n import _, language, sentence, speaking
from practice.site.booking.selection import OPEN, Sight
from practice.site.booking.views.picker import Ways, query
from practice.site.document.renderer import to_html
from practice.wording import booking, zones
from practice.wording.booking import Home


def clocks_line(sight: Sight, ways: Ways, home: Home) -> rx.Component:
    """Which clock all this is by, and the way to another."""
    clocks = sentence(booking.clocks(home, sight.zone.key, sight.at))
    said = [icon("globe", small=True), rx.el.span(clocks, ".")]
    if sight.look.is_zone_strange:
        unknown = _("The time zone that was asked for is not known here.")
        said.append(rx.el.span(" ", unknown))
    if sight.look.lists_zones:
        return rx.el.div(*said, _zones(sight, ways), class_name="zone", id="clock")
    day = {"day": sight.day.on} if sight.day else {"from": sight.month}
    told = query(sight, ways, zones=OPEN, **day)
    change = ways.to(
        _("Change"),
        rx.el.span(" ", _("the time zone"), class_name="vh"),
        query=told,
        at="clock",
        look="plain",
    )
    return rx.el.div(*said, " ", change, class_name="zone", id="clock")


def _zones(sight: Sight, ways: Ways) -> rx.Component:
    day = {"day": sight.day.on} if sight.day else {"from": sight.month}
    show = _("Show the times there")
    field = rx.el.div(
        rx.el.label(_("Time zone"), html_for="tz", class_name="entry-label"),
        rx.el.div(
            rx.el.select(
                id="tz",
                name="tz",
                class_name="entry-box",
                custom_attrs={"dangerouslySetInnerHTML": {"__html": _options(sight.zone.key)}},
            ),
            icon("chevron-down"),
            class_name="entry-select",
        ),
        class_name="entry",
    )
    if ways.keeps_what_was_typed:
        own = {"name": "look", "value": sight.query(has_clock=False, **day), "formnovalidate": True}
        return rx.el.div(
            field,
            rx.el.button(show, type="submit", class_name="btn", custom_attrs=own),
            class_name="zones-list",
        )
    hidden = [
        rx.el.input(type="hidden", name=name, custom_attrs={"value": on.isoformat()})
        for name, on in day.items()
    ]
    return native_form(
        field,
        *hidden,
        rx.el.button(show, type="submit", class_name="btn"),
        action=f"{ways.address}#times",
        method="get",
        class_name="zones-list",
    )


def _options(chosen: str) -> str:
    """What is chosen is there, also under a name that the list does not have."""
    listed = _listed(language())
    plain = to_html(_option(chosen, chosen)).partition(">")[0] + ">"
    marked = plain.replace(">", " selected>")
    if plain in listed:
        return listed.replace(plain, marked, 1)
    return f"{marked}{escape(chosen)}</option>{listed}"


@cache
def _listed(code: str) -> str:
    """Four hundred places by regions, as HTML: drawn once, because it takes 15 ms or more."""
    with speaking(code):
        return "".join(
            to_html(rx.el.optgroup(*(_option(zone, name) for zone, name in of), label=region))
            for region, of in zones.zones().items()
        )


def _option(zone: str, name: str) -> rx.Component:
    return rx.el.option(name, custom_attrs={"value": zone})
