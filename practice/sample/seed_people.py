"""People for the sample practice and a day among them, so that every screen has something to show.
They are booked through the same services as real ones, so that gate and calendar hold."""

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, delete, select

from practice import clock, vault
from practice.clock import new_id
from practice.db import changes_calendar
from practice.domain.actors import Actor, Role
from practice.domain.availability import hours
from practice.domain.booking.refusals import SlotTaken
from practice.domain.booking.status import Place
from practice.domain.clients.stages import Outcome
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import Booking, BookingEvent
from practice.models.clients import Client, Relationship
from practice.models.content import Practice
from practice.models.feedback import Feedback
from practice.models.messages import Notice
from practice.models.outbox import OutboxRow
from practice.sample import seed as sample_seed
from practice.services.access import require
from practice.services.accounts import sign_in
from practice.services.availability import slots
from practice.services.booking import book
from practice.services.booking import outcome as booking_outcome
from practice.services.booking.book import Wish
from practice.services.booking.idempotency import Booked
from practice.services.calendar import blocks
from practice.services.clients import gate
from practice.services.links import sign_in as links_sign_in
from practice.settings import ROOT

SOURCE = ROOT / "practice" / "sample" / "people.toml"
# As if by her own hand: nobody else books for others and says what took place.
HER = Actor(Role.THERAPIST)
# Between these hours of the practice whoever comes next comes soon; at night the day stays a day.
EARLIEST, LATEST = 11 * 60, 15 * 60
SOON, HALF_HOUR = 15, 30
DAYS_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Plan:
    """Today at the practice, and the minute of the day from which the others are counted."""

    zone: ZoneInfo
    today: date
    anchor: int

    @classmethod
    def of(cls, zone: ZoneInfo) -> "Plan":
        now = clock.now().astimezone(zone)
        soon = now.hour * 60 + now.minute + SOON
        half_hour = -(-soon // HALF_HOUR) * HALF_HOUR
        return cls(zone, now.date(), min(max(half_hour, EARLIEST), LATEST))

    def at(self, row: Mapping[str, Any]) -> datetime:
        day = self.today + timedelta(days=row.get("day", 0))
        start = hours.moment(hours.instant(self.zone, day, self.anchor + row["at"]))
        if row.get("begun") and start > clock.now():
            return self.at({**row, "day": -1, "begun": False})
        return start


def is_wanted(session: Session, _actor: Actor) -> bool:
    """Nobody is there yet, and it is the sample practice."""
    practice = session.get(Practice, 1)
    is_sample = practice is not None and practice.email == sample_seed.read()["profile"]["email"]
    return is_sample and session.exec(select(Client.id)).first() is None


@changes_calendar
def seed(session: Session, _actor: Actor) -> None:
    source = _read()
    people: dict[str, Actor] = {}
    for row in source["people"]:
        under = people[row["under"]].account_id if "under" in row else _account(session, row)
        people[row.get("email", row["name"])] = _person(session, row, require(under))
    plan = Plan.of(ZoneInfo(require(session.get(Practice, 1)).zone))
    for row in source["blocks"]:
        start = plan.at(row)
        end = start + timedelta(minutes=row["minutes"])
        blocks.block(session, HER, starts_at=start, ends_at=end, reason=row["reason"])
    for row in source["meetings"]:
        # A group of an older sample may meet at that time.
        with suppress(SlotTaken):
            _meet(session, people[row["who"]], row, plan.at(row))
    for row in source["offered"]:
        _take_offered(session, people[row["who"]], row, plan)


def open_door(session: Session, _actor: Actor) -> str | None:
    """For the start-up message while developing: the first of them, if there."""
    indexes = vault.ring().indexes("email", _read()["people"][0]["email"])
    account = session.exec(select(Account).where(col(Account.email_index).in_(indexes))).first()
    return account and links_sign_in.url(sign_in.issue(session, account, None))


def _read() -> dict[str, Any]:
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def _account(session: Session, row: Mapping[str, Any]) -> UUID:
    account_id, email = new_id(), row["email"]
    account = Account(
        id=account_id,
        email=sealed.seal(Account, "email", account_id, email),
        email_index=vault.ring().index("email", email),
        email_proven_at=clock.now(),
        language=row["language"],
        zone=row["zone"],
    )
    session.add(account)
    session.flush()
    return account_id


def _person(session: Session, row: Mapping[str, Any], account_id: UUID) -> Actor:
    client_id = new_id()
    client = Client(
        id=client_id,
        account_id=account_id,
        relationship=row.get("relationship", Relationship.SELF),
        name=sealed.seal(Client, "name", client_id, row["name"]),
        phone=sealed.seal(Client, "phone", client_id, row["phone"]),
        phone_index=vault.ring().index("phone", row["phone"]),
    )
    session.add(client)
    session.flush()
    _remember(session, client, row)
    return Actor(Role.CLIENT, account_id, client_id)


def _remember(session: Session, client: Client, row: Mapping[str, Any]) -> None:
    """Known by her word, and since earlier than this database."""
    if "known_days" not in row:
        return
    gate.mark_known(session, HER, client_id=client.id, reason="A person of the sample")
    client.discovery_completed_at = clock.now() - timedelta(days=row["known_days"])
    if "intake_days" in row:
        client.intake_completed_at = clock.now() - timedelta(days=row["intake_days"])
    session.flush()


def _meet(session: Session, who: Actor, row: Mapping[str, Any], start: datetime) -> None:
    wish = _wish(session, who, row, start)
    booked = book.book(session, HER, wish, client_id=who.client_id, despite_block=True)
    session.flush()
    if booked.starts_at > clock.now():
        return
    _forget_promises(session, booked)
    if row.get("closed"):
        outcome = Outcome.GO_ON if row["slug"] == "discovery" else None
        booking_outcome.complete(session, HER, reference=booked.reference, outcome=outcome)
        if "said" in row:
            _say(session, booked, row["said"])


def _forget_promises(session: Session, booked: Booked) -> None:
    """What lies behind was confirmed when it was booked: no letter and no notice about it now."""
    own = select(Booking.id).where(Booking.reference == booked.reference).scalar_subquery()
    happened = select(BookingEvent.id).where(BookingEvent.booking_id == own)
    session.exec(delete(OutboxRow).where(col(OutboxRow.booking_id) == own))
    session.exec(delete(Notice).where(col(Notice.event_id).in_(happened)))


def _say(session: Session, booked: Booked, words: str) -> None:
    """The next day, after a letter asked how it was."""
    found = session.exec(select(Booking).where(Booking.reference == booked.reference)).one()
    row, at = new_id(), booked.ends_at + hours.ONE_DAY
    said = sealed.seal(Feedback, "words", row, words)
    session.add(Feedback(id=row, booking_id=found.id, asked_at=at, given_at=at, words=said))
    session.flush()


def _take_offered(session: Session, who: Actor, row: Mapping[str, Any], plan: Plan) -> None:
    first = plan.today + timedelta(days=row["days"])
    offer = slots.list_slots(
        session, who, slug=row["slug"], first=first, last=first + DAYS_AHEAD, zone=plan.zone
    )
    earliest = time.fromisoformat(row.get("after", "00:00"))
    starts = (hours.moment(start) for start, _places in offer.starts)
    start = next(one for one in starts if one.astimezone(plan.zone).time() >= earliest)
    wish = _wish(session, who, row, start)
    hand = who if row.get("asked") else HER
    book.book(session, hand, wish, client_id=who.client_id)


def _wish(session: Session, who: Actor, row: Mapping[str, Any], start: datetime) -> Wish:
    account = require(session.get(Account, require(who.account_id)))
    return Wish(
        slug=row["slug"],
        start=start,
        zone=account.zone,
        language=account.language,
        place=Place(row["place"]),
        note=row.get("note", ""),
    )
