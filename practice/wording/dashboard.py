"""A client's appointments in words: when by both clocks, what they cost, and what waits."""

from dataclasses import dataclass
from datetime import datetime

from practice.domain.booking.status import Status
from practice.domain.clients.stages import Stage
from practice.domain.errors import N_
from practice.i18n import TIED, _, city, clock_time, hours_between, minutes, money, sentence
from practice.services.booking.lookup import Choices
from practice.services.dashboard.frame import Frame
from practice.services.dashboard.home import Me, Time
from practice.wording import times

# Between two facts; it never begins a line.
DOT = f"{TIED}· "
CALL_TO_CLOSE = N_("Our call is over. What opens next is shown once I have noted how it went.")
# What each stage opens, and what still waits; where everything is open nothing is said.
OPENED = {
    Stage.NEW: N_("Sessions open after our first call, which is free."),
    Stage.DISCOVERY: N_("Sessions open after our first call. Nothing needs to be prepared for it."),
    Stage.INTAKE: N_("Sessions are open to you. Groups follow once our work together has begun."),
    Stage.PAUSED: N_("Our sessions are paused. Write to me when you would like to go on."),
    Stage.ENDED: N_("Our work together has ended. Write to me if you would like to talk again."),
}


@dataclass(frozen=True)
class Hours:
    """One stretch of time as one clock shows it."""

    said: str = ""
    iso: str = ""
    whose: str = ""


@dataclass(frozen=True)
class NextTime:
    reference: str = ""
    day: str = ""
    own: Hours = Hours()
    # By the practice's clock, where it shows another time.
    there: Hours = Hours()
    what: str = ""
    waits: str = ""
    promise: str = ""
    room: str = ""
    may_move: bool = False
    may_cancel: bool = False


@dataclass(frozen=True)
class Row:
    reference: str
    when: str
    iso: str
    what: str
    state: str = ""
    may_move: bool = False
    may_cancel: bool = False


def opened(me: Me) -> str:
    if me.stage is Stage.DISCOVERY and not me.coming:
        return _(CALL_TO_CLOSE)
    return _(OPENED[me.stage]) if me.stage in OPENED else ""


def greeting(name: str) -> str:
    return _("Good to see you, {name}").format(name=name) if name else _("Good to see you")


def soon(first: Time | None, me: Me) -> str:
    if first is None:
        return _("Nothing is booked at the moment.")
    if first.starts_at <= me.now:
        return _("Your appointment has begun.")
    distance = times.how_soon(first.starts_at, me.now, me.frame.zone)
    return _("Your next appointment is {soon}.").format(soon=distance)


def moved(reference: str, me: Me) -> str:
    """After a move, if it is true: the address that says so can be written by anybody."""
    found = (one for one in me.coming if one.was_moved and one.choices.reference == reference)
    time = next(found, None)
    if time is None:
        return ""
    said = _("The new time is {time}. A letter about it is on its way.")
    return said.format(time=times.day_and_time(time.starts_at, me.frame.zone))


def next_time(time: Time, frame: Frame) -> NextTime:
    place = own_place(frame)
    own = Hours(
        said=hours_between(time.starts_at, time.ends_at, frame.zone),
        iso=time.starts_at.isoformat(),
        whose=_("your time, {place}").format(place=place),
    )
    return NextTime(
        reference=time.choices.reference,
        day=sentence(times.day_of(time.starts_at, frame.zone)),
        own=own,
        there=_there(time, frame),
        what=_what(time),
        waits=_waits(time, frame),
        promise=promise(time.choices, frame.zone),
        room=time.video_link or "" if time.choices.status is Status.CONFIRMED else "",
        may_move=time.choices.may_move,
        may_cancel=time.choices.may_cancel,
    )


def _there(time: Time, frame: Frame) -> Hours:
    said = hours_between(time.starts_at, time.ends_at, frame.practice_zone)
    if said == hours_between(time.starts_at, time.ends_at, frame.zone):
        return Hours()
    whose = _("where {therapist} is, {place}").format(
        therapist=frame.therapist, place=frame.practice_place
    )
    return Hours(said, time.starts_at.isoformat(), whose)


def _what(time: Time) -> str:
    """Individual session, by video, 50 minutes · €80"""
    length = minutes(int((time.ends_at - time.starts_at).total_seconds()) // 60)
    kind = ", ".join([time.name, _(times.PLACES[time.place]), length])
    return DOT.join([kind, times.price(time.price_cents, time.choices.currency)])


def _waits(time: Time, frame: Frame) -> str:
    status = time.choices.status
    if status is Status.REQUESTED:
        return _("You have asked for this time. It is kept for you until there is an answer.")
    if status is Status.HELD and time.hold_expires_at:
        until = times.day_and_time(time.hold_expires_at, frame.zone)
        return _("This time is kept for you until {until}, for its payment.").format(until=until)
    return ""


def promise(choices: Choices, zone: str) -> str:
    """What giving it back costs, before anybody thinks of it."""
    if not choices.may_cancel:
        return ""
    if choices.status is not Status.CONFIRMED:
        return _("You can give it back at no cost.")
    if choices.cancelling_costs_cents:
        return cost_of(choices)
    if not choices.late_cost_cents:
        return _("You can cancel at no cost until it begins.")
    return _("You can cancel at no cost until {until}; after that it costs {cost}.").format(
        until=times.day_and_time(choices.free_until, zone),
        cost=money(choices.late_cost_cents, choices.currency),
    )


def cost_of(choices: Choices) -> str:
    if not choices.cancelling_costs_cents:
        return _("Cancelling costs nothing.")
    sum_now = money(choices.cancelling_costs_cents, choices.currency)
    return _("Cancelling costs {cost} now, because the time is near.").format(cost=sum_now)


def coming_row(time: Time, frame: Frame) -> Row:
    states = {Status.REQUESTED: _("waits for an answer"), Status.HELD: _("waits for its payment")}
    return Row(
        reference=time.choices.reference,
        when=_when(time.starts_at, frame.zone),
        iso=time.starts_at.isoformat(),
        what=DOT.join(filter(None, [_what(time), states.get(time.choices.status)])),
        may_move=time.choices.may_move,
        may_cancel=time.choices.may_cancel,
    )


def past_row(time: Time, frame: Frame) -> Row:
    kind = ", ".join([time.name, _(times.PLACES[time.place])])
    return Row(
        reference=time.choices.reference,
        when=_when(time.starts_at, frame.zone),
        iso=time.starts_at.isoformat(),
        what=kind,
        state=times.became(time.choices.status),
    )


def _when(moment: datetime, zone: str) -> str:
    return sentence(f"{times.day_of(moment, zone)}, {clock_time(moment, zone)}")


def own_place(frame: Frame) -> str:
    """The practice's own clock has the practice's name: nobody in Trieste lives by Rome."""
    return frame.practice_place if frame.zone == frame.practice_zone else city(frame.zone)
