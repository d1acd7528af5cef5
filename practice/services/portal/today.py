"""The therapist's day: today and tomorrow, who is next, and what waits for her word."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from practice import clock
from practice.domain.actors import Actor
from practice.domain.availability import hours
from practice.domain.booking.status import Place, Status
from practice.domain.clients.stages import Facts, Stage, stage
from practice.models import sealed
from practice.models.content import Practice
from practice.services import access
from practice.services.access import require
from practice.services.calendar import days
from practice.services.calendar.days import Day, Diary, Meeting, Row
from practice.services.clients import gate
from practice.services.content.localized import Speaker
from practice.services.operations import health
from practice.services.operations.health import Health
from practice.services.portal import decisions
from practice.services.portal import frame as portal_frame
from practice.services.portal.decisions import Decision
from practice.services.portal.frame import Frame


@dataclass(frozen=True)
class Next:
    """Who comes next, or is there now, with what helps to receive them."""

    meeting: Meeting
    zone: str
    video_link: str | None
    phone: str
    note: str
    stage: Stage | None = None
    since: datetime | None = None
    booking_id: UUID | None = None


@dataclass(frozen=True)
class Today:
    frame: Frame
    now: datetime
    today: Day
    tomorrow: Day
    next: Next | None
    decisions: tuple[Decision, ...]
    health: Health


def find_today(session: Session, actor: Actor) -> Today:
    access.require_therapist(actor)
    practice, now = require(session.get(Practice, 1)), clock.now()
    frame, say = portal_frame.frame_of(session, actor, practice), Speaker(practice)
    zone = ZoneInfo(frame.zone)
    first = now.astimezone(zone).date()
    last = first + hours.ONE_DAY
    diary = days.read(session, zone, first, last, say)
    return Today(
        frame=frame,
        now=now,
        today=diary.day(first),
        tomorrow=diary.day(last),
        next=_next(session, diary, first),
        decisions=decisions.list_decisions(session, actor, say),
        health=health.find_health(session, actor),
    )


def _next(session: Session, diary: Diary, on: date) -> Next | None:
    """The first of today that is certain and not over."""
    for rows in diary.rows_of(on):
        meeting = diary.meeting(rows)
        if meeting.status is Status.CONFIRMED and meeting.ends_at > clock.now():
            return _received(session, meeting, rows[0])
    return None


def _received(session: Session, meeting: Meeting, row: Row) -> Next:
    at, booking, client, account = row
    link = at.video_link if meeting.place is Place.VIDEO else None
    if meeting.capacity is not None or booking is None or client is None:
        return Next(meeting, "", link, "", "")
    facts = gate.facts(session, client)
    reached = stage(facts)
    return Next(
        meeting=meeting,
        zone=account.zone if account else "",
        video_link=link,
        phone=sealed.read(client, "phone") if meeting.place is Place.PHONE else "",
        note=sealed.read(booking, "note"),
        booking_id=booking.id,
        stage=reached,
        since=_since(facts, reached),
    )


def _since(facts: Facts, reached: Stage) -> datetime | None:
    return {
        Stage.INTAKE: facts.discovery_completed_at,
        Stage.ONGOING: facts.intake_completed_at,
        Stage.PAUSED: facts.paused_at,
        Stage.ENDED: facts.ended_at,
    }.get(reached)
