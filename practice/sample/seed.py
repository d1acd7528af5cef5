"""A believable practice for development: the same every time, relative to today."""

import tomllib
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, delete, select

from practice import clock
from practice.db import changes_calendar
from practice.domain.actors import Actor, Role
from practice.domain.availability import hours
from practice.domain.booking.refusals import SlotTaken
from practice.models.base import Table, values_of
from practice.models.content import (
    Article,
    CrisisLine,
    Passage,
    PassageKind,
    Practice,
    PrivacyText,
    SessionType,
)
from practice.models.schedule import Block, Override, OverrideHours, Schedule, WeeklyHours
from practice.services.calendar import blocks, groups
from practice.settings import ROOT

SOURCE = ROOT / "practice" / "sample" / "practice.toml"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def is_empty(session: Session, _actor: Actor) -> bool:
    return session.get(Practice, 1) is None


def read() -> dict[str, Any]:
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


@changes_calendar
def seed(session: Session, _actor: Actor) -> None:
    """Replaces what is published and the hours by the sample; what people booked stays. Run
    twice, it leaves the same."""
    for table in (Practice, Passage, CrisisLine, Article, Block, Override, WeeklyHours):
        session.exec(delete(table))
    sample = read()
    session.add(_practice(sample["profile"]))
    session.add_all(_passages(sample))
    session.add_all(_numbered(CrisisLine, sample["crisis"]))
    session.add_all(_articles(sample["articles"]))
    for position, row in enumerate(sample["sessions"]):
        _put(session, SessionType(position=position, **row), "slug")
    _put(session, _privacy(sample["privacy"]), "version")
    session.flush()
    _seed_hours(session, sample)
    _seed_calendar(session, sample)


def _put(session: Session, row: Table, key: str) -> None:
    """Others may point at it, so the row stays and what it says is replaced."""
    made = insert(type(row)).values(values_of(row))
    said = {column.name: column for column in made.excluded if column.name != "id"}
    session.connection().execute(made.on_conflict_do_update(index_elements=[key], set_=said))


def _seed_hours(session: Session, sample: dict[str, Any]) -> None:
    for row in sample["schedules"]:
        weekly = row.pop("hours")
        found = session.exec(select(Schedule).where(Schedule.name == row["name"])).first()
        schedule = found or Schedule(**row)
        session.add(schedule)
        session.flush()
        for weekday, name in enumerate(WEEKDAYS):
            for starts, ends in map(_times, weekly.get(name, [])):
                session.add(
                    WeeklyHours(schedule_id=schedule.id, weekday=weekday, starts=starts, ends=ends)
                )
    for row in sample["overrides"]:
        on_date = _monday() + timedelta(days=row["day"])
        session.add(Override(on_date=on_date))
        session.flush()
        for starts, ends in map(_times, row["hours"]):
            session.add(OverrideHours(on_date=on_date, starts=starts, ends=ends))


def _seed_calendar(session: Session, sample: dict[str, Any]) -> None:
    # As if by her own hand: nobody else writes into her calendar.
    actor = Actor(Role.THERAPIST)
    zone = ZoneInfo(sample["profile"]["zone"])

    def at(day: int, wall: str) -> datetime:
        clock_time = time.fromisoformat(wall)
        minute = clock_time.hour * 60 + clock_time.minute
        return hours.moment(hours.instant(zone, _monday() + timedelta(days=day), minute))

    for row in sample["blocks"]:
        reason = row["reason"]
        if "day" in row:
            start, end = at(row["day"], row["from"]), at(row["day"], row["to"])
            blocks.block(session, actor, starts_at=start, ends_at=end, reason=reason)
        else:
            first, last = (
                _monday() + timedelta(days=row[key]) for key in ("first_day", "last_day")
            )
            blocks.block_days(
                session, actor, first_on=first, last_on=last, zone=zone.key, reason=reason
            )
    for row in sample["groups"]:
        for day in row["days"]:
            try:
                groups.open_group(session, actor, slug=row["slug"], start=at(day, row["at"]))
            except SlotTaken:
                continue  # it is there already, or somebody booked that time


def _times(said: str) -> tuple[time, time]:
    starts, ends = said.split("-")
    return time.fromisoformat(starts), time.fromisoformat(ends)


def _monday() -> date:
    today = clock.now().date()
    return today - timedelta(days=today.weekday())


def _practice(profile: dict[str, Any]) -> Practice:
    rest = {name: value for name, value in profile.items() if name != "register"}
    return Practice(id=1, register_entry=profile["register"], **rest)


def _passages(sample: dict[str, Any]) -> list[Passage]:
    return [
        Passage(kind=kind, position=position, **passage)
        for kind in PassageKind
        for position, passage in enumerate(sample[f"{kind}s"])
    ]


def _numbered(table: type[Any], rows: list[dict[str, Any]]) -> list[Any]:
    return [table(position=position, **row) for position, row in enumerate(rows)]


def _articles(rows: list[dict[str, Any]]) -> list[Article]:
    today = clock.now().date()
    return [
        Article(published_on=today - timedelta(days=row.pop("published_days_ago")), **row)
        for row in rows
    ]


def _privacy(row: dict[str, Any]) -> PrivacyText:
    since = clock.now().date() - timedelta(days=row.pop("effective_days_ago"))
    return PrivacyText(effective_on=since, **row)
