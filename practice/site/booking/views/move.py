"""Another time for a booking: chosen, confirmed, or lost to somebody at the last moment."""

import reflex as rx

from practice.components.icons import icon
from practice.components.native import native_form
from practice.components.notices import notice
from practice.domain.availability import hours as availability_hours
from practice.domain.booking.status import Status
from practice.i18n import _, clock_time, hours_between
from practice.i18n import clocks as i18n_clocks
from practice.services.booking.management_page import Bookplate
from practice.site.booking.selection import Sight
from practice.site.booking.views import alternatives
from practice.site.booking.views.alternatives import Lost
from practice.site.booking.views.clocks import clocks_line
from practice.site.booking.views.picker import Ways, picker
from practice.site.document import form_fields
from practice.wording import booking, times


def title(plate: Bookplate) -> str:
    if plate.status is Status.REQUESTED:
        return _("Another time for your request")
    if plate.is_call:
        return _("Another time for your call")
    return _("Another time for your appointment")


def choosing(plate: Bookplate, sight: Sight, path: str) -> rx.Component:
    ways = Ways(f"{path}/move")
    return rx.el.div(
        _head(plate, path),
        _gone() if sight.is_gone and not _is_kept(plate, sight) else rx.fragment(),
        rx.el.section(
            rx.el.header(
                rx.el.h2(_("Choose a time")),
                rx.el.p(_("The old one stays yours until then."), class_name="hide-s"),
                clocks_line(sight, ways, plate.home),
            ),
            picker(sight, ways),
            class_name="ch",
        ),
        class_name="flow wrap",
    )


def _head(plate: Bookplate, path: str) -> rx.Component:
    start = plate.starts_at
    now = _("Now: {time}, {clocks}").format(
        time=times.day_and_time(start, plate.zone),
        clocks=booking.clocks(plate.home, plate.zone, start),
    )
    return rx.el.div(
        rx.el.h1(title(plate)),
        rx.el.p(
            rx.el.span(icon("clock", small=True), now),
            rx.el.a(_("Keep it as it is"), href=path, class_name="link"),
            class_name="meta",
        ),
        class_name="page-title",
    )


def _is_kept(plate: Bookplate, sight: Sight) -> bool:
    """Whoever goes back after a move asks for the time that is theirs now."""
    return sight.look.start is not None and availability_hours.seconds(
        sight.look.start
    ) == availability_hours.seconds(plate.starts_at)


def _gone() -> rx.Component:
    return notice("attention", _(booking.GONE))


def confirming(plate: Bookplate, sight: Sight, path: str) -> rx.Component:
    time = sight.chosen
    if time is None:
        return choosing(plate, sight, path)
    zone = sight.zone.key
    said = booking.chosen(plate.home, time, zone)
    back = f"{path}/move?{sight.query(day=time.start.date())}#times"
    label = _("Move it to {weekday} at {time}").format(
        weekday=i18n_clocks.weekday(time.start, zone), time=clock_time(time.start, zone)
    )
    return rx.el.div(
        rx.el.div(rx.el.h1(title(plate)), class_name="page-title"),
        rx.el.section(
            rx.el.header(rx.el.h2(_("The new time"))),
            native_form(
                *form_fields.hidden(start=time.start.isoformat(), tz=zone),
                rx.el.dl(
                    _row(_("Until now"), _old(plate), gone=True),
                    _row(_("From now on"), [said.day, said.hours, said.there]),
                    class_name="from-to",
                ),
                rx.el.div(
                    rx.el.button(label, type="submit", class_name="btn primary big"),
                    rx.el.a(_("Choose another time"), href=back, class_name="link"),
                    class_name="acts",
                ),
                action=f"{path}/move",
                class_name="form-body",
            ),
            class_name="ch",
            id="wish",
        ),
        class_name="flow wrap",
    )


def _old(plate: Bookplate) -> list[str]:
    hours = hours_between(plate.starts_at, plate.ends_at, plate.zone)
    clock = booking.clock_name(plate.home, plate.zone, plate.starts_at)
    return [
        booking.day_of(plate.time.start.date()),
        _("{hours}, {clocks}").format(hours=hours, clocks=clock),
    ]


def _row(name: str, lines: list[str], *, gone: bool = False) -> rx.Component:
    first, *rest = [line for line in lines if line]
    day = rx.el.s(first) if gone else rx.el.b(first)
    return rx.el.div(
        rx.el.dt(name), rx.el.dd(day, *(rx.el.span(line, class_name="num") for line in rest))
    )


def taken(plate: Bookplate, sight: Sight, path: str, lost: Lost) -> rx.Component:
    zone = sight.zone.key
    clocks = booking.clocks(plate.home, zone, lost.start)
    verb = _("Move it to {weekday} at {time}")
    ways = Ways(f"{path}/move")
    return rx.el.div(
        alternatives.head(lost, zone, _("Your old time is still yours.")),
        native_form(
            *form_fields.hidden(tz=zone),
            alternatives.nearest(lost, clocks, zone, verb),
            action=f"{path}/move",
        ),
        alternatives.every_time(sight, ways, clocks_line(sight, ways, plate.home)),
        class_name="flow wrap",
    )
