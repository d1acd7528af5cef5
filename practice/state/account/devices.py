"""Where somebody is signed in: the same list for both, each in the own frame."""

from dataclasses import dataclass

import reflex as rx

from practice import clock
from practice.domain.actors import Role
from practice.i18n import _
from practice.runtime import query
from practice.services.accounts.sessions import Device
from practice.services.dashboard import frame
from practice.services.portal import frame as portal_frame
from practice.state.dashboard.frame import ClientState
from practice.state.framework.handler import handler
from practice.state.framework.session import actor_of
from practice.state.portal.frame import PortalState
from practice.wording import times


@dataclass(frozen=True)
class Row:
    id: str
    name: str
    line: str
    is_this: bool


class MyDevicesState(ClientState):
    loaded: bool = False
    devices: rx.Field[list[Row]] = rx.field(default_factory=list)

    @handler(Role.CLIENT)
    async def load(self) -> None:
        found = await query(frame.find_devices, await actor_of(self))
        self._surround(found.frame)
        self.devices = _rows(found.devices, found.frame.zone)
        self.loaded = True


class PortalDevicesState(PortalState):
    loaded: bool = False
    devices: rx.Field[list[Row]] = rx.field(default_factory=list)

    @handler(Role.THERAPIST)
    async def load(self) -> None:
        found = await query(portal_frame.find_devices, await actor_of(self))
        self._surround(found.frame)
        self.devices = _rows(found.devices, found.frame.zone)
        self.loaded = True


def _rows(devices: tuple[Device, ...], zone: str) -> list[Row]:
    now = clock.now()
    return [
        Row(
            id=str(one.session_id),
            name=one.name or _("A browser"),
            line=times.used(one, now, zone),
            is_this=one.is_this,
        )
        # The one in hand first; then the latest.
        for one in sorted(devices, key=lambda one: not one.is_this)
    ]
