"""What clients said after a session, for the therapist's eyes."""

from dataclasses import dataclass

import reflex as rx

from practice.domain.actors import Role
from practice.i18n import _, sentence
from practice.runtime import transact
from practice.services.portal import feedback
from practice.services.portal.feedback import Given
from practice.state.framework.handler import handler
from practice.state.framework.session import actor_of
from practice.state.portal.frame import PortalState
from practice.wording import times


@dataclass(frozen=True)
class Said:
    who: str
    about: str
    words: str


class FeedbackState(PortalState):
    loaded: bool = False
    given: rx.Field[list[Said]] = rx.field(default_factory=list)

    @handler(Role.THERAPIST)
    async def load(self) -> None:
        """That she read it is written down, so this is no mere reading."""
        found = await transact(feedback.read, await actor_of(self))
        self._surround(found.frame)
        self.given = [_said(one, found.frame.zone) for one in found.given]
        self.loaded = True


def _said(one: Given, zone: str) -> Said:
    about = _("Session on {day}").format(day=times.day_of(one.session_at, zone))
    return Said(one.client, sentence(about), one.words)
