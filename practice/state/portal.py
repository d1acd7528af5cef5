"""What stands around the therapist's pages."""

import reflex as rx

from practice.services.today import Frame


class PortalState(rx.State):
    practice: str = ""
    unread: int = 0

    def _surround(self, frame: Frame) -> None:
        self.practice = frame.practice
        self.unread = frame.unread
