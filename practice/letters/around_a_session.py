"""What a client hears around a session: the day before, and afterwards."""

from practice.domain.errors import N_
from practice.i18n import _
from practice.letters import phrases, times
from practice.letters.drafts import Button, Draft, Kind
from practice.letters.facts import Booking, House, Reader, Sort
from practice.letters.layout import letter

SOON = {
    Sort.CALL: N_("a reminder of your call."),
    Sort.SESSION: N_("a reminder of your appointment."),
}
REMINDER = {
    Sort.CALL: N_("Reminder: your call on {time}"),
    Sort.SESSION: N_("Reminder: your appointment on {time}"),
}


@letter(Kind.REMINDER)
def reminder(house: House, reader: Reader, booking: Booking) -> Draft:
    """Without a calendar file: the entry has not changed."""
    time = times.moment(booking.times.starts_at, reader.zone)
    return Draft(
        subject=_(REMINDER[booking.sort]).format(time=time),
        preheader=phrases.glance(house, booking, reader),
        greeting=phrases.greeting(reader),
        title=_(SOON[booking.sort]),
        plate=phrases.plate(house, reader, booking),
        button=phrases.entrance(booking),
        rows=(phrases.plans(booking, reader),),
        closing=phrases.until(booking, reader),
        reason=phrases.because_booked(house),
        reference=booking.reference,
    )


@letter(Kind.FEEDBACK_REQUEST)
def feedback_request(house: House, reader: Reader, booking: Booking, *, feedback_url: str) -> Draft:
    day = times.day(booking.times.starts_at, reader.zone)
    return Draft(
        subject=_("A question about {day}").format(day=day),
        preheader=_("It takes a minute, and you need not answer."),
        greeting=phrases.greeting(reader),
        title=_("how was it for you?"),
        paragraphs=(
            _(
                "We met on {day}. If you like, tell me what was good and what I could do "
                "differently. It takes a minute, only I read it, and you need not answer."
            ).format(day=day),
        ),
        button=Button(
            _("Write a few words"),
            feedback_url,
            _("The page belongs to this one meeting and needs no sign-in."),
        ),
        closing=_("With kind regards,"),
        reason=phrases.because_booked(house),
        reference=booking.reference,
    )
