"""Moving a booking to another time, for whoever holds the letter that names it."""

from practice import settings
from practice.domain.actors import SYSTEM, Actor, Role
from practice.domain.errors import NotFound
from practice.i18n import _
from practice.runtime import query
from practice.services.links import management
from practice.state.booking.moving import MovingState, reference_in
from practice.state.framework.handler import handler


class MoveState(MovingState):
    @handler(Role.PUBLIC)
    async def open(self, asked: dict[str, str]) -> None:
        self.answered = asked.get("opening", "")[:40]
        try:
            await self._open(await _holder(asked), asked)
        except NotFound:
            await self._show_nothing(_("This link does not open an appointment."))
            raise

    @handler(Role.PUBLIC)
    async def more(self, asked: dict[str, str]) -> None:
        await self._more(await _holder(asked), asked)

    @handler(Role.PUBLIC)
    async def move(self, form: dict[str, str]) -> None:
        await self._move(await _holder(form), form, way_on=_management(form))


async def _holder(asked: dict[str, str]) -> Actor:
    return await query(
        management.holder, SYSTEM, reference=reference_in(asked), token=asked.get("token", "")[:200]
    )


def _management(asked: dict[str, str]) -> str:
    """Built here from what was proven: the browser's word is an address for nobody."""
    public_url = settings.current().public_url
    path = f"/manage/{reference_in(asked)}/{asked.get('token', '')[:200]}"
    return f"{public_url}{path}?done=moved"
