"""The facts of a booking as letters and calendar files tell them."""

from sqlmodel import Session, col, select

from practice import clock, letters, settings
from practice.domain.booking.status import Place
from practice.domain.content import CrisisLine
from practice.letters import House, Sort, Times
from practice.models import content as published
from practice.models.booking import Appointment, Booking
from practice.models.content import Practice, SessionType
from practice.services.booking import lookup
from practice.services.content.localized import Speaker

Told = letters.Booking


def booking_of(
    practice: Practice,
    booking: Booking,
    appointment: Appointment,
    kind: SessionType,
    phone: str,
    url: str,
    *,
    sort: Sort | None = None,
) -> Told:
    say = Speaker(practice)
    return Told(
        id=booking.id,
        reference=booking.reference,
        sort=sort or (Sort.CALL if booking.discovery else Sort.SESSION),
        name=say(kind.name),
        times=Times(appointment.starts_at, appointment.ends_at),
        place=Place(booking.place),
        charge=lookup.charge_of(booking),
        sequence=booking.sequence,
        as_of=clock.now(),
        url=url,
        video_link=appointment.video_link or "",
        address=_lines(say(practice.address)),
        phone=phone,
    )


def house_of(session: Session, practice: Practice) -> House:
    """In the language that is spoken just now."""
    say = Speaker(practice)
    line = session.exec(
        select(published.CrisisLine).order_by(col(published.CrisisLine.position))
    ).first()
    return House(
        name=practice.name,
        therapist=say(practice.therapist),
        address=_lines(say(practice.address)),
        email=practice.email,
        phone=practice.phone,
        url=settings.current().public_url,
        zone=practice.zone,
        place=say(practice.place),
        answers=say(practice.answer_time),
        crisis=CrisisLine(say(line.name), say(line.hours), line.number) if line else None,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.splitlines() if one.strip())
