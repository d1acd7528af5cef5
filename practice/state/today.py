"""The therapist's day: shown as it is, and what she says of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import reflex as rx

from practice.domain.actors import Role
from practice.domain.bookings import Status
from practice.domain.errors import N_
from practice.domain.journey import Outcome, Stage
from practice.i18n import (
    _,
    city,
    clock_time,
    day_and_date,
    hours_between,
    ngettext,
    number,
    sentence,
)
from practice.runtime import query, transact
from practice.services import confirmations, endings, outcomes
from practice.services import today as service
from practice.services.today import Day, Meeting, Next, Today
from practice.state import words
from practice.state.actors import actor_of
from practice.state.day_line import Item, line_of
from practice.state.decisions import Question, questions, title
from practice.state.guard import handler
from practice.state.portal import PortalState

STAGES = {
    Stage.NEW: N_("Not spoken yet"),
    Stage.DISCOVERY: N_("Before the first call"),
    Stage.INTAKE: N_("Intake since {day}"),
    Stage.ONGOING: N_("Ongoing since {day}"),
    Stage.PAUSED: N_("Paused since {day}"),
    Stage.ENDED: N_("Ended on {day}"),
}
SAID = {
    Outcome.GO_ON: N_("Noted. Sessions are open now."),
    Outcome.NOT_NOW: N_("Noted. Nothing more can be booked until you go on."),
    Outcome.REFER: N_("Noted. The work ends here; what was stays readable."),
}
# So many of tomorrow; the rest is a sentence.
SHOWN_OF_TOMORROW = 3


@dataclass(frozen=True)
class NextPerson:
    label: str = ""
    name: str = ""
    line: str = ""
    room: str = ""
    phone: str = ""
    ring: str = ""
    note: str = ""
    stage: str = ""


@dataclass(frozen=True)
class Morrow:
    at: str
    iso: str
    who: str
    more: str = ""


class TodayState(PortalState):
    loaded: bool = False
    date: str = ""
    summary: str = ""
    closed: str = ""
    line_label: str = ""
    line: rx.Field[list[Item]] = rx.field(default_factory=list)
    now: str = ""
    person: rx.Field[NextPerson] = rx.field(default_factory=NextPerson)
    tomorrow: rx.Field[list[Morrow]] = rx.field(default_factory=list)
    tomorrow_free: str = ""
    decisions_title: str = ""
    decisions: rx.Field[list[Question]] = rx.field(default_factory=list)
    done: str = ""
    declining: bool = False
    asked: str = ""
    answers: int = 0
    _declined: str = ""

    @handler(Role.THERAPIST)
    async def load(self) -> None:
        await self._load()
        self.done = ""

    @handler(Role.THERAPIST)
    async def close_call(
        self, reference: str, outcome: Literal["go_on", "not_now", "refer"]
    ) -> rx.event.EventSpec:
        actor, ended = await actor_of(self), Outcome(outcome)
        await transact(outcomes.complete, actor, reference=reference, outcome=ended)
        return await self._answered(_(SAID[ended]))

    @handler(Role.THERAPIST)
    async def took_place(self, reference: str) -> rx.event.EventSpec:
        await transact(outcomes.complete, await actor_of(self), reference=reference)
        return await self._answered(_("Noted: it took place."))

    @handler(Role.THERAPIST)
    async def did_not_come(self, reference: str) -> rx.event.EventSpec:
        await transact(outcomes.no_show, await actor_of(self), reference=reference)
        return await self._answered(_("Noted: nobody came."))

    @handler(Role.THERAPIST)
    async def approve(self, reference: str) -> rx.event.EventSpec:
        status = await transact(confirmations.approve, await actor_of(self), reference=reference)
        is_held = status is Status.HELD
        kept = _("Approved. The time is kept until it is paid.")
        return await self._answered(kept if is_held else _("Approved and confirmed."))

    @handler(Role.THERAPIST)
    async def ask_to_decline(self, reference: str) -> None:
        asked = next((one for one in self.decisions if one.reference == reference), None)
        self._declined, self.asked = reference, asked.title if asked else ""
        self.declining = True

    @handler(Role.THERAPIST)
    async def answer_asked(self, opened: bool) -> None:
        self.declining = opened

    @handler(Role.THERAPIST)
    async def decline(self, form: dict[str, str]) -> rx.event.EventSpec:
        why = form.get("why", "")
        await transact(endings.decline, await actor_of(self), reference=self._declined, why=why)
        self.declining = False
        self.answers += 1
        return await self._answered(_("Declined. The time is free again."))

    async def _answered(self, done: str) -> rx.event.EventSpec:
        """The new truth at once; the button that was pressed is gone, so the heading is next."""
        await self._load()
        self.done = done
        return rx.set_focus("decisions")

    async def _load(self) -> None:
        found = await query(service.find_today, await actor_of(self))
        self._surround(found.frame)
        zone = found.frame.zone
        self.date = sentence(day_and_date(found.today.on))
        self.now = clock_time(found.now, zone)
        self.summary = _summary(found)
        self.closed = _closed(found.today)
        upcoming = found.next.meeting if found.next else None
        self.line = line_of(found.today, found.now, zone, upcoming=upcoming)
        self.line_label = _("{day}, by the clock of {place}").format(
            day=self.date, place=found.frame.place
        )
        self.person = _person(found.next, found.now, zone) if found.next else NextPerson()
        self.tomorrow = _tomorrow(found.tomorrow, zone)
        self.tomorrow_free = _closed(found.tomorrow) or _("Nothing is booked.")
        self.decisions = questions(found)
        self.decisions_title = title(len(self.decisions))
        self.loaded = True


def _summary(found: Today) -> str:
    """Six appointments, two behind you. You finish at 18:30."""
    meetings = found.today.meetings
    if not meetings:
        return _("Nothing is booked today.")
    counted = ngettext("one appointment", "{count} appointments", len(meetings))
    counted = sentence(counted.format(count=number(len(meetings))))
    over = sum(one.ends_at <= found.now for one in meetings)
    if over == len(meetings):
        return _("{appointments}, all behind you.").format(appointments=counted)
    ends = clock_time(max(one.ends_at for one in meetings), found.frame.zone)
    if over:
        behind = ngettext("one behind you", "{count} behind you", over).format(count=number(over))
        return _("{appointments}, {behind}. You finish at {time}.").format(
            appointments=counted, behind=behind, time=ends
        )
    return _("{appointments}. You finish at {time}.").format(appointments=counted, time=ends)


def _closed(day: Day) -> str:
    if not day.closed:
        return ""
    reasons = ", ".join(filter(None, day.closed))
    return (
        _("Blocked all day: {reason}").format(reason=reasons) if reasons else _("Blocked all day")
    )


def _person(one: Next, now: datetime, zone: str) -> NextPerson:
    meeting = one.meeting
    kind = ", ".join([meeting.name, _(words.PLACES[meeting.place])])
    parts = [hours_between(meeting.starts_at, meeting.ends_at, zone)]
    if meeting.client:
        parts.append(kind)
    theirs = clock_time(meeting.starts_at, one.zone) if one.zone else ""
    if theirs and theirs != clock_time(meeting.starts_at, zone):
        parts.append(_("{time} there, in {place}").format(time=theirs, place=city(one.zone)))
    return NextPerson(
        label=_label(meeting, now, zone),
        name=meeting.client or meeting.name,
        line=" · ".join(parts),
        room=one.video_link or "",
        phone=one.phone,
        ring=f"tel:{one.phone}" if one.phone else "",
        note=one.note,
        stage=_stage(one, zone),
    )


def _label(meeting: Meeting, now: datetime, zone: str) -> str:
    if meeting.starts_at <= now:
        return _("Now, until {time}").format(time=clock_time(meeting.ends_at, zone))
    soon = words.how_soon(meeting.starts_at, now, zone)
    return _("Next, {soon}").format(soon=soon)


def _stage(one: Next, zone: str) -> str:
    if one.stage is None:
        return ""
    day = words.date_of(one.since, zone) if one.since else ""
    return _(STAGES[one.stage]).format(day=day)


def _tomorrow(day: Day, zone: str) -> list[Morrow]:
    """The first few by time; the last of them says how many more and when the day ends."""
    found = sorted([*day.meetings, *day.blocks], key=lambda one: one.starts_at)
    shown = [
        Morrow(
            at=clock_time(one.starts_at, zone),
            iso=one.starts_at.isoformat(),
            who=_who(one, zone),
        )
        for one in found[:SHOWN_OF_TOMORROW]
    ]
    left = len(found) - len(shown)
    if not left:
        return shown
    more = ngettext("and one more", "and {count} more", left).format(count=number(left))
    ends = clock_time(max(one.ends_at for one in found), zone)
    end = _("{more}; you finish at {time}").format(more=more, time=ends)
    last = shown[-1]
    return [*shown[:-1], Morrow(last.at, last.iso, last.who, end)]


def _who(one: Meeting | service.Blocked, zone: str) -> str:
    if isinstance(one, Meeting):
        return one.client or one.name
    until = clock_time(one.ends_at, zone)
    return _("{reason}, blocked until {time}").format(
        reason=one.reason or _("No reason given"), time=until
    )
