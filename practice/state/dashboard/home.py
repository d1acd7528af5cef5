"""A client's own page: what comes next, and giving a time back once its cost was said."""

import reflex as rx

from practice import booking_flow
from practice.booking_flow import Caller
from practice.domain.actors import Role
from practice.domain.booking.refusals import CostsMore, TooLate
from practice.domain.clients.stages import Stage
from practice.i18n import _, sentence
from practice.runtime import query
from practice.services.booking import lookup
from practice.services.dashboard import home as service
from practice.services.dashboard.home import Me
from practice.state.booking.base import network
from practice.state.dashboard.frame import ClientState
from practice.state.framework.handler import handler
from practice.state.framework.session import actor_of
from practice.wording import times
from practice.wording.dashboard import (
    NextTime,
    Row,
    coming_row,
    cost_of,
    greeting,
    moved,
    next_time,
    opened,
    past_row,
    soon,
)


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
        me = await query(service.find_me, await actor_of(self))
        self._show(me)
        self.done = moved(self._named("moved"), me)

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
            await booking_flow.cancel(
                Caller(actor, network(self)),
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

    def _named(self, name: str) -> str:
        """What the address of this page says under this name."""
        asked = dict(self.router_data).get("query") or {}
        return str(asked.get(name, ""))

    async def _ask(self, reference: str) -> None:
        actor = await actor_of(self)
        found = await query(lookup.find_choices, actor, reference=reference)
        if not found.may_cancel:
            raise TooLate
        self._reference, self._cost_cents = reference, found.cancelling_costs_cents
        when = times.day_and_time(found.starts_at, self._zone)
        self.asked = " ".join([f"{sentence(when)}.", cost_of(found)])
        self.asking = True

    def _show(self, me: Me) -> None:
        self._surround(me.frame)
        self._zone = me.frame.zone
        self.greeting = greeting(me.frame.name)
        self.letter = f"mailto:{me.frame.email}"
        self.opened = opened(me)
        self.is_locked = me.stage is not Stage.INTAKE
        first, *others = me.coming or (None,)
        self.soon = soon(first, me)
        self.coming = next_time(first, me.frame) if first else NextTime()
        self.later = [coming_row(one, me.frame) for one in others if one]
        self.past = [past_row(one, me.frame) for one in me.past]
        self.loaded = True
