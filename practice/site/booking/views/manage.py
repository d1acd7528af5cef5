"""How a booking stands, and what can be done about it, for whoever holds its link."""

from urllib.parse import urlencode

import reflex as rx

from practice.components.native import native_form
from practice.components.notices import notice
from practice.domain.booking.status import OPEN, Status
from practice.domain.errors import N_
from practice.i18n import _, here, money
from practice.services.booking.management_page import Bookplate, Entry
from practice.site.document import form_fields
from practice.site.document.add_to_calendar import calendar_ways
from practice.site.document.appointment_card import bookplate
from practice.site.document.chapter import chapter
from practice.wording import times
from practice.wording.dashboard import cost_of, promise

ENDED = {
    Status.CANCELLED: N_("This time is cancelled"),
    Status.DECLINED: N_("This time is not possible"),
    Status.EXPIRED: N_("This time is no longer kept"),
    Status.COMPLETED: N_("This time took place"),
    Status.NO_SHOW: N_("This time was missed"),
}
WHY = {
    Status.CANCELLED: N_("It is free again. A letter confirms it."),
    Status.DECLINED: N_("I am sorry: I cannot offer the time you asked for."),
    Status.EXPIRED: N_("It waited for an answer or a payment, and none came in time."),
    Status.COMPLETED: N_("Thank you for coming."),
    Status.NO_SHOW: N_("We did not meet. Write to me if that is not how it was."),
}
# These are off: the time is nobody's any more.
OFF = {Status.CANCELLED, Status.DECLINED, Status.EXPIRED}
MOVED = "moved"


def title(plate: Bookplate) -> str:
    if plate.status in ENDED:
        return _(ENDED[plate.status])
    if plate.now >= plate.ends_at:
        return _("This time is over")
    if plate.now >= plate.starts_at:
        return _("This time has begun")
    return _name(plate)


def _name(plate: Bookplate) -> str:
    if plate.status is Status.REQUESTED:
        return _("Your request")
    return _("Your call") if plate.is_call else _("Your appointment")


def view(
    plate: Bookplate, entry: Entry | None, path: str, *, done: str, trouble: str
) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                _news(plate, done, trouble),
                rx.el.h1(title(plate)),
                rx.el.p(_lede(plate), class_name="lede"),
                class_name="booked-title",
            ),
            bookplate(plate, is_off=plate.status in OFF),
            rx.el.div(*_first(plate, path), class_name="booked-ways"),
            class_name="booked",
        ),
        *_chapters(plate, entry, path),
        class_name="flow wrap",
    )


def _news(plate: Bookplate, done: str, trouble: str) -> rx.Component:
    """What was refused, or has just been done, if it is true."""
    if trouble:
        return notice("error", trouble)
    if done == MOVED and plate.was_moved and plate.is_ahead:
        return notice("success", _("It has a new time. A letter about it is on its way."))
    return rx.fragment()


def _lede(plate: Bookplate) -> str:
    if plate.status in WHY:
        return _(WHY[plate.status])
    if not plate.is_ahead:
        return _("It cannot be changed here any more.")
    if plate.status is Status.REQUESTED and plate.answer_by:
        by = times.near_day_and_time(plate.answer_by, plate.now, plate.zone)
        return _("You hear from me by {time} at the latest.").format(time=by)
    if plate.status is Status.HELD and plate.answer_by:
        by = times.near_day_and_time(plate.answer_by, plate.now, plate.zone)
        return _("This time is kept for you until {until}, for its payment.").format(until=by)
    soon = times.how_soon(plate.starts_at, plate.now, plate.zone)
    return _("It is {soon}.").format(soon=soon)


def _first(plate: Bookplate, path: str) -> list[rx.Component]:
    """What most people come for."""
    if plate.is_ahead:
        return [
            rx.el.p(_promise(plate), class_name="soft"),
            rx.el.div(*_acts(plate, path), class_name="calendar-ways"),
        ]
    said: list[rx.Component] = []
    if plate.due_cents:
        due = _("It was cancelled late, so {cost} of the {price} is due, as agreed.").format(
            cost=money(plate.due_cents, plate.choices.currency),
            price=money(plate.price_cents, plate.choices.currency),
        )
        said.append(rx.el.p(due))
    if plate.status in OPEN:
        return [*said, _reach(plate)]
    again = rx.el.a(_again_words(plate), href=_again(plate), class_name="btn primary")
    return [*said, rx.el.div(again, class_name="calendar-ways")]


