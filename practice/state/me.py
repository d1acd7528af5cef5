"""A client's own page: what comes next, and giving a time back once its cost was said."""

from dataclasses import dataclass
from datetime import datetime

import reflex as rx

from practice.domain.actors import Role
from practice.domain.bookings import Status
from practice.domain.errors import N_
from practice.domain.journey import Stage
from practice.domain.refusals import CostsMore, TooLate
from practice.i18n import _, clock_time, hours_between, minutes, money, sentence
from practice.runtime import query, transact
from practice.services import endings
from practice.services import me as service
from practice.services.endings import Choices
from practice.services.me import Frame, Me, Time
from practice.state import words
from practice.state.actors import actor_of
from practice.state.client import ClientState, own_place
from practice.state.guard import handler

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
    may_cancel: bool = False


@dataclass(frozen=True)
class Row:
    reference: str
    when: str
    iso: str
    what: str
    state: str = ""
    may_cancel: bool = False


class MeState(ClientState):
    loaded: bool = False
    greeting: str = ""
    soon: str = ""
    # Where "Write to me" leads.
    letter: str = ""
    coming: rx.Field[NextTime] = rx.field(default_factory=NextTime)
    later: rx.Field[list[Row]] = rx.field(default_factory=list)
    past: rx.Field[list[Row]] = rx.field(default_factory=list)
    opened: str = ""
    is_locked: bool = False
    asking: bool = False
    asked: str = ""
    done: str = ""
    answers: int = 0
    _zone: str = "UTC"
    _reference: str = ""
    _cost_cents: int = 0

    @handler(Role.CLIENT)
    async def load(self) -> None:
        self._show(await query(service.find_me, await actor_of(self)))
        self.done = ""

    @handler(Role.CLIENT)
    async def ask(self, reference: str) -> None:
        await self._ask(reference)

    @handler(Role.CLIENT)
    async def answer_asked(self, opened: bool) -> None:
        self.asking = opened

    @handler(Role.CLIENT)
    async def cancel(self, form: dict[str, str]) -> rx.event.EventSpec | None:
        del form
        actor = await actor_of(self)
        try:
            await transact(
                endings.cancel,
                actor,
                reference=self._reference,
                at_most_cents=self._cost_cents,
            )
        except CostsMore:
            # The question stays open and says the new price.
            await self._ask(self._reference)
            raise
        self._show(await query(service.find_me, actor))
        self.asking = False
        self.done = _("The appointment is cancelled.")
        self.answers += 1
        return rx.set_focus("hello")

    async def _ask(self, reference: str) -> None:
        actor = await actor_of(self)
        found = await query(endings.find_choices, actor, reference=reference)
        if not found.may_cancel:
            raise TooLate
        self._reference, self._cost_cents = reference, found.cancelling_costs_cents
        when = words.day_and_time(found.starts_at, self._zone)
        self.asked = " ".join([f"{sentence(when)}.", _cost(found)])
        self.asking = True

    def _show(self, me: Me) -> None:
        self._surround(me.frame)
        self._zone = me.frame.zone
        self.greeting = _greeting(me.frame.name)
        self.letter = f"mailto:{me.frame.email}"
        self.opened = _(OPENED[me.stage]) if me.stage in OPENED else ""
        self.is_locked = me.stage is not Stage.INTAKE
        first, *others = me.coming or (None,)
        self.soon = _soon(first, me)
        self.coming = _next(first, me.frame) if first else NextTime()
        self.later = [_coming(one, me.frame) for one in others if one]
        self.past = [_past(one, me.frame) for one in me.past]
        self.loaded = True


def _greeting(name: str) -> str:
    return _("Good to see you, {name}").format(name=name) if name else _("Good to see you")


def _soon(first: Time | None, me: Me) -> str:
    if first is None:
        return _("Nothing is booked at the moment.")
    if first.starts_at <= me.now:
        return _("Your appointment has begun.")
    soon = words.how_soon(first.starts_at, me.now, me.frame.zone)
    return _("Your next appointment is {soon}.").format(soon=soon)


def _next(time: Time, frame: Frame) -> NextTime:
    place = own_place(frame)
    own = Hours(
        said=hours_between(time.starts_at, time.ends_at, frame.zone),
        iso=time.starts_at.isoformat(),
        whose=_("your time, {place}").format(place=place),
    )
    return NextTime(
        reference=time.choices.reference,
        day=sentence(words.day_of(time.starts_at, frame.zone)),
        own=own,
        there=_there(time, frame),
        what=_what(time),
        waits=_waits(time, frame),
        promise=_promise(time.choices, frame.zone),
        room=time.video_link or "" if time.choices.status is Status.CONFIRMED else "",
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
    kind = ", ".join([time.name, _(words.PLACES[time.place]), length])
    return " · ".join([kind, words.price(time.price_cents, time.choices.currency)])


def _waits(time: Time, frame: Frame) -> str:
    status = time.choices.status
    if status is Status.REQUESTED:
        return _("You have asked for this time. It is kept for you until there is an answer.")
    if status is Status.HELD and time.hold_expires_at:
        until = words.day_and_time(time.hold_expires_at, frame.zone)
        return _("This time is kept for you until {until}, for its payment.").format(until=until)
    return ""


def _promise(choices: Choices, zone: str) -> str:
    """What giving it back costs, before anybody thinks of it."""
    if not choices.may_cancel:
        return ""
    if choices.cancelling_costs_cents:
        return _cost(choices)
    if not choices.late_cost_cents:
        return _("You can cancel at no cost until it begins.")
    return _("You can cancel at no cost until {until}; after that it costs {cost}.").format(
        until=words.day_and_time(choices.free_until, zone),
        cost=money(choices.late_cost_cents, choices.currency),
    )


def _cost(choices: Choices) -> str:
    if not choices.cancelling_costs_cents:
        return _("Cancelling costs nothing.")
    cost = money(choices.cancelling_costs_cents, choices.currency)
    return _("Cancelling costs {cost} now, because the time is near.").format(cost=cost)


def _coming(time: Time, frame: Frame) -> Row:
    states = {Status.REQUESTED: _("waits for an answer"), Status.HELD: _("waits for its payment")}
    return Row(
        reference=time.choices.reference,
        when=_when(time.starts_at, frame.zone),
        iso=time.starts_at.isoformat(),
        what=" · ".join(filter(None, [_what(time), states.get(time.choices.status)])),
        may_cancel=time.choices.may_cancel,
    )


def _past(time: Time, frame: Frame) -> Row:
    kind = ", ".join([time.name, _(words.PLACES[time.place])])
    return Row(
        reference=time.choices.reference,
        when=_when(time.starts_at, frame.zone),
        iso=time.starts_at.isoformat(),
        what=kind,
        state=words.became(time.choices.status),
    )


def _when(moment: datetime, zone: str) -> str:
    return sentence(f"{words.day_of(moment, zone)}, {clock_time(moment, zone)}")
