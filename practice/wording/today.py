"""The therapist's day in words: a sentence about it, who is next, and tomorrow in short."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from practice.domain.clients.stages import Stage
from practice.domain.errors import N_
from practice.i18n import _, city, clock_time, hours_between, ngettext, number, sentence
from practice.services.calendar.days import Blocked, Day, Meeting
from practice.services.portal.today import Next, Today
from practice.wording import times

STAGES = {
    Stage.NEW: N_("Not spoken yet"),
    Stage.DISCOVERY: N_("Before the first call"),
    Stage.INTAKE: N_("Intake since {day}"),
    Stage.ONGOING: N_("Ongoing since {day}"),
    Stage.PAUSED: N_("Paused since {day}"),
    Stage.ENDED: N_("Ended on {day}"),
}
# So many of tomorrow; the rest is a sentence.
SHOWN_OF_TOMORROW = 3
NOON, EVENING = 12, 18


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


def greeting(found: Today) -> str:
    hour = found.now.astimezone(ZoneInfo(found.frame.zone)).hour
    if hour < NOON:
        said = _("Good morning, {name}.")
    elif hour < EVENING:
        said = _("Good afternoon, {name}.")
    else:
        said = _("Good evening, {name}.")
    return said.format(name=found.frame.therapist or found.frame.practice)


def summary(found: Today) -> str:
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


def nobody(day: Day) -> str:
    return _("Nobody else today") if day.meetings else _("Nobody comes today")


def closed(day: Day) -> str:
    if not day.closed:
        return ""
    reasons = ", ".join(filter(None, day.closed))
    return (
        _("Blocked all day: {reason}").format(reason=reasons) if reasons else _("Blocked all day")
    )


def person(one: Next, now: datetime, zone: str) -> NextPerson:
    meeting = one.meeting
    kind = ", ".join([meeting.name, _(times.PLACES[meeting.place])])
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
    soon = times.how_soon(meeting.starts_at, now, zone)
    return _("Next, {soon}").format(soon=soon)


def _stage(one: Next, zone: str) -> str:
    if one.stage is None:
        return ""
    day = times.date_of(one.since, zone) if one.since else ""
    return _(STAGES[one.stage]).format(day=day)


def tomorrow(day: Day, zone: str) -> list[Morrow]:
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


def _who(one: Meeting | Blocked, zone: str) -> str:
    if isinstance(one, Meeting):
        return one.client or one.name
    until = clock_time(one.ends_at, zone)
    return _("{reason}, blocked until {time}").format(
        reason=one.reason or _("No reason given"), time=until
    )
