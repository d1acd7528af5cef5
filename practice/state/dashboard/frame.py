"""What stands around a client's pages: the practice, the name, and others under the account."""

from dataclasses import dataclass

import reflex as rx

from practice.domain.actors import Actor
from practice.i18n import _
from practice.runtime import query
from practice.services.dashboard import frame as dashboard_frame
from practice.services.dashboard.frame import Frame
from practice.wording import dashboard


@dataclass(frozen=True)
class Other:
    """Somebody else who is cared for under the same account."""

    id: str
    name: str


class ClientState(rx.State):
    practice: str = ""
    name: str = ""
    others: rx.Field[list[Other]] = rx.field(default_factory=list)
    zone_note: str = ""
    unread: int = 0

    async def _enter(self, actor: Actor) -> Frame:
        frame = await query(dashboard_frame.find_frame, actor)
        self._surround(frame)
        return frame

    def _surround(self, frame: Frame) -> None:
        self.practice = frame.practice
        self.name = frame.name
        self.others = [
            Other(str(one.client_id), one.name) for one in frame.people if not one.is_chosen
        ]
        self.unread = frame.unread
        self.zone_note = _("Times are in {place} time.").format(place=dashboard.own_place(frame))
