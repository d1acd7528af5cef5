"""How the practice runs, and a letter that was given up tried once more."""

from uuid import UUID

import reflex as rx

from practice.domain.actors import Role
from practice.i18n import _
from practice.runtime import query, transact
from practice.services.portal import operations as service
from practice.state.framework.handler import handler
from practice.state.framework.identifiers import identifier
from practice.state.framework.session import actor_of
from practice.state.portal.frame import PortalState
from practice.wording.operations import (
    Failure,
    JobRow,
    LogDay,
    came_back,
    failure,
    health,
    job_row,
    log_days,
)


class RunningState(PortalState):
    loaded: bool = False
    health: str = ""
    is_well: bool = True
    is_worked_on: bool = True
    # Something may be sent at any moment: the page looks again.
    is_waiting: bool = False
    given_up: rx.Field[list[Failure]] = rx.field(default_factory=list)
    came_back: rx.Field[list[Failure]] = rx.field(default_factory=list)
    jobs: rx.Field[list[JobRow]] = rx.field(default_factory=list)
    log: rx.Field[list[LogDay]] = rx.field(default_factory=list)
    has_older: bool = False
    done: str = ""
    _most: int = service.FEW
    # On this view what was tried again stays where it was.
    _tried: rx.Field[list[UUID]] = rx.field(default_factory=list)

    @handler(Role.THERAPIST)
    async def load(self) -> None:
        self._most, self._tried, self.done = service.FEW, [], ""
        await self._load()

    @handler(Role.THERAPIST)
    async def try_again(self, row: str) -> rx.event.EventSpec:
        own = identifier(row)
        await transact(service.try_again, await actor_of(self), row=own)
        self._tried = [*self._tried, own]
        await self._load()
        self.done = _("It is on its way again.")
        # The button that was pressed is gone; its row says what becomes of it.
        return rx.set_focus(row)

    @handler(Role.THERAPIST)
    async def show_older(self) -> rx.event.EventSpec | None:
        first = self._most
        self._most = first + service.MORE
        await self._load()
        shown = [one.id for day in self.log for one in day.letters]
        return rx.set_focus(shown[first]) if len(shown) > first else None

    @handler(Role.THERAPIST, by_itself=True)
    async def look_again(self) -> None:
        await self._load()

    async def _load(self) -> None:
        found = await query(service.find, await actor_of(self), tried=self._tried, most=self._most)
        self._surround(found.frame)
        now, zone, state = found.now, found.frame.zone, found.health
        self.health, self.is_worked_on = health(state), state.is_worked_on
        self.is_well = state.is_well
        self.is_waiting = state.waiting > 0
        self.given_up = [failure(one, now, zone) for one in found.given_up]
        self.came_back = [came_back(one, now, zone) for one in found.came_back]
        self.jobs = [job_row(one, now, zone) for one in found.jobs]
        self.log, self.has_older = log_days(found.log, now, zone), found.has_older
        self.loaded = True
