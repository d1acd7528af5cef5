"""You're booked: what is agreed, what happens next, and what can be done about it."""

from dataclasses import dataclass
from datetime import datetime

import reflex as rx

from practice.components.native import native_form
from practice.domain.booking.status import Place, Status
from practice.i18n import _, clock_time, clocks, here, sentence
from practice.services.booking.management_page import Bookplate, Entry
from practice.site.document.add_to_calendar import calendar_ways
from practice.site.document.appointment_card import bookplate
from practice.site.document.chapter import chapter
from practice.wording import times
from practice.wording.dashboard import promise


def title(plate: Bookplate) -> str:
    if plate.status is Status.REQUESTED:
        return _("Your request is on its way")
    return _("You’re booked")


def view(
    plate: Bookplate, entry: Entry | None, *, manage: str, own: str, is_in: bool
) -> rx.Component:
    weekday = clocks.weekday(plate.starts_at, plate.zone)
    nothing = _("You need to do nothing until {weekday}.").format(weekday=weekday)
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.h1(title(plate)),
                rx.el.p(_lede(plate), class_name="lede"),
                class_name="booked-title",
            ),
            bookplate(plate),
            rx.el.div(
                _letter(plate),
                calendar_ways(entry, manage) if entry else rx.fragment(),
                class_name="booked-ways",
            ),
            class_name="booked",
        ),
        chapter(_("What happens next"), _line(_next(plate)), remark=nothing),
        chapter(_("If plans change"), _plans(plate, manage)),
        chapter(_("Your pages"), _account(own, is_in=is_in)),
        class_name="flow wrap",
    )


def _lede(plate: Bookplate) -> str:
    if plate.status is Status.REQUESTED and plate.answer_by:
        by = times.near_day_and_time(plate.answer_by, plate.now, plate.zone)
        said = _("You hear from me by {time} at the latest. Until then nobody else can take it.")
        return said.format(time=by)
    weekday = clocks.weekday(plate.starts_at, plate.zone)
    return _("I look forward to meeting you on {weekday}.").format(weekday=weekday)


def _letter(plate: Bookplate) -> rx.Component:
    has_link = plate.place is Place.VIDEO and plate.status is Status.CONFIRMED
    way = (
        _("A letter with the link is on its way to {email}.")
        if has_link
        else _("A letter about it is on its way to {email}.")
    )
    before, _gap, after = way.partition("{email}")
    return rx.el.p(
        before,
        rx.el.span(plate.mailbox, class_name="mailbox"),
        after,
        " ",
        _("If it is not there in five minutes, look in the spam folder."),
        class_name="soft",
    )


@dataclass(frozen=True)
class Step:
    when: str
    heading: str
    words: str
    is_done: bool = False


def _next(plate: Bookplate) -> list[Step]:
    steps = [
        Step(
            _("Now"),
            _("A letter to you"),
            _("It holds the time, and a way to move or cancel."),
            is_done=True,
        )
    ]
    if plate.status is Status.REQUESTED and plate.answer_by:
        said = _("I look at my calendar and write to you either way.")
        steps.append(Step(_moment(plate.answer_by, plate), _("My answer, by then"), said))
    if plate.reminder_at:
        said = _("One e-mail. Nothing else.")
        steps.append(Step(_moment(plate.reminder_at, plate), _("A short reminder"), said))
    steps.append(Step(_moment(plate.starts_at, plate), *_meeting(plate)))
    return steps


def _meeting(plate: Bookplate) -> tuple[str, str]:
    if plate.place is Place.IN_PERSON:
        return _("We meet"), _("Come a few minutes before, or just in time.")
    if plate.place is Place.PHONE:
        return _("We talk"), _("I ring you. Sit somewhere quiet.")
    return _("We talk"), _("Open the link, sit somewhere quiet. Headphones help.")


def _moment(at: datetime, plate: Bookplate) -> str:
    """Monday, 15:40; within a week the weekday is enough, and beyond it the date is said."""
    day = times.near_day(at, plate.now, plate.zone)
    return sentence(_("{day}, {time}").format(day=day, time=clock_time(at, plate.zone)))


def _line(steps: list[Step]) -> rx.Component:
    return rx.el.ol(
        *(
            rx.el.li(
                rx.el.p(step.when, class_name="next-when num"),
                rx.el.h3(step.heading),
                rx.el.p(step.words),
                class_name="done" if step.is_done else "",
            )
            for step in steps
        ),
        role="list",
        class_name=f"next-steps next-{len(steps)}",
    )


def _plans(plate: Bookplate, manage: str) -> rx.Component:
    said = _("The same link is in your letter.")
    return rx.el.div(
        rx.el.p(
            _("You can change it yourself."), " ", promise(plate.choices, plate.zone), " ", said
        ),
        rx.el.a(_("Move or cancel"), href=manage, class_name="btn"),
        class_name="offer",
    )


def _account(own: str, *, is_in: bool) -> rx.Component:
    said = _("If you like: times, messages and papers in one place. No password.")
    if is_in:
        ways = rx.el.a(_("Go to your pages"), href=here("/me"), class_name="btn")
    else:
        ways = native_form(
            rx.el.button(_("Send me the link by e-mail"), type="submit", class_name="btn"),
            action=f"{own}/account",
        )
    return rx.el.div(rx.el.p(said), ways, class_name="offer")