def _again_words(plate: Bookplate) -> str:
    return _("Choose another time") if plate.status in OFF else _("Choose a new time")


def _again(plate: Bookplate) -> str:
    return here(f"/book/{plate.slug}" if plate.slug else "/book")


def _promise(plate: Bookplate) -> str:
    """Until when moving is for the client, and what giving it back costs."""
    if plate.choices.may_move or plate.status is Status.HELD:
        return promise(plate.choices, plate.zone)
    return " ".join([_("It is too late to move it here."), cost_of(plate.choices)])


def _acts(plate: Bookplate, path: str) -> list[rx.Component]:
    found: list[rx.Component] = []
    if plate.choices.may_move:
        found.append(rx.el.a(_("Move it"), href=_way_to_move(path), class_name="btn primary"))
    if plate.choices.may_cancel:
        found.append(rx.el.a(_cancel_words(plate), href=f"{path}/cancel", class_name="btn"))
    return found


def _way_to_move(path: str) -> str:
    """To the picker; without a script it leads on to the page below this one."""
    _empty, _manage, reference, key = path.split("/")
    return f"{here('/book/move')}?{urlencode({'booking': reference, 'key': key})}"


def _cancel_words(plate: Bookplate) -> str:
    return _("Withdraw it") if plate.status is Status.REQUESTED else _("Cancel it")


def _chapters(plate: Bookplate, entry: Entry | None, path: str) -> list[rx.Component]:
    found: list[rx.Component] = []
    if entry:
        remark = _("The file also moves an entry that is there already.")
        ways = calendar_ways(entry, path, first=False)
        found.append(chapter(_("In your calendar"), ways, remark=remark))
    if plate.is_ahead:
        found.append(chapter(_("Something else"), _reach(plate)))
    return found


def _reach(plate: Bookplate) -> rx.Component:
    email = rx.el.a(plate.email, href=f"mailto:{plate.email}", class_name="link")
    if not plate.phone:
        return rx.el.p(_("Please write:"), " ", email, class_name="soft")
    phone = rx.el.a(plate.phone, href=f"tel:{plate.phone.replace(' ', '')}", class_name="link num")
    return rx.el.p(_("Please write or call:"), " ", email, ", ", phone, class_name="soft")


# Cancelling


def question(plate: Bookplate) -> str:
    if plate.status is Status.REQUESTED:
        return _("Withdraw this request?")
    return _("Cancel this call?") if plate.is_call else _("Cancel this appointment?")


def asking(plate: Bookplate, path: str, trouble: str) -> rx.Component:
    price = form_fields.hidden(at_most_cents=str(plate.choices.cancelling_costs_cents))
    send = rx.el.button(_yes(plate), type="submit", class_name="btn danger")
    keep = rx.el.a(_("Keep it"), href=path, class_name="btn")
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                _news(plate, "", trouble),
                rx.el.h1(question(plate)),
                rx.el.p(cost_of(plate.choices), class_name="lede"),
                class_name="booked-title",
            ),
            bookplate(plate),
            native_form(
                *price,
                rx.el.p(
                    _("The time becomes free for somebody else. A letter confirms it."),
                    class_name="soft",
                ),
                rx.el.div(send, keep, class_name="calendar-ways"),
                action=f"{path}/cancel",
                class_name="booked-ways",
            ),
            class_name="booked",
        ),
        class_name="flow wrap",
    )


def _yes(plate: Bookplate) -> str:
    if plate.status is Status.REQUESTED:
        return _("Yes, withdraw it")
    cost = plate.choices.cancelling_costs_cents
    if not cost:
        return _("Yes, cancel it")
    return _("Cancel it for {cost}").format(cost=money(cost, plate.choices.currency))
