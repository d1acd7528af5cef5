"""What the therapist hears by letter. It names the client by first name and initial only: letters
lie open on screens and in other people's servers, and that is enough for her to know who it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from practice.domain.actors import Role
from practice.domain.errors import N_
from practice.i18n import _, day_and_date, money, ngettext, number, sentence
from practice.letters import phrases, times
from practice.letters.drafts import Button, Draft, Kind, Line, Row
from practice.letters.facts import Booking, Client, Day, House, Reader, Sort, Times, Visit
from practice.letters.layout import letter
from practice.letters.phrases import HOW

BOOKED = {
    Sort.CALL: N_("{client} booked a call."),
    Sort.SESSION: N_("{client} booked an appointment."),
}
MOVED = {
    Sort.CALL: N_("{client} moved the call."),
    Sort.SESSION: N_("{client} moved the appointment."),
    Sort.REQUEST: N_("{client} asks for another time now."),
}
CANCELLED = {
    Sort.CALL: N_("{client} cancelled the call."),
    Sort.SESSION: N_("{client} cancelled the appointment."),
    Sort.REQUEST: N_("{client} withdrew the request."),
}
MOVED_IS = {
    Sort.CALL: N_("Call moved to {time}"),
    Sort.SESSION: N_("Appointment moved to {time}"),
    Sort.REQUEST: N_("Request moved to {time}"),
}
CANCELLED_IS = {
    Sort.CALL: N_("Call cancelled: {time}"),
    Sort.SESSION: N_("Appointment cancelled: {time}"),
    Sort.REQUEST: N_("Request withdrawn: {time}"),
}
NEW_IS = {
    Sort.CALL: N_("New call: {time}"),
    Sort.SESSION: N_("New appointment: {time}"),
}


@dataclass(frozen=True)
class News:
    """What is new about a booking; subject and title wait for the time and the client."""

    subject: str
    title: str
    said: str = ""
    button: str = ""
    before: Times | None = None
    is_off: bool = False


@letter(Kind.NEW_BOOKING)
def new_booking(house: House, reader: Reader, booking: Booking, client: Client) -> Draft:
    news = News(_(NEW_IS[booking.sort]), _(BOOKED[booking.sort]))
    return _told(house, reader, booking, client, news)


@letter(Kind.NEW_REQUEST)
def new_request(
    house: House, reader: Reader, booking: Booking, client: Client, *, answer_by: datetime
) -> Draft:
    by = times.moment(answer_by, reader.zone)
    news = News(
        _("New request: {time}"),
        _("{client} asks for a time."),
        _("Please answer by {time}; after that the time is free again.").format(time=by),
        _("Answer the request"),
    )
    return _told(house, reader, booking, client, news)


@letter(Kind.BOOKING_MOVED)
def booking_moved(
    house: House, reader: Reader, booking: Booking, client: Client, *, before: Times, by: Role
) -> Draft:
    by_her = _("You moved the time of {client}.")
    title = by_her if by is Role.THERAPIST else _(MOVED[booking.sort])
    news = News(_(MOVED_IS[booking.sort]), title, before=before)
    return _told(house, reader, booking, client, news)


@letter(Kind.BOOKING_CANCELLED)
def booking_cancelled(
    house: House,
    reader: Reader,
    booking: Booking,
    client: Client,
    *,
    by: Role,
    cost_cents: int = 0,
) -> Draft:
    by_her = _("You cancelled the time of {client}.")
    due = _("It was cancelled late; {cost} is due.")
    cost = money(cost_cents, booking.charge.currency)
    news = News(
        _(CANCELLED_IS[booking.sort]),
        by_her if by is Role.THERAPIST else _(CANCELLED[booking.sort]),
        due.format(cost=cost) if cost_cents else _("The time is free again."),
        is_off=True,
    )
    return _told(house, reader, booking, client, news)


def _told(house: House, reader: Reader, booking: Booking, client: Client, news: News) -> Draft:
    there = times.elsewhere(house, booking.times, reader.zone, client.zone)
    how = _(HOW[booking.place]).lower()
    lines = [
        times.here(house, booking.times, reader.zone),
        _("For {client}: {time}").format(client=client.called, time=there) if there else "",
        _("{session}, {place}").format(session=booking.name, place=how),
    ]
    time = times.moment(booking.times.starts_at, reader.zone)
    return Draft(
        subject=news.subject.format(time=time),
        preheader=phrases.glance(house, booking, reader),
        title=news.title.format(client=client.called),
        paragraphs=(news.said,) if news.said else (),
        plate=phrases.large(booking.times, reader, lines, before=news.before, off=news.is_off),
        button=Button(news.button or _("Open it in the portal"), booking.url),
        reason=_because_hers(house),
        reference=booking.reference,
        is_for_therapist=True,
    )


@letter(Kind.DAILY_SUMMARY)
def daily_summary(house: House, reader: Reader, day: Day, *, portal_url: str) -> Draft:
    """Times and initials: who it is stands in the portal."""
    count = len(day.visits)
    booked = ngettext("one appointment today.", "{count} appointments today.", count)
    said = _counted(booked, count) if count else _("Nothing is booked today.")
    today = day_and_date(day.on)
    return Draft(
        subject=_("Your day: {day}").format(day=today),
        preheader=said,
        greeting=_("Good morning,"),
        title=_("it is {day}.").format(day=today),
        paragraphs=(said,),
        lines=tuple(_line(visit, reader) for visit in day.visits),
        button=Button(_("Open your day"), portal_url),
        rows=tuple(_waiting(day)),
        reason=_because_hers(house),
        is_for_therapist=True,
    )


def _line(visit: Visit, reader: Reader) -> Line:
    return Line(times.hours(visit.times, reader.zone), visit.initials, _(HOW[visit.place]))


def _waiting(day: Day) -> Sequence[Row]:
    """What asks for her, in the order it should not wait; what is nought is not said."""
    calls = ngettext("one call to close", "{count} calls to close", day.calls_to_close)
    requests = ngettext("one request", "{count} requests", day.requests_waiting)
    letters = ngettext("one letter", "{count} letters", day.letters_failed)
    days = ngettext("one day full of guests", "{count} days full of guests", day.crowded)
    again = _("Not delivered so far; can be sent again from the portal.")
    rows = (
        (day.requests_waiting, requests, _("Waiting for your answer.")),
        (day.calls_to_close, calls, _("Already held; the outcome is still to be noted.")),
        (day.letters_failed, letters, again),
        (day.crowded, days, _("Nobody has proven their e-mail; the portal can let them go.")),
    )
    return [Row(_counted(words, count), remark=said) for count, words, said in rows if count]


def _counted(words: str, count: int) -> str:
    return sentence(words.format(count=number(count)))


def _because_hers(house: House) -> str:
    return _("You receive this letter because {practice} is yours.").format(practice=house.name)
