"""That time has just been taken: the nearest free ones, and nothing that was typed is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import reflex as rx

from practice.i18n import _, clock_time, sentence
from practice.i18n import clocks as i18n_clocks
from practice.letters.phrases import HOW
from practice.site.booking.selection import Sight
from practice.site.booking.views.choose_time import Booking, keeping
from practice.site.booking.views.clocks import clocks_line
from practice.site.booking.views.picker import Ways, picker
from practice.wording import booking as wording_booking
from practice.wording import times

# As many as the stylesheet knows by name.
MOST = 3


@dataclass(frozen=True)
class Lost:
    """The time that is gone, and those that are nearest to it, by one clock."""

    start: datetime
    nearest: Sequence[datetime]
    # Taken by somebody, or never offered.
    was_offered: bool = True


def title(lost: Lost) -> str:
    if lost.was_offered:
        return _("That time has just been taken")
    return _("That time cannot be booked")


def head(lost: Lost, zone: str, kept: str) -> rx.Component:
    return rx.el.div(
        rx.el.h1(title(lost)),
        rx.el.p(
            *([_somebody(lost, zone), " "] if lost.was_offered else []), kept, class_name="soft"
        ),
        class_name="page-title",
        role="alert",
    )


def _somebody(lost: Lost, zone: str) -> str:
    said = _("Somebody chose {time} on {weekday} a moment before you.")
    return said.format(
        time=clock_time(lost.start, zone), weekday=i18n_clocks.weekday(lost.start, zone)
    )


def nearest(lost: Lost, clocks: str, zone: str, verb: str) -> rx.Component:
    """As cards; the one button names what is chosen, where the browser can tell."""
    if not lost.nearest:
        return rx.el.section(
            rx.el.header(rx.el.h2(_("Nothing near it is free"))),
            rx.el.p(_("Below are all the free times there are.")),
            class_name="ch lost",
        )
    cards = [_card(lost, one, at, zone) for at, one in enumerate(lost.nearest[:MOST])]
    return rx.el.section(
        rx.el.header(
            rx.el.h2(_("These are free")),
            rx.el.p(_("The nearest to the one you chose, by {clocks}.").format(clocks=clocks)),
        ),
        rx.el.fieldset(
            rx.el.legend(
                _("Free times near {time}").format(time=times.day_and_time(lost.start, zone)),
                class_name="vh",
            ),
            rx.el.div(*cards, class_name="alts"),
            rx.el.div(
                rx.el.button(
                    *_named(lost, zone, verb), type="submit", class_name="btn primary big"
                ),
                rx.el.a(_("See all free times"), href="#all", class_name="link"),
                class_name="acts",
            ),
        ),
        class_name="ch lost",
    )


def _card(lost: Lost, one: datetime, at: int, zone: str) -> rx.Component:
    there, wished = i18n_clocks.local(one, zone), i18n_clocks.local(lost.start, zone)
    box = rx.el.input(
        type="radio",
        name="start",
        class_name="dot",
        id=f"near-{at}",
        custom_attrs={
            "value": one.isoformat(),
            **({"checked": True, "autofocus": True} if at == 0 else {}),
        },
    )
    return rx.el.label(
        box,
        rx.el.b(rx.el.time(clock_time(one, zone), date_time=there.isoformat())),
        rx.el.span(
            rx.el.span(sentence(times.day_of(one, zone))),
            rx.el.small(wording_booking.how_near(there, wished)),
        ),
        class_name="alt",
    )


def _named(lost: Lost, zone: str, verb: str) -> list[rx.Component]:
    """One name for each card; the stylesheet shows that of the chosen one."""
    named = [
        rx.el.span(
            verb.format(weekday=i18n_clocks.weekday(one, zone), time=clock_time(one, zone)),
            class_name=f"named named-{at}",
        )
        for at, one in enumerate(lost.nearest[:MOST])
    ]
    return [*named, rx.el.span(_("Take the chosen time"), class_name="unnamed")]


def view(booking: Booking, lost: Lost) -> rx.Component:
    zone = booking.zone
    clocks = wording_booking.clocks(booking.desk, zone, lost.start)
    return keeping(
        booking,
        head(lost, zone, _("Nothing you wrote is lost.")),
        nearest(lost, clocks, zone, _("Book {weekday} at {time}")),
        _written(booking),
        every_time(
            booking.sight, booking.ways, clocks_line(booking.sight, booking.ways, booking.desk)
        ),
    )


def every_time(sight: Sight, ways: Ways, clock: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.header(rx.el.h2(_("All free times")), clock),
        picker(sight, ways),
        class_name="ch",
        id="all",
    )


def _written(booking: Booking) -> rx.Component:
    """What was typed, and a way to change each; of who is signed in only what was."""
    desk, typed = booking.desk, booking.typed
    place = typed.chosen_place(booking.kind)
    rows = [
        (_("Name"), _("Change the name"), "name", typed.name),
        (_("E-mail"), _("Change the e-mail"), "email", typed.email),
        (_("Phone"), _("Change the phone number"), "phone", typed.phone),
        (_("We talk"), _("Change how we talk"), "place", _(HOW[place]) if place else ""),
        (_("Your note"), _("Change the note"), "note", typed.note),
    ]
    shown = [
        row for row in rows if row[3] and not (desk.own and row[2] in {"name", "email", "phone"})
    ]
    if not shown:
        return rx.fragment()
    return rx.el.section(
        rx.el.header(rx.el.h2(_("What you wrote")), rx.el.p(_("Kept as it was."))),
        rx.el.dl(*(_row(*row) for row in shown), class_name="kept"),
        class_name="ch",
    )


def _row(name: str, change: str, edits: str, said: str) -> rx.Component:
    own = {"name": "look", "value": f"edit={edits}", "formnovalidate": True, "aria-label": change}
    button = rx.el.button(_("Change"), type="submit", class_name="plain", custom_attrs=own)
    return rx.el.div(rx.el.dt(name), rx.el.dd(rx.el.span(said), button))
