"""The therapist's day: shown as it is, and what she says of it."""

from dataclasses import dataclass
from typing import Literal

import reflex as rx

from practice.domain import inputs
from practice.domain.actors import Role
from practice.domain.booking.status import Status
from practice.domain.clients.stages import Outcome
from practice.domain.errors import N_, NotFound
from practice.i18n import _, clock_time, day_and_date, ngettext, sentence
from practice.runtime import query, transact
from practice.services import audit, drafts
from practice.services.booking import cancel, confirm, full_days
from practice.services.booking import outcome as booking_outcome
from practice.services.booking.full_days import Crowd
from practice.services.portal import today as service
from practice.state.drafts import DraftState
from practice.state.framework.handler import handler
from practice.state.framework.session import actor_of
from practice.state.portal.frame import PortalState
from practice.wording.day_line import Item, line_of
from practice.wording.decisions import Question, questions, title
from practice.wording.operations import health
from practice.wording.today import (
    Morrow,
    NextPerson,
    closed,
    greeting,
    nobody,
    person,
    summary,
    tomorrow,
)

SAID = {
    Outcome.GO_ON: N_("Noted. Sessions are open now."),
    Outcome.NOT_NOW: N_("Noted. Nothing more can be booked until you go on."),
    Outcome.REFER: N_("Noted. The work ends here; what was stays readable."),
}


@dataclass(frozen=True)
class Full:
    """A day that guests have filled whose e-mail nobody has proven."""

    day: str
    title: str
    line: str


class TodayState(PortalState):
    loaded: bool = False
    date: str = ""
    summary: str = ""
    closed: str = ""
    line_label: str = ""
    line: rx.Field[list[Item]] = rx.field(default_factory=list)
    now: str = ""
    nobody: str = ""
    person: rx.Field[NextPerson] = rx.field(default_factory=NextPerson)
    tomorrow: rx.Field[list[Morrow]] = rx.field(default_factory=list)
    tomorrow_free: str = ""
    decisions_title: str = ""
    decisions: rx.Field[list[Question]] = rx.field(default_factory=list)
    crowds: rx.Field[list[Full]] = rx.field(default_factory=list)
    done: str = ""
    health: str = ""
    is_well: bool = True
    declining: bool = False
    asked: str = ""
    # What is written about it is kept under this name.
    draft: str = ""
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
        await transact(booking_outcome.complete, actor, reference=reference, outcome=ended)
        return await self._answered(_(SAID[ended]))

    @handler(Role.THERAPIST)
    async def took_place(self, reference: str) -> rx.event.EventSpec:
        await transact(booking_outcome.complete, await actor_of(self), reference=reference)
        return await self._answered(_("Noted: it took place."))

    @handler(Role.THERAPIST)
    async def did_not_come(self, reference: str) -> rx.event.EventSpec:
        await transact(booking_outcome.no_show, await actor_of(self), reference=reference)
        return await self._answered(_("Noted: nobody came."))

    @handler(Role.THERAPIST)
    async def approve(self, reference: str) -> rx.event.EventSpec:
        status = await transact(confirm.approve, await actor_of(self), reference=reference)
        is_held = status is Status.HELD
        kept = _("Approved. The time is kept until it is paid.")
        return await self._answered(kept if is_held else _("Approved and confirmed."))

    @handler(Role.THERAPIST)
    async def ask_to_decline(self, reference: str) -> None:
        if not self.loaded:
            # A tab that stood open for long has lost its state, but not what it shows.
            await self._load()
        asked = next((one for one in self.decisions if one.reference == reference), None)
        if asked is None:
            raise NotFound
        self._declined, self.asked = reference, asked.title
        self.draft = f"decline/{reference}"
        self.declining = True

    @handler(Role.THERAPIST)
    async def answer_asked(self, opened: bool) -> None:
        self.declining = opened

    @handler(Role.THERAPIST)
    async def decline(self, form: dict[str, str]) -> rx.event.EventSpec:
        why = form.get("why", "")
        actor = await actor_of(self)
        await transact(cancel.decline, actor, reference=self._declined, why=why)
        await transact(drafts.drop, actor, name=self.draft)
        (await self.get_state(DraftState))._dropped(self.draft)
        self.declining = False
        self.answers += 1
        return await self._answered(_("Declined. The time is free again."))

    @handler(Role.THERAPIST)
    async def let_guests_go(self, day: str) -> rx.event.EventSpec:
        on = inputs.day("day", day)
        count = await transact(full_days.let_go, await actor_of(self), day=on)
        said = ngettext("{count} call is cancelled.", "{count} calls are cancelled.", count)
        return await self._answered(said.format(count=count))

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
        self.summary = f"{greeting(found)} {summary(found)}"
        if found.next and found.next.note and found.next.booking_id:
            await transact(audit.read, await actor_of(self), booking_id=found.next.booking_id)
        self.closed = closed(found.today)
        upcoming = found.next.meeting if found.next else None
        self.line = line_of(found.today, found.now, zone, upcoming=upcoming)
        self.line_label = _("{day}, by the clock of {place}").format(
            day=self.date, place=found.frame.place
        )
        self.nobody = nobody(found.today)
        self.person = person(found.next, found.now, zone) if found.next else NextPerson()
        self.tomorrow = tomorrow(found.tomorrow, zone)
        self.tomorrow_free = closed(found.tomorrow) or _("Nothing is booked.")
        self.decisions = questions(found)
        full = await query(full_days.list_crowds, await actor_of(self))
        self.crowds = [_full(crowd) for crowd in full]
        self.health, self.is_well = health(found.health), found.health.is_well
        self.decisions_title = title(len(self.decisions) + len(self.crowds))
        self.loaded = True


def _full(crowd: Crowd) -> Full:
    line = ngettext(
        "{count} first call by somebody who has not proven their e-mail.",
        "{count} first calls by people who have not proven their e-mail.",
        crowd.calls,
    )
    return Full(
        crowd.day.isoformat(),
        sentence(day_and_date(crowd.day)),
        line.format(count=crowd.calls),
    )
