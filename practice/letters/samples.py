"""An invented practice and its week: what every kind of letter looks like with real words in it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from practice import letters
from practice.domain.actors import Role
from practice.domain.booking.policy import Charge
from practice.domain.booking.status import Place
from practice.domain.content import CrisisLine
from practice.domain.letters import Letter
from practice.letters.facts import Booking, Client, Day, House, Reader, Sort, Times, Visit

URL = "https://studiomarea.example"
MANAGE = f"{URL}/manage/KPT-493-RW/9Xw2fQz7mL1sVb4cT8yKp3RdHnE"
ROOM = "https://room.studiomarea.example/conti"
CHOOSE = f"{URL}/book"
PORTAL = f"{URL}/portal"
AS_OF = datetime(2026, 10, 8, 9, 30, tzinfo=UTC)
FREE = Charge(0, "EUR", 0, 0)
PAID = Charge(8000, "EUR", 48, 50)


def at(day: int, hour: int, minute: int, length: int) -> Times:
    start = datetime(2026, 10, day, hour, minute, tzinfo=UTC)
    return Times(start, start + timedelta(minutes=length))


BEFORE = at(13, 8, 0, 50)
SOON = datetime(2026, 10, 10, 9, 30, tzinfo=UTC)
NAMES = {
    "en": ("Discovery call", "Individual session"),
    "it": ("Chiamata conoscitiva", "Seduta individuale"),
}
HOUSES = {
    "en": House(
        name="Studio Marea",
        therapist="Dr. Elena Conti",
        address=("Via dell’Esempio 12, second floor", "Trieste"),
        email="hello@studiomarea.example",
        phone="",
        url=URL,
        zone="Europe/Rome",
        place="Trieste",
        answers="within two working days",
        crisis=CrisisLine("Emergency number", "Anywhere in Europe, day and night", "112"),
    ),
    "it": House(
        name="Studio Marea",
        therapist="Dott.ssa Elena Conti",
        address=("Via dell’Esempio 12, secondo piano", "Trieste"),
        email="hello@studiomarea.example",
        phone="",
        url=URL,
        zone="Europe/Rome",
        place="Trieste",
        answers="entro due giorni lavorativi",
        crisis=CrisisLine("Numero di emergenza", "In tutta Europa, giorno e notte", "112"),
    ),
}


@dataclass(frozen=True)
class Sample:
    """The same people and the same week, in one language."""

    language: str

    @property
    def house(self) -> House:
        return HOUSES[self.language]

    @property
    def giulia(self) -> Reader:
        return Reader("Giulia", "giulia@example.org", self.language, "Europe/Rome")

    @property
    def abroad(self) -> Reader:
        return replace(self.giulia, zone="America/St_Johns")

    @property
    def therapist(self) -> Reader:
        return Reader("", "elena@studiomarea.example", self.language, "Europe/Rome")

    @property
    def client(self) -> Client:
        return Client.named("Giulia Rossi", "America/St_Johns")

    @property
    def call(self) -> Booking:
        return replace(
            self.session,
            sort=Sort.CALL,
            name=NAMES[self.language][0],
            times=at(13, 13, 40, 20),
            charge=FREE,
            phone="+390400000567",
        )

    @property
    def session(self) -> Booking:
        return Booking(
            id=UUID("0196f1a4-7d2e-7c31-9a55-3f0d6f2b8e41"),
            reference="KPT-493-RW",
            sort=Sort.SESSION,
            name=NAMES[self.language][1],
            times=at(15, 14, 0, 50),
            place=Place.VIDEO,
            charge=PAID,
            sequence=0,
            as_of=AS_OF,
            url=MANAGE,
            video_link=ROOM,
        )

    @property
    def in_the_room(self) -> Booking:
        return replace(self.session, place=Place.IN_PERSON, address=self.house.address)

    @property
    def request(self) -> Booking:
        return replace(self.in_the_room, sort=Sort.REQUEST)

    @property
    def for_her(self) -> Booking:
        return replace(self.session, url=f"{PORTAL}/bookings/KPT-493-RW")

    @property
    def day(self) -> Day:
        visits = (
            Visit(at(13, 7, 0, 50), "G. R.", Place.IN_PERSON),
            Visit(at(13, 8, 30, 50), "M. B.", Place.VIDEO),
            Visit(at(13, 13, 40, 20), "A.", Place.PHONE),
        )
        return Day(BEFORE.starts_at.date(), visits, 1, 2, 1)


# By file name: what the letter says first, then what is special about this one.
LETTERS: dict[str, Callable[[Sample], Letter]] = {
    "call-confirmed": lambda one: letters.call_confirmed(
        one.house, one.giulia, one.call, account_link=f"{URL}/sign-in/link/sample"
    ),
    "call-confirmed-by-phone-abroad": lambda one: letters.call_confirmed(
        one.house, one.abroad, replace(one.call, place=Place.PHONE)
    ),
    "session-confirmed": lambda one: letters.session_confirmed(
        one.house, one.giulia, one.in_the_room
    ),
    "session-confirmed-abroad": lambda one: letters.session_confirmed(
        one.house, one.abroad, one.session
    ),
    "requested": lambda one: letters.requested(one.house, one.giulia, one.request, answer_by=SOON),
    "declined": lambda one: letters.declined(one.house, one.giulia, one.request, choose_url=CHOOSE),
    "expired": lambda one: letters.expired(one.house, one.giulia, one.request, choose_url=CHOOSE),
    "expired-unpaid": lambda one: letters.expired(
        one.house, one.giulia, one.session, choose_url=CHOOSE, unpaid=True
    ),
    "moved": lambda one: letters.moved(
        one.house, one.giulia, one.session, before=BEFORE, by=Role.CLIENT
    ),
    "moved-by-the-therapist": lambda one: letters.moved(
        one.house, one.abroad, one.session, before=BEFORE, by=Role.THERAPIST
    ),
    "cancelled": lambda one: letters.cancelled(
        one.house, one.giulia, one.session, by=Role.CLIENT, choose_url=CHOOSE
    ),
    "cancelled-late": lambda one: letters.cancelled(
        one.house, one.giulia, one.session, by=Role.CLIENT, choose_url=CHOOSE, cost_cents=4000
    ),
    "cancelled-by-the-therapist": lambda one: letters.cancelled(
        one.house, one.giulia, one.call, by=Role.THERAPIST, choose_url=CHOOSE
    ),
    "reminder": lambda one: letters.reminder(one.house, one.giulia, one.in_the_room),
    "feedback-request": lambda one: letters.feedback_request(
        one.house, one.giulia, one.session, feedback_url=f"{URL}/feedback/sample"
    ),
    "sign-in": lambda one: letters.sign_in(
        one.house, replace(one.giulia, name=""), link=f"{URL}/sign-in/link/{'sample-' * 6}0"
    ),
    "new-booking": lambda one: letters.new_booking(
        one.house, one.therapist, one.for_her, one.client
    ),
    "new-request": lambda one: letters.new_request(
        one.house, one.therapist, replace(one.request, url=PORTAL), one.client, answer_by=SOON
    ),
    "booking-moved": lambda one: letters.booking_moved(
        one.house, one.therapist, one.for_her, one.client, before=BEFORE, by=Role.CLIENT
    ),
    "booking-cancelled": lambda one: letters.booking_cancelled(
        one.house, one.therapist, one.for_her, one.client, by=Role.CLIENT, cost_cents=4000
    ),
    "daily-summary": lambda one: letters.daily_summary(
        one.house, one.therapist, one.day, portal_url=PORTAL
    ),
    "daily-summary-of-a-free-day": lambda one: letters.daily_summary(
        one.house, one.therapist, Day(one.day.on, ()), portal_url=PORTAL
    ),
}
