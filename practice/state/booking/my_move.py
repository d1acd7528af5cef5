"""Moving one's own appointment to another time, for a client who is signed in."""

from practice.domain.actors import Role
from practice.domain.errors import NotFound
from practice.i18n import _, here
from practice.state.booking.moving import MovingState, reference_in
from practice.state.framework.handler import handler
from practice.state.framework.session import actor_of


class MyMoveState(MovingState):
    @handler(Role.CLIENT)
    async def open(self, asked: dict[str, str]) -> None:
        self.answered = asked.get("opening", "")[:40]
        try:
            await self._open(await actor_of(self), asked)
        except NotFound:
            await self._show_nothing(_("There is no such appointment among yours."))
            raise

    @handler(Role.CLIENT)
    async def more(self, asked: dict[str, str]) -> None:
        await self._more(await actor_of(self), asked)

    @handler(Role.CLIENT)
    async def move(self, form: dict[str, str]) -> None:
        way_on = f"{here('/me')}?moved={reference_in(form)}"
        await self._move(await actor_of(self), form, way_on=way_on)
