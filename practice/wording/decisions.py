"""What waits for the therapist's word, as questions."""

from dataclasses import dataclass
from datetime import datetime

from practice.i18n import _, ngettext, number, sentence
from practice.services.portal.decisions import Decision, Wanted
from practice.services.portal.today import Today
from practice.wording import times


@dataclass(frozen=True)
class Question:
    wanted: str
    reference: str
    title: str
    line: str


def questions(found: Today) -> list[Question]:
    return [_question(one, found.now, found.frame.zone) for one in found.decisions]


def title(count: int) -> str:
    if not count:
        return _("Nothing to decide")
    counted = ngettext("one decision", "{count} decisions", count)
    return sentence(counted.format(count=number(count)))


def _question(one: Decision, now: datetime, zone: str) -> Question:
    when = times.near_day_and_time(one.starts_at, now, zone)
    kind = ", ".join([one.name, _(times.PLACES[one.place])])
    return Question(
        wanted=one.wanted,
        reference=one.reference,
        title=_asked(one, zone),
        line=_said(one, kind, sentence(when), now, zone),
    )


def _asked(one: Decision, zone: str) -> str:
    if one.wanted is Wanted.CALL:
        return _("How did the call with {name} go?").format(name=one.client)
    if one.wanted is Wanted.ANSWER:
        when = times.day_and_time(one.starts_at, zone)
        return _("{name} asks for {when}").format(name=one.client, when=when)
    return _("Did {name} come?").format(name=one.client)


def _said(one: Decision, kind: str, when: str, now: datetime, zone: str) -> str:
    if one.wanted is Wanted.CALL:
        return _("{when}. Sessions stay closed until you answer.").format(when=when)
    if one.wanted is Wanted.ANSWER and one.expires_at:
        until = times.near_day_and_time(one.expires_at, now, zone)
        return _("{kind}. The time is kept; the request expires {until}.").format(
            kind=kind, until=until
        )
    return f"{when}. {kind}."
