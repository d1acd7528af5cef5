"""What a client hears about a time they asked for: it is theirs, it is awaited, it is not to be."""

from datetime import datetime

from practice.i18n import _
from practice.letters import calendars, phrases, times
from practice.letters.drafts import Button, Draft, Kind, Row
from practice.letters.facts import Booking, House, Reader
from practice.letters.layout import letter


@letter(Kind.CALL_CONFIRMED)
def call_confirmed(
    house: House, reader: Reader, booking: Booking, *, account_link: str = ""
) -> Draft:
    """The first letter of all. The link to an account is there until the person has one."""
    own_pages = Row(
        _("Your pages"),
        _("Open your pages"),
        account_link,
        _("If you like: times, messages and papers in one place. No password."),
    )
    return Draft(
        subject=phrases.subject(booking, reader),
        preheader=phrases.glance(house, booking, reader),
        greeting=phrases.greeting(reader),
        title=_("your call is confirmed."),
        paragraphs=(
            _(
                "I look forward to meeting you. There is nothing to prepare; "
                "a quiet place to sit is enough."
            ),
        ),
        plate=phrases.plate(house, reader, booking),
        button=phrases.entrance(booking),
        rows=(phrases.plans(booking, reader), *((own_pages,) if account_link else ())),
        closing=phrases.until(booking, reader),
        reason=phrases.because_booked(house),
        reference=booking.reference,
        attachments=(calendars.invited(house, reader, booking),),
    )


@letter(Kind.SESSION_CONFIRMED)
def session_confirmed(house: House, reader: Reader, booking: Booking) -> Draft:
    return Draft(
        subject=phrases.subject(booking, reader),
        preheader=phrases.glance(house, booking, reader),
        greeting=phrases.greeting(reader),
        title=_("your appointment is confirmed."),
        paragraphs=(_("This time is yours. The attached file puts it into your calendar."),),
        plate=phrases.plate(house, reader, booking),
        button=phrases.entrance(booking),
        rows=(phrases.plans(booking, reader),),
        closing=phrases.until(booking, reader),
        reason=phrases.because_booked(house),
        reference=booking.reference,
        attachments=(calendars.invited(house, reader, booking),),
    )


@letter(Kind.REQUESTED)
def requested(house: House, reader: Reader, booking: Booking, *, answer_by: datetime) -> Draft:
    """A wish has arrived. No calendar file: the time is not certain."""
    by = _("You hear from me by {time} at the latest; until then nobody else can take it.")
    return Draft(
        subject=phrases.subject(booking, reader),
        preheader=phrases.glance(house, booking, reader),
        greeting=phrases.greeting(reader),
        title=_("your request has arrived."),
        paragraphs=(by.format(time=times.moment(answer_by, reader.zone)),),
        plate=phrases.plate(house, reader, booking),
        button=phrases.entrance(booking),
        rows=(phrases.plans(booking, reader),),
        closing=_("With kind regards,"),
        reason=phrases.because_booked(house),
        reference=booking.reference,
    )


@letter(Kind.DECLINED)
def declined(house: House, reader: Reader, booking: Booking, *, choose_url: str) -> Draft:
    """Why is between the two of them and stands in no letter."""
    return _not_to_be(
        house,
        reader,
        booking,
        choose_url,
        _("this time is not possible."),
        _("I am sorry: I cannot offer the time you asked for. Please choose another one."),
    )


@letter(Kind.EXPIRED)
def expired(
    house: House, reader: Reader, booking: Booking, *, choose_url: str, unpaid: bool = False
) -> Draft:
    """A request that nobody answered, or a time that was kept for a payment."""
    if unpaid:
        said = _(
            "It waited for its payment, and none arrived. The time is free again, for you as well."
        )
    else:
        said = _("I am sorry: I did not answer your request in time. Please choose another time.")
    return _not_to_be(
        house, reader, booking, choose_url, _("this time is no longer kept for you."), said
    )


def _not_to_be(
    house: House, reader: Reader, booking: Booking, choose_url: str, title: str, said: str
) -> Draft:
    time = times.moment(booking.times.starts_at, reader.zone)
    return Draft(
        subject=_("About the time you asked for: {time}").format(time=time),
        preheader=_("There is news about the time you asked for."),
        greeting=phrases.greeting(reader),
        title=title,
        paragraphs=(said,),
        plate=phrases.plate(house, reader, booking, off=True),
        button=Button(_("Choose another time"), choose_url),
        closing=_("With kind regards,"),
        reason=phrases.because_booked(house),
        reference=booking.reference,
    )
