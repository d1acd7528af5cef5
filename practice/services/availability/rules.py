"""What decides about the times of a session type: read once, remembered by edition."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session, text

from practice import clock
from practice.domain.actors import Actor, Role
from practice.domain.availability import hours
from practice.domain.availability.hours import Stretch, Week
from practice.domain.availability.slots import Terms
from practice.domain.booking.policy import Charge
from practice.domain.booking.status import Confirmation, Visibility
from practice.domain.clients.stages import Stage
from practice.domain.errors import NotFound
from practice.models.booking import Appointment
from practice.services.access import require

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


def find(session: Session, actor: Actor, slug: str) -> Rules:
    """Of what this actor can see and can still be booked."""
    found = _remembered(session, slug) if A_SLUG.fullmatch(slug) else None
    hidden = found and found.visible is Visibility.THERAPIST and actor.role is not Role.THERAPIST
    if found is None or found.is_archived or hidden:
        raise NotFound
    return found


def of_type(session: Session, type_id: UUID) -> Rules:
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
