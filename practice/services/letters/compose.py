"""From a promise to its letter: reads the facts as they are now, and tells when they are gone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, exists, func, select

from practice import clock, i18n, letters, settings
from practice.domain.accounts.sessions import LinkState, link_state
from practice.domain.actors import Actor, Role
from practice.domain.booking.consequences import FEEDBACK, REMINDER, SIGN_IN, SUMMARY, Effect, Fact
from practice.domain.booking.status import LIVE, Place, Status
from practice.domain.content import CrisisLine
from practice.domain.letters import Letter
from practice.letters import House, Reader, Sort, Times
from practice.models import content as published
from practice.models import sealed
from practice.models.accounts import Account, SigninLink, Therapist
from practice.models.booking import Appointment, Booking, BookingEvent
from practice.models.clients import Client
from practice.models.content import Practice, SessionType
from practice.models.outbox import OutboxRow
from practice.services import feedback
from practice.services.access import require
from practice.services.accounts import sign_in
from practice.services.booking import allowance, catalog, lookup
from practice.services.content.localized import Speaker
from practice.services.letters import daily_summary
from practice.services.links import management

OF_REQUESTS = frozenset(
    {Fact.REQUESTED, Fact.REQUEST_MOVED, Fact.WITHDRAWN, Fact.DECLINED, Fact.EXPIRED}
)


# Letters about moves that were left out for another.
LEFT_OUT = ("dropped:moved_again", "dropped:as_before")


class Dropped(Exception):
    """There is nothing to tell any more; why is a word of ours."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Addressed:
    to: str
    letter: Letter


@dataclass(frozen=True)
class Known:
    """A booking with all that letters about it need."""

    told: Mapping[str, Any]
    fact: str
    booking: Booking
    appointment: Appointment
    kind: SessionType
    client: Client
    account: Account
    practice: Practice
    event: BookingEvent | None
    # The event before, for a time that no longer holds.
    earlier: BookingEvent | None

    @property
    def by(self) -> Role:
        return _hand(self.event) if self.event else Role.SYSTEM


def compose(session: Session, promised: OutboxRow) -> Addressed:
    """Raises Dropped where the reason has gone: cancelled, moved on, or simply too late."""
    told = json.loads(sealed.read(promised, "payload"))
    if promised.fact == SIGN_IN:
        return _sign_in(session, told)
    if promised.fact == SUMMARY:
        return _summary(session, told)
    known = _known(session, promised, told)
    _require_true(session, known)
    _require_room(session, known, promised)
    if promised.effect == Effect.LETTER_TO_THERAPIST:
        return _to_therapist(session, known)
    return _to_client(session, known)


def require_reason(session: Session, promised: OutboxRow) -> None:
    """Asked before every attempt with a letter that is rendered already."""
    told = json.loads(sealed.read(promised, "payload"))
    if promised.fact == SIGN_IN:
        _require_link(session, told["link"])
    elif promised.fact == SUMMARY:
        _require_today(session, told)
    else:
        _require_true(session, _known(session, promised, told))


def find_text(session: Session, _actor: Actor, *, row: UUID) -> str:
    """For the telephone: the letter's own plain part, if there is still something to tell."""
    try:
        return compose(session, require(session.get(OutboxRow, row))).letter.text
    except Dropped:
        return ""


# Whether it is still true


def _require_true(session: Session, known: Known) -> None:
    status, start = Status(known.booking.status), known.appointment.starts_at
    if known.fact == REMINDER:
        _require(status is Status.CONFIRMED, "not_confirmed")
        _require(start == datetime.fromisoformat(known.told["starts_at"]), "moved")
        _require(start > clock.now(), "over")
    elif known.fact == Fact.CONFIRMED:
        _require(status in LIVE and status is not Status.HELD, "ended")
    elif known.fact == Fact.REQUESTED:
        _require(status is Status.REQUESTED, "answered")
    elif known.fact in {Fact.MOVED, Fact.REQUEST_MOVED}:
        _require(status in LIVE, "ended")
        _require(_is_newest_move(session, known), "moved_again")
        _require(start != _before(known).starts_at, "as_before")
    elif known.fact == FEEDBACK:
        _require(status is Status.COMPLETED, "not_held")
    elif known.fact == Fact.APPROVED:
        # What is to be paid is told once it can be paid.
        raise Dropped("no_payments_yet")


def _require(is_true: bool, why: str) -> None:
    if not is_true:
        raise Dropped(why)


def _require_room(session: Session, known: Known, promised: OutboxRow) -> None:
    """What a guest does is told to an unproven address a few times a day; giving a time back is
    never refused for that, so its letter may be left out here. What the therapist or the clock
    does is always told."""
    if promised.effect != Effect.LETTER_TO_CLIENT or known.by is not Role.PUBLIC:
        return
    has_room = allowance.has_letter_left(session, known.client, known.account, promised)
    _require(known.fact == Fact.CONFIRMED or has_room, "enough_letters")


