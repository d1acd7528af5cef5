"""Reads hours and what is taken, and asks the engine: for showing, and inside the booking."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import Range
from sqlmodel import Session, col, select, text

from practice import clock, db, settings
from practice.domain import availability, hours
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.availability import Calendar, Explanation, Group, Taken, Terms, Why
from practice.domain.bookings import Charge, Confirmation, Visibility
from practice.domain.errors import NotFound
from practice.domain.hours import Stretch, Week
from practice.domain.intervals import Interval, overlap
from practice.domain.journey import Stage
from practice.domain.refusals import NotOffered, SlotTaken, TimeBlocked
from practice.models.bookings import Appointment
from practice.models.schedule import Block
from practice.services import clients
from practice.services.access import require

# From here to there an answer is sought for whoever lost a time.
ALTERNATIVES_BEFORE = timedelta(days=2)
ALTERNATIVES_AFTER = timedelta(days=14)
# So many may always come, however short the day.
FEWEST_GUESTS = 2
A_SLUG = re.compile(r"[a-z0-9-]{1,80}")

# The number rises with every change; the transaction that wrote it tells two apart of which one was
# rolled back.
EDITION = text("SELECT number, xmin::text FROM content_revision")

RULES = text("""
    SELECT t.id, t.slug, t.name, t.minutes, t.step_minutes, t.buffer_before, t.buffer_after,
           t.notice_minutes, t.horizon_days, t.max_per_day, t.capacity, t.needs, t.places,
           t.price_cents, t.currency, t.confirmation, t.free_hours, t.late_percent, t.visible,
           t.archived_at IS NOT NULL AS is_archived,
           p.zone, p.max_per_day AS most_of_all, p.video_room_url,
           s.valid_from, s.valid_until,
           (SELECT jsonb_agg(jsonb_build_array(weekday, starts, ends)) FROM weekly_hours
            WHERE schedule_id = s.id) AS weekly,
           (SELECT jsonb_agg(jsonb_build_array(on_date, starts, ends))
            FROM overrides LEFT JOIN override_hours USING (on_date)
            WHERE on_date >= :since) AS overrides
    FROM session_types t
    JOIN practice p ON p.id = 1
    LEFT JOIN schedules s
    ON s.id = coalesce(t.schedule_id, (SELECT id FROM schedules WHERE is_default))
    WHERE t.id = :id OR t.slug = :slug
""")

# Plain numbers, not objects: this is read for every slot that is shown or booked.
TAKEN = text("""
    SELECT 'busy' AS kind, extract(epoch FROM lower(during))::float8 AS low,
           extract(epoch FROM upper(during))::float8 AS high,
           extract(epoch FROM starts_at)::float8 AS start,
           session_type_id = :type AS same_type, NULL::date AS first_on, NULL::date AS last_on,
           NULL AS zone
    FROM appointments
    -- Two buffers are a day each at most; by its end it is found in an index.
    WHERE live AND ends_at > :low - interval '1 day' AND starts_at < :high + interval '1 day'
    AND during && tstzrange(:low, :high) AND id IS DISTINCT FROM :without
    UNION ALL
    SELECT 'blocked', extract(epoch FROM starts_at)::float8, extract(epoch FROM ends_at)::float8,
           NULL, NULL, NULL, NULL, NULL
    FROM blocks
    WHERE ends_at > :low AND starts_at < :high
    UNION ALL
    -- What is blocked for ever is looked at only as far as the question goes.
    SELECT 'closed', NULL, NULL, NULL, NULL, greatest(first_on, :first), least(last_on, :last), zone
    FROM blocks
    WHERE last_on >= :first AND first_on <= :last
    UNION ALL
    SELECT 'guest', NULL, NULL, extract(epoch FROM a.starts_at)::float8, NULL, NULL, NULL, NULL
    FROM bookings b
    JOIN appointments a ON a.id = b.appointment_id
    JOIN clients c ON c.id = b.client_id
    WHERE :as_guest AND c.provisional AND b.status IN ('held', 'requested', 'confirmed')
    AND a.starts_at >= :low AND a.starts_at < :high AND a.id IS DISTINCT FROM :without
""")

GROUPS = text("""
    SELECT extract(epoch FROM a.starts_at)::float8 AS start, a.capacity,
           (SELECT count(*) FROM bookings b
            WHERE b.appointment_id = a.id AND takes_time(b.status)) AS taken
    FROM appointments a
    WHERE a.session_type_id = :type AND a.group_status = 'open'
    AND a.starts_at >= :low AND a.starts_at < :high AND a.id IS DISTINCT FROM :without
