"""How the practice runs, in words: what each job does, what became of a letter, and why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from practice.domain.booking.consequences import Effect
from practice.domain.errors import N_
from practice.i18n import _, clock_time, ngettext, number, sentence
from practice.models.letters import LetterState
from practice.services.operations.health import Health
from practice.services.portal.operations import Entry, GivenUp, Job
from practice.wording import times

JOBS: Mapping[str, str] = {
    "seal_journal": N_("Sealing the journal of who did what"),
    "expire_bookings": N_("Giving back times that were not paid or answered"),
    "remind": N_("Reminding clients of their appointments"),
    "daily_summary": N_("Your day in one letter, in the morning"),
    "ask_for_feedback": N_("Asking now and then how a session was"),
    "apply_webhooks": N_("Taking in what the mail service tells afterwards"),
    "clean_up": N_("Forgetting what is no longer needed"),
    "expire_access": N_("Closing links and sessions whose time is over"),
}
KINDS: Mapping[str, str] = {
    "call_confirmed": N_("First call confirmed"),
    "session_confirmed": N_("Session confirmed"),
    "requested": N_("Request received"),
    "declined": N_("Request declined"),
    "expired": N_("Request not answered"),
    "moved": N_("Appointment moved"),
    "cancelled": N_("Appointment cancelled"),
    "reminder": N_("Reminder"),
    "feedback_request": N_("How was it?"),
    "sign_in": N_("Link to sign in"),
    "new_booking": N_("New booking, for you"),
    "new_request": N_("New request, for you"),
    "booking_moved": N_("Booking moved, for you"),
    "booking_cancelled": N_("Booking cancelled, for you"),
    "daily_summary": N_("Your day"),
}
STATES: Mapping[str, str] = {
    "waiting": N_("on its way"),
    "sent": N_("sent"),
    "dropped": N_("no longer needed"),
    "failed": N_("given up"),
    "came_back": N_("came back"),
}
# Whatever is not as it should be is seen from afar.
TONES: Mapping[str, str] = {"failed": "berry", "came_back": "clay"}
UNKNOWN = N_("It could not be delivered.")
AWAY = N_("The mail service could not be reached for a day.")
WHY: Mapping[str, str] = {
    "defect": N_("The portal itself made a mistake with it."),
    "unclear": N_("Nobody knows whether it arrived. Trying again may send it a second time."),
    "key_refused": N_("The mail service did not accept the portal’s key."),
    "letter_refused": N_("The mail service refused it. The address may be wrong."),
    "too_many": N_("The mail service takes no more letters for now."),
    "unreachable": AWAY,
    "no_answer": AWAY,
    "broken_off": AWAY,
    "nonsense": AWAY,
    "answer_without_end": AWAY,
    "email.bounced": N_("The mailbox does not take letters. The address may be wrong."),
    "email.complained": N_("It was marked as unwanted."),
    "email.failed": N_("The mail service could not deliver it."),
}
# By how it begins: a number of theirs follows.
REFUSED: Mapping[str, str] = {
    "smtp_4": AWAY,
    "smtp_5": N_("The mailbox refused it. The address may be wrong."),
    "status_4": N_("The service refused it."),
    "status_5": AWAY,
}


@dataclass(frozen=True)
class JobRow:
    name: str
    line: str
    has_failed: bool
    is_late: bool


@dataclass(frozen=True)
class Failure:
    id: str
    title: str
    line: str
    # What has become of it, once it was tried again.
    state: str = ""


@dataclass(frozen=True)
class LogRow:
    id: str
    kind: str
    address: str
    state: str
    tone: str
    at: str
    iso: str


@dataclass(frozen=True)
class LogDay:
    day: str
    letters: list[LogRow]


def health(found: Health) -> str:
    """Only what is true at this moment, and nothing where nothing is the matter."""
    said: list[str] = []
    if found.given_up:
        lost = ngettext(
            "One letter could not be delivered.",
            "{count} letters could not be delivered.",
            found.given_up,
        )
        said.append(_counted(lost, found.given_up))
    if found.came_back:
        back = ngettext("One letter came back.", "{count} letters came back.", found.came_back)
        said.append(_counted(back, found.came_back))
    if found.waiting:
        away = ngettext(
            "One letter is on its way.", "{count} letters are on their way.", found.waiting
        )
        said.append(_counted(away, found.waiting))
    if not found.is_worked_on:
        said.append(_("Nothing is being sent at the moment."))
    return " ".join(said) or _("All letters sent.")


def _counted(words_of: str, count: int) -> str:
    return sentence(words_of.format(count=number(count)))


def job_row(job: Job, now: datetime, zone: str) -> JobRow:
    following = _("Next at {time}.").format(time=clock_time(job.next_at, zone))
    if job.last is None:
        line = " ".join([_("Has not run yet."), following])
        return JobRow(_name(job.name), line, False, job.is_late)
    became, has_failed = _became(job.last.ended_at, job.last.outcome)
    last = _("Last {when}: {became}.").format(
        when=times.near_day_and_time(job.last.started_at, now, zone), became=became
    )
    return JobRow(_name(job.name), f"{last} {following}", has_failed, job.is_late)


def _name(job: str) -> str:
    return _(JOBS[job]) if job in JOBS else job


def _became(ended_at: datetime | None, outcome: str) -> tuple[str, bool]:
    if ended_at is None:
        return _("not finished"), False
    if outcome == "database":
        return _("the database could not be had"), True
    if outcome == "defect":
        return _("it failed"), True
    if not outcome.isdecimal():
        return _("done"), False
    count = int(outcome)
    if not count:
        return _("nothing to do"), False
    return ngettext("one thing done", "{count} things done", count).format(
        count=number(count)
    ), False


def failure(one: GivenUp, now: datetime, zone: str) -> Failure:
    when = times.near_day_and_time(one.at, now, zone)
    if one.state is not LetterState.FAILED:
        return Failure(str(one.id), _lost(one), _("Tried again."), _(STATES[one.state]))
    given_up = _("Given up {when}.").format(when=when)
    return Failure(str(one.id), _lost(one), f"{_why(one.why)} {given_up}")


def _lost(one: GivenUp) -> str:
    if one.kind:
        return _to(one.kind, one.to)
    if one.effect is Effect.CHAT_TO_THERAPIST:
        return _("Your day, on the telephone")
    if one.effect is Effect.LETTER_TO_THERAPIST:
        return _("A letter to you that could not be written")
    return _("A letter to a client that could not be written")


def came_back(one: Entry, now: datetime, zone: str) -> Failure:
    when = sentence(times.near_day_and_time(one.at, now, zone))
    return Failure("", _to(one.kind, one.to), f"{_why(one.trouble)} {when}.")


def _to(kind: str, to: str) -> str:
    return _("{letter}, to {address}").format(letter=_kind(kind), address=to)


def _kind(kind: str) -> str:
    return _(KINDS[kind]) if kind in KINDS else kind


def _why(code: str) -> str:
    begun = next((said for begins, said in REFUSED.items() if code.startswith(begins)), UNKNOWN)
    return _(WHY.get(code, begun))


def log_days(log: Sequence[Entry], now: datetime, zone: str) -> list[LogDay]:
    """The newest first, under the day on which it was."""
    by_day = groupby(log, lambda one: sentence(times.near_day(one.at, now, zone)))
    return [LogDay(day, [_log_row(one, zone) for one in letters]) for day, letters in by_day]


def _log_row(one: Entry, zone: str) -> LogRow:
    return LogRow(
        id=f"letter-{one.id}",
        kind=_kind(one.kind),
        address=one.to,
        state=_(STATES[one.state]),
        tone=TONES.get(one.state, ""),
        at=clock_time(one.at, zone),
        iso=one.at.isoformat(),
    )
