"""What stands around the therapist's pages."""

import reflex as rx

from practice.domain.actors import Actor
from practice.runtime import query
from practice.services.portal import frame as portal_frame
from practice.services.portal.frame import Frame


class PortalState(rx.State):
    practice: str = ""
    unread: int = 0
    has_no_code: bool = False

    async def _enter(self, actor: Actor) -> Frame:
        frame = await query(portal_frame.find_frame, actor)
        self._surround(frame)
        return frame

    def _surround(self, frame: Frame) -> None:
        self.practice = frame.practice
        self.unread = frame.unread
        self.has_no_code = not frame.may_lock