""")


@dataclass(frozen=True)
class Rules:
    """A session type with all that decides about its times."""

    id: UUID
    slug: str
    name: Mapping[str, str]
    needs: Stage
    places: Sequence[str]
    capacity: int
    confirmation: Confirmation
    charge: Charge
    terms: Terms
    week: Week
    zone: ZoneInfo
    most_of_all: int | None
    video_room_url: str | None
    visible: Visibility
    is_archived: bool

    @property
    def is_group(self) -> bool:
        return self.capacity > 1

    def as_booked(self, appointment: Appointment) -> "Rules":
        """What was booked keeps its length and its buffers, whatever the type became since."""
        whole, start = appointment.during, appointment.starts_at
        lengths = {
            "length": appointment.ends_at - start,
            "before": start - require(whole.lower),
            "after": require(whole.upper) - appointment.ends_at,
        }
        said = {name: int(length.total_seconds()) for name, length in lengths.items()}
        return replace(self, terms=replace(self.terms, **said))


@dataclass(frozen=True)
class Offer:
    """Times that can be had, with the places left."""

    rules: Rules
    zone: ZoneInfo
    starts: Sequence[tuple[int, int]]


def find_rules(session: Session, actor: Actor, slug: str) -> Rules:
    """Of what this actor can see and can still be booked."""
    found = _remembered(session, slug) if A_SLUG.fullmatch(slug) else None
    hidden = found and found.visible is Visibility.THERAPIST and actor.role is not Role.THERAPIST
    if found is None or found.is_archived or hidden:
        raise NotFound
    return found


def rules_of(session: Session, type_id: UUID) -> Rules:
    """Of something that is booked already, archived or not."""
    return require(_remembered(session, type_id))


# The rules of each database as of an edition: whatever changes them changes it, by trigger.
_memory: WeakKeyDictionary[Engine, tuple[Any, dict[str | UUID, Rules]]] = WeakKeyDictionary()


def _remembered(session: Session, key: str | UUID) -> Rules | None:
    """Rules change a few times a year and are read a thousand times a day. The edition is asked
    for in the transaction itself, so what is remembered is what would be read."""
    connection = session.connection()
    edition = connection.execute(EDITION).one()
    known, rules = _memory.get(connection.engine, (None, {}))
    if known != edition:
        rules = {}
        _memory[connection.engine] = edition, rules
    if key not in rules:
        column = "slug" if isinstance(key, str) else "id"
        asked = {"slug": None, "id": None, column: key, "since": _two_days_ago()}
        row = connection.execute(RULES, asked).mappings().one_or_none()
        if row is None:
            return None
        rules[key] = _rules(row)
    return rules[key]


def _two_days_ago() -> date:
    """Overrides of days that are over anywhere decide nothing."""
    return clock.now().date() - 2 * hours.ONE_DAY


def _rules(row: Any) -> Rules:
    return Rules(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        needs=Stage(row["needs"]),
        places=row["places"],
        capacity=row["capacity"],
        confirmation=Confirmation(row["confirmation"]),
        charge=Charge(row["price_cents"], row["currency"], row["free_hours"], row["late_percent"]),
        terms=_terms(row),
        week=_week(row),
        zone=ZoneInfo(row["zone"]),
        most_of_all=row["most_of_all"],
        video_room_url=row["video_room_url"],
        visible=Visibility(row["visible"]),
        is_archived=row["is_archived"],
    )


def _terms(row: Any) -> Terms:
    return Terms(
        length=row["minutes"] * 60,
        step=row["step_minutes"] * 60,
        before=row["buffer_before"] * 60,
        after=row["buffer_after"] * 60,
        notice=row["notice_minutes"] * 60,
        horizon=row["horizon_days"] * 86400,
        per_day=row["max_per_day"],
    )


def _week(row: Any) -> Week:
    days: dict[int, list[Stretch]] = {}
    for weekday, starts, ends in row["weekly"] or ():
        days.setdefault(weekday, []).append(_stretch(starts, ends))
    overrides: dict[date, list[Stretch]] = {}
    for on_date, starts, ends in row["overrides"] or ():
        own = overrides.setdefault(date.fromisoformat(on_date), [])
        if starts is not None:
            own.append(_stretch(starts, ends))
    return Week(days, overrides, row["valid_from"], row["valid_until"])


def _stretch(starts: str, ends: str | None) -> Stretch:
    return Stretch.of(time.fromisoformat(starts), time.fromisoformat(ends) if ends else None)


def offered(
    session: Session,
    actor: Actor,
    rules: Rules,
    first: date,
    last: date,
    *,
    without: UUID | None = None,
) -> list[tuple[int, int]]:
    """What can be had in the hours of these days of the practice: starts with places left. The
    one function that decides, for the page and inside the booking."""
    now = hours.seconds(clock.now())
    if rules.is_group:
        found = _groups(session, rules, first, last, without)
        return availability.places(found, rules.terms, now)
    found_calendar = calendar(session, actor, rules, first, last, without=without)
    return [(start, 1) for start in availability.slots(found_calendar, first, last)]


# What was once offered and is no longer; the rest was never offered.
GONE = frozenset({Why.TAKEN, Why.TOO_CLOSE, Why.BLOCKED, Why.BLOCKED_DAY, Why.DAY_FULL, Why.FREE})


def require_free(
    session: Session,
    actor: Actor,
    rules: Rules,
    start: datetime,
    *,
    despite_block: bool = False,
    without: UUID | None = None,
) -> None:
    """Offer and acceptance are one function: is this start in the answer? The therapist is free of
    hours, notice and horizon, and of a block once she was warned; never of an appointment."""
    at, day = _whole_second(rules, start)
    first = day - hours.ONE_DAY
    found = calendar(session, actor, rules, first, day, without=without)
    if actor.role in {Role.THERAPIST, Role.SYSTEM}:
        standing = availability.in_the_way(found, at)
        if standing is Why.TAKEN:
            raise SlotTaken
        if standing and not despite_block:
            raise TimeBlocked
    elif at not in availability.slots(found, first, day):
        raise SlotTaken if availability.explain(found, at).why in GONE else NotOffered


def _whole_second(rules: Rules, start: datetime) -> tuple[int, date]:
    if start.microsecond or start.year not in hours.OUR_TIMES:
        raise NotOffered
    at = hours.seconds(start)
    return at, hours.day_in(rules.zone, at)


def calendar(
    session: Session,
    actor: Actor,
    rules: Rules,
    first: date,
    last: date,
    *,
    without: UUID | None = None,
) -> Calendar:
    """Everything the engine wants to know, in one statement."""
    # Hours of a day may run into the next one, and a neighbour's buffers reach as far.
    low, _ = hours.whole_days(rules.zone, first - hours.ONE_DAY, first)
    _, high = hours.whole_days(rules.zone, last, last + hours.ONE_DAY)
    begin, end = rules.terms.around(0)
    low, high = low + begin, high + end
    asked = {
        "type": rules.id,
        "low": hours.moment(low),
        "high": hours.moment(high),
        # A day of another zone may begin on the day before.
        "first": first - 2 * hours.ONE_DAY,
        "last": last + 2 * hours.ONE_DAY,
        "without": without,
        "as_guest": actor.role is Role.PUBLIC and settings.current().limits.are_on,
    }
    with db.acting_as(session, SYSTEM):
        rows = session.connection().execute(TAKEN, asked).all()
    taken, guests = _sorted_out(rules, rows)
    found = Calendar(rules.zone, rules.week, rules.terms, taken, hours.seconds(clock.now()))
    return _without_crowded_days(found, guests) if guests else found


def _sorted_out(rules: Rules, rows: Sequence[Any]) -> tuple[Taken, Counter[date]]:
    busy: list[Interval] = []
    blocked: list[Interval] = []
    closed: list[Interval] = []
    of_all: Counter[date] = Counter()
    of_type: Counter[date] = Counter()
    guests: Counter[date] = Counter()
    counting = rules.terms.per_day is not None or rules.most_of_all is not None
    for kind, low, high, start, same_type, first_on, last_on, zone in rows:
        if kind == "closed":
            closed.append(hours.whole_days(ZoneInfo(zone), first_on, last_on))
        elif kind == "guest":
            guests[hours.day_in(rules.zone, int(start))] += 1
        elif kind == "blocked":
            # Outwards to whole seconds: what begins within a second takes all of it.
            blocked.append((int(low), ceil(high)))
        else:
            busy.append((int(low), ceil(high)))
            if counting:
                day = hours.day_in(rules.zone, int(start))
                of_all[day] += 1
                of_type[day] += same_type
    return Taken(busy, blocked, closed, of_type, of_all, rules.most_of_all), guests


def _without_crowded_days(found: Calendar, guests: Counter[date]) -> Calendar:
    """Unproven guests may fill a share of a day and no more; then that day is closed to guests,
    and stays open to clients."""
    share = settings.current().limits.guest_share
    empty = replace(found, taken=Taken(), terms=replace(found.terms, notice=0, horizon=None), now=0)
    crowded = [
        day
        for day, count in guests.items()
        if count >= max(FEWEST_GUESTS, share * len(availability.slots(empty, day, day)) // 100)
    ]
    closed = [hours.whole_days(found.zone, day, day) for day in crowded]
    return replace(found, taken=replace(found.taken, closed=[*found.taken.closed, *closed]))


def _groups(
    session: Session, rules: Rules, first: date, last: date, without: UUID | None
) -> list[Group]:
    low, high = hours.whole_days(rules.zone, first, last)
    asked = {
        "type": rules.id,
        "low": hours.moment(low),
        "high": hours.moment(high),
        "without": without,
    }
    with db.acting_as(session, SYSTEM):
        rows = session.connection().execute(GROUPS, asked).all()
    return [Group(int(row.start), row.capacity, row.taken) for row in rows]


def alternatives(session: Session, actor: Actor, *, slug: str, start: datetime) -> list[datetime]:
    """The nearest free times for whoever lost one."""
    return nearest_to(session, actor, find_rules(session, actor, slug), start)


def nearest_to(
    session: Session, actor: Actor, rules: Rules, start: datetime, *, without: UUID | None = None
) -> list[datetime]:
    horizon = clock.now() + timedelta(seconds=rules.terms.horizon or 0)
    around = min(max(start, clock.now()), horizon)
    first = hours.day_in(rules.zone, hours.seconds(around - ALTERNATIVES_BEFORE))
    last = hours.day_in(rules.zone, hours.seconds(around + ALTERNATIVES_AFTER))
    ends = hours.day_in(rules.zone, hours.seconds(horizon))
    for until in (min(last, ends), ends):
        free = [one for one, _ in offered(session, actor, rules, first, until, without=without)]
        found = availability.nearest(rules.zone, free, hours.seconds(start))
        if found:
            break
    return [hours.moment(one) for one in found]


def list_slots(
    session: Session, actor: Actor, *, slug: str, first: date, last: date, zone: ZoneInfo
) -> Offer:
    """The slots whose start lies on these days of the asker's own zone."""
    rules = find_rules(session, actor, slug)
    clients.require_open(session, actor, rules.needs)
    first, last = _within_reach(rules, first, last)
    if first > last:
        return Offer(rules, zone, [])
    low, high = hours.whole_days(zone, first, last)
    # Hours of the day before may run past midnight.
    begin = hours.day_in(rules.zone, low) - hours.ONE_DAY
    found = offered(session, actor, rules, begin, hours.day_in(rules.zone, high - 1))
    return Offer(rules, zone, [one for one in found if low <= one[0] < high])


