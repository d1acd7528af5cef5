"""The one framed thing: an appointment with its day, its clock, its place and its price."""

import reflex as rx

from practice.components import illustrations
from practice.components.icons import icon
from practice.domain.booking.status import Place
from practice.i18n import _, clocks, hours_between, sentence
from practice.services.booking.management_page import Bookplate
from practice.wording import booking, times

ICONS = {Place.VIDEO: "video", Place.PHONE: "phone", Place.IN_PERSON: "map-pin"}


def bookplate(plate: Bookplate, *, is_off: bool = False) -> rx.Component:
    zone, start = plate.zone, plate.starts_at
    date = rx.el.time(clocks.date(start, zone), date_time=plate.time.start.isoformat())
    return rx.el.section(
        rx.el.div(
            illustrations.ripple(),
            rx.el.div(
                rx.el.p(sentence(clocks.weekday(start, zone)), class_name="plate-weekday"),
                rx.el.p(date, class_name="plate-date"),
                rx.el.p(hours_between(start, plate.ends_at, zone), class_name="plate-hours num"),
                class_name="plate-when",
            ),
            rx.el.ul(*_lines(plate), role="list"),
            rx.el.p(
                _("Reference"),
                " ",
                rx.el.b(plate.choices.reference, custom_attrs={"translate": "no"}),
                class_name="plate-reference",
            ),
        ),
        class_name="plate off" if is_off else "plate",
        custom_attrs={"aria-label": _("Your appointment")},
    )


def _lines(plate: Bookplate) -> list[rx.Component]:
    clock = sentence(booking.clocks(plate.home, plate.zone, plate.starts_at))
    there = booking.there(plate.home, plate.time, plate.zone)
    said: list[rx.Component] = [rx.el.span(clock)]
    if there:
        said.append(rx.el.small(there))
    price = times.price(plate.price_cents, plate.choices.currency)
    return [
        rx.el.li(icon("globe"), rx.el.div(*said)),
        rx.el.li(icon(ICONS[plate.place]), rx.el.div(*_where(plate))),
        rx.el.li(icon("check"), rx.el.div(rx.el.span(plate.name), rx.el.small(sentence(price)))),
    ]


def _where(plate: Bookplate) -> list[rx.Component]:
    if plate.place is Place.VIDEO:
        said = _("By video, with {therapist}.").format(therapist=plate.therapist)
        by_mail = rx.el.small(_("The link comes by e-mail."))
        return [rx.el.span(said), *([by_mail] if plate.is_ahead else [])]
    if plate.place is Place.PHONE:
        ending = plate.phone_ending
        said = _("By phone: I ring the number that ends in {digits}.").format(digits=ending)
        return [rx.el.span(said if ending else _("By phone: I ring you."))]
    said = _("In person, with {therapist}:").format(therapist=plate.therapist)
    return [rx.el.span(said), *(rx.el.small(line) for line in plate.address)]
