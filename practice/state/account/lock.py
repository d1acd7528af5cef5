"""The door inside an open page: locked by hand, and unlocked by a code."""

import reflex as rx

from practice import authentication, runtime
from practice.domain.accounts.refusals import CodeWrong
from practice.domain.accounts.sessions import Standing
from practice.domain.actors import VISITOR, Role
from practice.domain.errors import TooMany
from practice.i18n import _
from practice.services.accounts import sessions
from practice.services.content import published
from practice.state.framework import session, tabs
from practice.state.framework.handler import handler
from practice.state.framework.session import SessionState


class DoorState(rx.State):
    # Everybody may know it; the page's own is gone with all that was private.
    practice: str = ""
    error: str = ""
    # Rises with each answer, the same twice included.
    answer: int = 0

    @handler(Role.PUBLIC)
    async def introduce(self) -> None:
        frame = await runtime.query(published.find_frame, VISITOR)
        self.practice = frame.profile.name if frame else ""

    @handler(Role.THERAPIST)
    async def lock(self) -> None:
        """This tab now, and her other tabs of the same browser with the next look of the watch."""
        await runtime.transact(sessions.lock, await session.actor_of(self))
        await session.empty(self, Standing.LOCKED)
        tabs.rebind(tabs.socket_of(self), Standing.LOCKED)

    @handler(Role.PUBLIC)
    async def unlock(self, form: dict[str, str]) -> None:
        """For the session of this tab's own cookie: nothing in the event says which."""
        self.error = ""
        try:
            found = await authentication.unlock(session.cookie_of(self), form.get("code", "")[:40])
        except (CodeWrong, TooMany) as refusal:
            self.error = _(refusal.message)
        else:
            (await self.get_state(SessionState))._stand(found.standing)
        self.answer += 1