def _within_reach(rules: Rules, first: date, last: date) -> tuple[date, date]:
    """Days before today and beyond the horizon have no slots; two days more for any zone."""
    now = clock.now()
    horizon = now + timedelta(seconds=rules.terms.horizon or 0)
    return (
        max(first, now.date() - timedelta(days=2)),
        min(last, horizon.date() + timedelta(days=2)),
    )


@dataclass(frozen=True)
class Explained:
    """Why a time is offered or is not, and the row that stands in its way, where one does."""

    explanation: Explanation
    appointment_id: UUID | None = None
    block_id: UUID | None = None


def explain(session: Session, actor: Actor, *, slug: str, at: datetime) -> Explained:
    rules = find_rules(session, actor, slug)
    start, day = _whole_second(rules, at)
    if rules.is_group:
        groups = _groups(session, rules, day, day, None)
        now = hours.seconds(clock.now())
        return Explained(availability.explain_group(groups, rules.terms, now, start))
    found = availability.explain(calendar(session, actor, rules, day, day), start)
    return Explained(found, *_cause(session, found.by)) if found.by else Explained(found)


def _cause(session: Session, by: Interval) -> tuple[UUID | None, UUID | None]:
    """The appointment or the block whose time this is."""
    low, high = hours.moment(by[0]), hours.moment(by[1])
    appointment = session.exec(
        select(Appointment.id).where(
            Appointment.live, col(Appointment.during).op("&&")(Range(low, high))
        )
    ).first()
    timed = select(Block).where(col(Block.starts_at) < high, col(Block.ends_at) > low)
    first, last = low.date() - hours.ONE_DAY, high.date() + hours.ONE_DAY
    days = select(Block).where(col(Block.last_on) >= first, col(Block.first_on) <= last)
    block = session.exec(timed).first() or next(
        (one for one in session.exec(days) if overlap(_whole(one, first, last), by)), None
    )
    return appointment, block.id if block else None


def _whole(block: Block, first: date, last: date) -> Interval:
    """Its days, as far as they are asked about."""
    zone = ZoneInfo(require(block.zone))
    return hours.whole_days(
        zone, max(require(block.first_on), first), min(require(block.last_on), last)
    )