def _is_newest_move(session: Session, known: Known) -> bool:
    newest = session.exec(
        select(BookingEvent.id)
        .where(BookingEvent.booking_id == known.booking.id, BookingEvent.what == "moved")
        .order_by(col(BookingEvent.at).desc(), col(BookingEvent.id).desc())
    ).first()
    return known.event is not None and newest == known.event.id


def _require_link(session: Session, url: str) -> None:
    token = url.rpartition("/")[2]
    found = session.exec(
        select(SigninLink).where(SigninLink.token_hash == sign_in.hashed(token))
    ).first()
    _require(found is not None, "link_gone")
    link = require(found)
    state = link_state(
        clock.now(),
        expires_at=link.expires_at,
        used_at=link.used_at,
        voided_at=link.voided_at,
    )
    _require(state is LinkState.GOOD, f"link_{state}")


def _require_today(session: Session, told: Mapping[str, Any]) -> None:
    practice = require(session.get(Practice, 1))
    today = clock.now().astimezone(ZoneInfo(practice.zone)).date()
    _require(told["day"] == today.isoformat(), "day_over")


# What it says


def _to_client(session: Session, known: Known) -> Addressed:
    account = known.account
    reader = Reader(
        name=sealed.read(known.client, "name"),
        email=sealed.read(account, "email"),
        language=known.booking.language,
        zone=known.booking.zone,
    )
    with i18n.speaking(reader.language):
        house = house_of(session, known.practice)
        told = _booking(known, management.manage_url(known.booking))
        letter = CLIENT[known.fact](session, known, house, reader, told)
    return Addressed(reader.email, letter)


def _to_therapist(session: Session, known: Known) -> Addressed:
    """What she did by her own hand she knows."""
    _require(known.by is not Role.THERAPIST, "own_hand")
    practice = known.practice
    reader = _therapist(session, practice)
    with i18n.speaking(reader.language):
        house = house_of(session, practice)
        told = _booking(known, f"{settings.current().public_url}/portal")
        client = letters.Client.named(sealed.read(known.client, "name"), known.booking.zone)
        letter = THERAPIST[known.fact](known, house, reader, told, client)
    return Addressed(reader.email, letter)


Told = letters.Booking


