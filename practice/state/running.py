"""How the practice runs, and a letter that was given up tried once more."""

import reflex as rx

from practice.domain.actors import Role
from practice.i18n import _
from practice.runtime import query, transact
from practice.services import running as service
from practice.state.guard import handler
from practice.state.identifiers import identifier
from practice.state.portal import PortalState
from practice.state.running_words import (
    Failure,
    JobRow,
    LogRow,
    came_back,
    failure,
    health,
    job_row,
    log_row,
)
from practice.state.session import actor_of


class RunningState(PortalState):
    loaded: bool = False
    health: str = ""
    given_up: rx.Field[list[Failure]] = rx.field(default_factory=list)
    came_back: rx.Field[list[Failure]] = rx.field(default_factory=list)
    jobs: rx.Field[list[JobRow]] = rx.field(default_factory=list)
    log: rx.Field[list[LogRow]] = rx.field(default_factory=list)
    done: str = ""

    @handler(Role.THERAPIST)
    async def load(self) -> None:
        await self._load()
        self.done = ""

    @handler(Role.THERAPIST)
    async def try_again(self, row: str) -> rx.event.EventSpec:
        await transact(service.try_again, await actor_of(self), row=identifier(row))
        await self._load()
        self.done = _("It is on its way again.")
        # The button that was pressed is gone.
        return rx.set_focus("letters")

    async def _load(self) -> None:
        found = await query(service.find, await actor_of(self))
        self._surround(found.frame)
        now, zone = found.now, found.frame.zone
        self.health = health(found.health)
        self.given_up = [failure(one, now, zone) for one in found.given_up]
        self.came_back = [came_back(one, now, zone) for one in found.came_back]
        self.jobs = [job_row(one, now, zone) for one in found.jobs]
        self.log = [log_row(one, now, zone) for one in found.log]
        self.loaded = True
