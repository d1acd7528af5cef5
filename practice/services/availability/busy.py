"""What is taken of the calendar, as the engine wants to know it: in one statement."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import ceil
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, text

from practice import clock, db, settings
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.availability import hours, slots
from practice.domain.availability.intervals import Interval
from practice.domain.availability.slots import Calendar, Group, Taken
from practice.services.availability.rules import Rules

# So many may always come, however short the day.
FEWEST_GUESTS = 2

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
    -- The same that crowds.let_go lets go.
    WHERE :as_guest AND b.discovery AND c.provisional AND c.claimed IS NULL
    AND b.status IN ('held', 'requested', 'confirmed') AND a.starts_at >= :now
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
        "now": clock.now(),
        "as_guest": actor.role is Role.PUBLIC and settings.current().limits.are_on,
    }
    with db.acting_as(session, SYSTEM):
        rows = session.connection().execute(TAKEN, asked).all()
    taken, guests = _sorted_out(rules, rows)
    found = Calendar(rules.zone, rules.week, rules.terms, taken, hours.seconds(clock.now()))
    return _with_crowded_days(found, guests) if guests else found


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


def _with_crowded_days(found: Calendar, guests: Counter[date]) -> Calendar:
    """Unproven guests may fill a share of a day and no more. The day stays open: who filled it may
    be one person with many names, and whoever comes next only has to be one."""
    share = settings.current().limits.guest_share
    empty = replace(found, taken=Taken(), terms=replace(found.terms, notice=0, horizon=None), now=0)
    crowded = {
        day: count
        for day, count in guests.items()
        if count >= max(FEWEST_GUESTS, share * len(slots.slots(empty, day, day)) // 100)
    }
    return replace(found, crowded=crowded)


def groups(
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
