"""What every page of the JavaScript surfaces has around its matter."""

import re

from practice.domain.actors import Role
from practice.domain.errors import BadRequest
from practice.log import REFERENCE_LETTERS
from practice.state.framework.handler import handler
from practice.state.framework.trouble import TroubleState

REFERENCE = re.compile(f"[{REFERENCE_LETTERS}]{{8}}")


class ShellState(TroubleState):
    @handler(Role.PUBLIC)
    async def dismiss(self) -> None:
        self._forget()

    @handler(Role.PUBLIC)
    async def apologise(self, reference: str) -> None:
        """Sent by the server to itself when an event failed outside any handler."""
        if not REFERENCE.fullmatch(reference):
            raise BadRequest
        self._apologise(reference)
