"""What a client hears when an agreed time changes: it moved, or it is off."""

from practice.domain.actors import Role
from practice.domain.errors import N_
from practice.i18n import _, money
from practice.letters import calendars, phrases, times
from practice.letters.drafts import Button, Draft, Kind
from practice.letters.facts import Booking, House, Reader, Sort, Times
from practice.letters.layout import letter

NEW_TIME = {
    Sort.CALL: N_("your call has a new time."),
    Sort.SESSION: N_("your appointment has a new time."),
    Sort.REQUEST: N_("your request is now for another time."),
}
NOW_ON = {
    Sort.CALL: N_("Your call is now on {time}"),
    Sort.SESSION: N_("Your appointment is now on {time}"),
    Sort.REQUEST: N_("Your request is now for {time}"),
}
OFF = {
    Sort.CALL: N_("your call is cancelled."),
    Sort.SESSION: N_("your appointment is cancelled."),
    Sort.REQUEST: N_("your request is withdrawn."),
}
IS_OFF = {
    Sort.CALL: N_("Your call on {time} is cancelled"),
    Sort.SESSION: N_("Your appointment on {time} is cancelled"),
    Sort.REQUEST: N_("Your request for {time} is withdrawn"),
}


@letter(Kind.MOVED)
def moved(house: House, reader: Reader, booking: Booking, *, before: Times, by: Role) -> Draft:
    """The new time large, the old one struck out."""
    is_request = booking.sort is Sort.REQUEST
    said = (
        _("I moved it. If the new time does not suit you, please tell me.")
        if by is Role.THERAPIST
        else _("As you wished.")
    )
    certain = _("The attached file changes it in your calendar.")
    return Draft(
        subject=_(NOW_ON[booking.sort]).format(
            time=times.moment(booking.times.starts_at, reader.zone)
        ),
        preheader=phrases.glance(house, booking, reader),
        greeting=phrases.greeting(reader),
        title=_(NEW_TIME[booking.sort]),
        paragraphs=(said if is_request else f"{said} {certain}",),
        plate=phrases.plate(house, reader, booking, before=before),
        button=phrases.entrance(booking),
        rows=(phrases.plans(booking, reader),),
        closing=_("With kind regards,") if is_request else phrases.until(booking, reader),
        reason=phrases.because_booked(house),
        reference=booking.reference,
        attachments=() if is_request else (calendars.invited(house, reader, booking),),
    )


@letter(Kind.CANCELLED)
def cancelled(
    house: House,
    reader: Reader,
    booking: Booking,
    *,
    by: Role,
    choose_url: str,
    cost_cents: int = 0,
) -> Draft:
    is_request = booking.sort is Sort.REQUEST
    said = (
        _("I am sorry: I cannot keep this time. You are welcome to choose another one.")
        if by is Role.THERAPIST
        else _("As you wished. When you want another time, it is quickly found.")
    )
    return Draft(
        subject=_(IS_OFF[booking.sort]).format(
            time=times.moment(booking.times.starts_at, reader.zone)
        ),
        preheader=_("The time is free again."),
        greeting=phrases.greeting(reader),
        title=_(OFF[booking.sort]),
        paragraphs=tuple(filter(None, (said, _cost(booking, cost_cents)))),
        plate=phrases.plate(house, reader, booking, off=True),
        button=Button(_("Choose another time"), choose_url),
        closing=_("With kind regards,"),
        reason=phrases.because_booked(house),
        reference=booking.reference,
        attachments=() if is_request else (calendars.called_off(house, reader, booking),),
    )


def _cost(booking: Booking, cost_cents: int) -> str:
    """Of a call, or a request, nobody expects a cost; a sentence about it would only alarm."""
    charge = booking.charge
    if not charge.price_cents or booking.sort is Sort.REQUEST:
        return ""
    if not cost_cents:
        return _("It costs you nothing.")
    return _("It was cancelled late, so {cost} of the {price} is due, as agreed.").format(
        cost=money(cost_cents, charge.currency), price=money(charge.price_cents, charge.currency)
    )
