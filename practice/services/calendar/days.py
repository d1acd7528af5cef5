"""Days of the calendar as they are: who comes, and what is blocked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from practice.domain.availability import hours
from practice.domain.availability.intervals import Interval, overlap
from practice.domain.booking.status import LIVE, Place, Status
from practice.models import sealed
from practice.models.accounts import Account
from practice.models.booking import Appointment, Booking
from practice.models.clients import Client
from practice.models.content import SessionType
from practice.models.schedule import Block
from practice.services.access import require
from practice.services.content.localized import Speaker

# What each session type is called.
Names = Mapping[UUID, str]
Row = tuple[Appointment, Booking | None, Client | None, Account | None]


@dataclass(frozen=True)
class Meeting:
    """One appointment: with one client, or a group with as many as have come together."""

    starts_at: datetime
    ends_at: datetime
    name: str
    # Empty for a group: its own name says who comes.
    client: str
    status: Status
    place: Place
    discovery: bool
    taken: int = 1
    # None for one-to-one.
    capacity: int | None = None


@dataclass(frozen=True)
class Blocked:
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True)
class Day:
    on: date
    meetings: tuple[Meeting, ...]
    blocks: tuple[Blocked, ...]
    # The reasons for which the whole day is blocked; a reason may be empty.
    closed: tuple[str, ...]


@dataclass(frozen=True)
class Diary:
    """Some days, read at once."""

    zone: ZoneInfo
    rows: Sequence[Row]
    blocks: Sequence[Block]
    names: Names

    def day(self, on: date) -> Day:
        whole = hours.whole_days(self.zone, on, on)
        blocked = [(one, _taken(one)) for one in self.blocks]
        met = [(one, taken) for one, taken in blocked if overlap(taken, whole)]
        return Day(
            on=on,
            meetings=tuple(self.meeting(own) for own in self.rows_of(on)),
            blocks=tuple(
                _clipped(one, taken, whole) for one, taken in met if not _covers(taken, whole)
            ),
            closed=tuple(sealed.read(one, "reason") for one, taken in met if _covers(taken, whole)),
        )

    def rows_of(self, on: date) -> Iterator[list[Row]]:
        """The rows of each appointment that begins on this day of hers."""
        own = (row for row in self.rows if row[0].starts_at.astimezone(self.zone).date() == on)
        for _id, found in groupby(own, key=lambda row: row[0].id):
            yield list(found)

    def meeting(self, rows: Sequence[Row]) -> Meeting:
        at, booking, client, _account = rows[0]
        is_group = at.group_status is not None
        return Meeting(
            starts_at=at.starts_at,
            ends_at=at.ends_at,
            name=self.names[at.session_type_id],
            client="" if is_group or client is None else sealed.read(client, "name"),
            # A group takes place as such; each place in it has its own state.
            status=Status.CONFIRMED if is_group or booking is None else Status(booking.status),
            place=Place(booking.place) if booking else _place(at),
            discovery=booking is not None and booking.discovery,
            taken=sum(row[1] is not None for row in rows),
            capacity=at.capacity if is_group else None,
        )


def read(session: Session, zone: ZoneInfo, first: date, last: date, say: Speaker) -> Diary:
    """By whoever may see everybody's: the caller has asked."""
    return Diary(
        zone=zone,
        rows=_rows(session, zone, first, last),
        blocks=_blocks(session, zone, first, last),
        names={one.id: say(one.name) for one in session.exec(select(SessionType))},
    )


def _rows(session: Session, zone: ZoneInfo, first: date, last: date) -> Sequence[Row]:
    """Everybody who comes on these days, in one statement; an empty group has a row, too."""
    low, high = (hours.moment(at) for at in hours.whole_days(zone, first, last))
    return session.exec(
        select(Appointment, Booking, Client, Account)
        .join(
            Booking,
            (col(Booking.appointment_id) == Appointment.id) & col(Booking.status).in_(LIVE),
            isouter=True,
        )
        .join(Client, col(Client.id) == Booking.client_id, isouter=True)
        .join(Account, col(Account.id) == Client.account_id, isouter=True)
        .where(
            col(Appointment.live),
            col(Appointment.starts_at) >= low,
            col(Appointment.starts_at) < high,
        )
        .order_by(col(Appointment.starts_at), col(Booking.created_at))
    ).all()


def _blocks(session: Session, zone: ZoneInfo, first: date, last: date) -> Sequence[Block]:
    low, high = (hours.moment(at) for at in hours.whole_days(zone, first, last))
    timed = (col(Block.starts_at) < high) & (col(Block.ends_at) > low)
    # A day of another zone may begin on the day before and end on the day after.
    days = (col(Block.first_on) <= last + hours.ONE_DAY) & (
        col(Block.last_on) >= first - hours.ONE_DAY
    )
    return session.exec(select(Block).where(timed | days).order_by(col(Block.starts_at))).all()


def _taken(block: Block) -> Interval:
    if block.zone:
        zone = ZoneInfo(block.zone)
        return hours.whole_days(zone, require(block.first_on), require(block.last_on))
    return hours.seconds(require(block.starts_at)), hours.seconds(require(block.ends_at))


def _covers(taken: Interval, whole: Interval) -> bool:
    return taken[0] <= whole[0] and whole[1] <= taken[1]


def _clipped(block: Block, taken: Interval, whole: Interval) -> Blocked:
    low, high = max(taken[0], whole[0]), min(taken[1], whole[1])
    return Blocked(hours.moment(low), hours.moment(high), sealed.read(block, "reason"))


def _place(group: Appointment) -> Place:
    """Of a group in which nobody is yet."""
    return Place.VIDEO if group.video_link else Place.IN_PERSON
