"""Sentences that several letters share: a booking's time, its place, what a change of it costs."""

from practice.domain.actors import Role
from practice.domain.booking.policy import cost_of_cancelling
from practice.domain.booking.status import Place
from practice.domain.errors import N_
from practice.i18n import _, minutes, money, sentence
from practice.i18n import clocks as i18n_clocks
from practice.letters import times
from practice.letters.drafts import Button, Plate, Row
from practice.letters.facts import Booking, House, Reader, Sort, Times

SUBJECT = {
    Sort.CALL: N_("Your call on {time}"),
    Sort.SESSION: N_("Your appointment on {time}"),
    Sort.REQUEST: N_("Your request for {time}"),
}
MOVE_OR_CANCEL = {
    Sort.CALL: N_("Move or cancel this call"),
    Sort.SESSION: N_("Move or cancel this appointment"),
    Sort.REQUEST: N_("Change or withdraw this request"),
}
LOOK = {
    Sort.CALL: N_("Open your call"),
    Sort.SESSION: N_("Open your appointment"),
    Sort.REQUEST: N_("Open your request"),
}
HOW = {
    Place.VIDEO: N_("By video"),
    Place.IN_PERSON: N_("In person"),
    Place.PHONE: N_("By phone"),
}


def subject(booking: Booking, reader: Reader) -> str:
    time = times.moment(booking.times.starts_at, reader.zone)
    return _(SUBJECT[booking.sort]).format(time=time)


def glance(house: House, booking: Booking, reader: Reader) -> str:
    """For the line that a locked screen shows beneath the subject."""
    time = times.span(booking.times, reader.zone)
    clocks = times.clocks(house, booking.times.starts_at, reader.zone)
    how = _(HOW[booking.place])
    return sentence(_("{time}, {clocks}. {how}.").format(time=time, clocks=clocks, how=how))


def greeting(reader: Reader) -> str:
    return _("Dear {name},").format(name=reader.name) if reader.name else _("Hello,")


def until(booking: Booking, reader: Reader) -> str:
    """How a letter ends that looks forward to a day."""
    weekday = i18n_clocks.weekday(booking.times.starts_at, reader.zone)
    return _("Until {weekday},").format(weekday=weekday)


def plate(
    house: House,
    reader: Reader,
    booking: Booking,
    *,
    before: Times | None = None,
    off: bool = False,
) -> Plate:
    """For the client."""
    there = times.elsewhere(house, booking.times, reader.zone, house.zone)
    lines = [times.here(house, booking.times, reader.zone)]
    if there:
        lines.append(_("Where I am: {time}").format(time=there))
    if not off:
        lines += [*where(house, booking), what(booking)]
    return large(booking.times, reader, lines, before=before, off=off)


def large(
    at: Times, reader: Reader, lines: list[str], *, before: Times | None = None, off: bool = False
) -> Plate:
    earlier = times.moment(before.starts_at, reader.zone) if before else ""
    return Plate(
        on=i18n_clocks.local(at.starts_at, reader.zone).date().isoformat(),
        weekday=sentence(i18n_clocks.weekday(at.starts_at, reader.zone)),
        date=i18n_clocks.date(at.starts_at, reader.zone),
        hours=times.hours(at, reader.zone),
        lines=tuple(line for line in lines if line),
        before=_("No longer: {time}").format(time=earlier) if earlier else "",
        is_off=off,
    )


def where(house: House, booking: Booking) -> tuple[str, ...]:
    if booking.place is Place.PHONE:
        # Enough to know which phone to have at hand; the letter need not carry the number.
        ending = booking.phone[-3:]
        return (
            _("By phone: I ring the number that ends in {digits}.").format(digits=ending)
            if ending
            else _("By phone: I ring you."),
        )
    if booking.place is Place.VIDEO:
        return (_("By video, with {therapist}.").format(therapist=house.therapist),)
    return (
        _("In person, with {therapist}:").format(therapist=house.therapist),
        *booking.address,
    )


def what(booking: Booking) -> str:
    charge = booking.charge
    if booking.sort is Sort.CALL and not charge.price_cents:
        return _("Free of charge.")
    free = _("free of charge")
    length = booking.times.ends_at - booking.times.starts_at
    return _("{session}, {minutes}, {price}").format(
        session=booking.name,
        minutes=minutes(round(length.total_seconds() / 60)),
        price=money(charge.price_cents, charge.currency) if charge.price_cents else free,
    )


def terms(booking: Booking, reader: Reader) -> str:
    """What moving and cancelling cost from now on, as the booking froze it."""
    if booking.sort is Sort.REQUEST:
        return _("As long as it is not confirmed, this costs nothing.")
    charge, start = booking.charge, booking.times.starts_at
    free_until = charge.free_until(start)
    if free_until == start:
        return _("Free of charge until it begins.")
    late = cost_of_cancelling(charge, start=start, now=start, by=Role.CLIENT)
    cost = money(late, charge.currency) if late else _("nothing")
    if free_until <= booking.as_of:
        said = _("Cancelling now costs {cost}. To move it, please answer this letter.")
        return said.format(cost=cost)
    said = _(
        "Free of charge until {time}. After that cancelling costs {cost}; "
        "to move it, please answer this letter."
    )
    return said.format(time=times.moment(free_until, reader.zone), cost=cost)


def entrance(booking: Booking) -> Button:
    """What is wanted on the day: the room where there is one, else the page of the booking."""
    if booking.place is Place.VIDEO and booking.video_link and booking.sort is not Sort.REQUEST:
        ending = booking.phone[-3:]
        remark = (
            _("If it fails, I ring the number that ends in {digits}.").format(digits=ending)
            if ending
            else ""
        )
        return Button(_("Open the video room"), booking.video_link, remark)
    return Button(_(LOOK[booking.sort]), booking.url)


def plans(booking: Booking, reader: Reader) -> Row:
    return Row(
        _("If plans change"),
        _(MOVE_OR_CANCEL[booking.sort]),
        booking.url,
        terms(booking, reader),
    )


def because_booked(house: House) -> str:
    return _("You receive this letter because you booked a time with {practice}.").format(
        practice=house.name
    )