def _confirmed(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    if not known.booking.discovery:
        return letters.session_confirmed(house, reader, told)
    # Whoever has an account already needs no link to it.
    link = "" if known.account.email_proven_at else known.told.get("link", "")
    return letters.call_confirmed(house, reader, told, account_link=link)


def _requested(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.requested(house, reader, told, answer_by=require(known.booking.hold_expires_at))


def _moved(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.moved(house, reader, told, before=_before(known), by=known.by)


def _cancelled(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    url = _choose_url(known, reader)
    return letters.cancelled(
        house, reader, told, by=known.by, choose_url=url, cost_cents=_cost(known)
    )


def _declined(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.declined(house, reader, told, choose_url=_choose_url(known, reader))


def _expired(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.expired(house, reader, told, choose_url=_choose_url(known, reader))


def _reminder(_: Session, _known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.reminder(house, reader, told)


def _feedback(_: Session, known: Known, house: House, reader: Reader, told: Told) -> Letter:
    return letters.feedback_request(house, reader, told, feedback_url=feedback.url(known.booking))


CLIENT: Mapping[str, Callable[[Session, Known, House, Reader, Told], Letter]] = {
    Fact.CONFIRMED: _confirmed,
    Fact.REQUESTED: _requested,
    Fact.MOVED: _moved,
    Fact.REQUEST_MOVED: _moved,
    Fact.CANCELLED: _cancelled,
    Fact.WITHDRAWN: _cancelled,
    Fact.DECLINED: _declined,
    Fact.EXPIRED: _expired,
    REMINDER: _reminder,
    FEEDBACK: _feedback,
}


def _new(_known: Known, house: House, reader: Reader, told: Told, client: letters.Client) -> Letter:
    return letters.new_booking(house, reader, told, client)


def _asked(
    known: Known, house: House, reader: Reader, told: Told, client: letters.Client
) -> Letter:
    by = require(known.booking.hold_expires_at)
    return letters.new_request(house, reader, told, client, answer_by=by)


def _shifted(
    known: Known, house: House, reader: Reader, told: Told, client: letters.Client
) -> Letter:
    return letters.booking_moved(house, reader, told, client, before=_before(known), by=known.by)


def _called_off(
    known: Known, house: House, reader: Reader, told: Told, client: letters.Client
) -> Letter:
    return letters.booking_cancelled(
        house, reader, told, client, by=known.by, cost_cents=_cost(known)
    )


THERAPIST: Mapping[str, Callable[[Known, House, Reader, Told, letters.Client], Letter]] = {
    Fact.CONFIRMED: _new,
    Fact.REQUESTED: _asked,
    Fact.MOVED: _shifted,
    Fact.REQUEST_MOVED: _shifted,
    Fact.CANCELLED: _called_off,
    Fact.WITHDRAWN: _called_off,
}


def _sign_in(session: Session, told: Mapping[str, Any]) -> Addressed:
    _require_link(session, told["link"])
    practice = require(session.get(Practice, 1))
    # Whoever knows an address can ask for a letter to it, so it says nobody's name.
    reader = Reader("", told["to"], told["language"], practice.zone)
    with i18n.speaking(reader.language):
        house = house_of(session, practice)
    return Addressed(reader.email, letters.sign_in(house, reader, link=told["link"]))


def _summary(session: Session, told: Mapping[str, Any]) -> Addressed:
    _require_today(session, told)
    practice = require(session.get(Practice, 1))
    reader = _therapist(session, practice)
    with i18n.speaking(reader.language):
        day = daily_summary.find(session, date.fromisoformat(told["day"]))
        house = house_of(session, practice)
    portal = f"{settings.current().public_url}/portal"
    return Addressed(reader.email, letters.daily_summary(house, reader, day, portal_url=portal))


# The facts


def _known(session: Session, promised: OutboxRow, told: Mapping[str, Any]) -> Known:
    found = session.exec(
        select(Booking, Appointment, SessionType, Client)
        .join(Appointment, col(Appointment.id) == Booking.appointment_id)
        .join(SessionType, col(SessionType.id) == Booking.session_type_id)
        .join(Client, col(Client.id) == Booking.client_id)
        .where(Booking.id == promised.booking_id)
    ).one()
    account = require(session.get(Account, found[3].account_id))
    event = session.get(BookingEvent, UUID(told["event"])) if "event" in told else None
    practice = require(session.get(Practice, 1))
    earlier = _earlier(session, event, promised.effect) if event else None
    return Known(told, promised.fact, *found, account, practice, event, earlier)


def _earlier(session: Session, event: BookingEvent, effect: str) -> BookingEvent | None:
    """The event before that its reader knows of. A move whose letter was left out for a newer one
    of the same hand is nothing to them; what one hand moved and another moved back is told."""
    rows = _events_before(session, event, effect)
    hand = _hand(event)
    known, is_left_out = next(
        ((row, left) for row, left in rows if not (left and _hand(row) is hand)), (None, False)
    )
    if known is None or known.starts_at != event.starts_at:
        return known
    if hand is Role.THERAPIST or is_left_out:
        return next((row for row, _left in rows if row.starts_at != event.starts_at), known)
    return known


def _hand(event: BookingEvent) -> Role:
    return Role(event.actor.partition(":")[0])


def _events_before(
    session: Session, event: BookingEvent, effect: str
) -> list[tuple[BookingEvent, bool]]:
    """Newest first, each with whether its letter to this reader was left out."""
    key = func.concat(effect, "/", col(BookingEvent.id))
    left_out = exists().where(
        col(OutboxRow.dedupe_key) == key,
        col(OutboxRow.fact).in_([Fact.MOVED, Fact.REQUEST_MOVED]),
        col(OutboxRow.outcome).is_(None) | col(OutboxRow.outcome).in_(LEFT_OUT),
    )
    rows = session.exec(
        select(BookingEvent, left_out)
        .where(BookingEvent.booking_id == event.booking_id, BookingEvent.id != event.id)
        .where(col(BookingEvent.at) <= event.at)
        .order_by(col(BookingEvent.at).desc(), col(BookingEvent.id).desc())
    )
    return [(row, bool(is_left_out)) for row, is_left_out in rows]


def _before(known: Known) -> Times:
    earlier = require(known.earlier)
    return Times(earlier.starts_at, earlier.ends_at)


def _cost(known: Known) -> int:
    return lookup.due_after(known.booking, require(known.event))


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


def _booking(known: Known, url: str) -> Told:
    return booking_of(
        known.practice,
        known.booking,
        known.appointment,
        known.kind,
        sealed.read(known.client, "phone"),
        url,
        sort=Sort.REQUEST if known.fact in OF_REQUESTS else None,
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


def _therapist(session: Session, practice: Practice) -> Reader:
    """Where she signs in; before she ever did, the practice's own address."""
    owner = session.get(Therapist, 1)
    account = session.get(Account, owner.account_id) if owner else None
    email = sealed.read(account, "email") if account else practice.email
    language = account.language if account else practice.default_language
    return Reader("", email, language, practice.zone)


def _choose_url(known: Known, reader: Reader) -> str:
    """Where another time of this kind is chosen; where none are offered any more, whatever is."""
    slug = catalog.slug_of(known.kind)
    path = f"/book/{slug}" if slug else "/book"
    return settings.current().public_url + i18n.path_in(reader.language, path)
