"""What every request to the interface passes: a limit to its size, and a floor to its time."""

import asyncio
from time import perf_counter

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 64 * 1024


class Capped:
    """A body is counted while it arrives; nobody's memory is filled first."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        so_far = 0

        async def counted() -> Message:
            nonlocal so_far
            message = await receive()
            so_far += len(message.get("body", b""))
            if so_far > LARGEST_BODY:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)


class Floored:
    """Whatever was found, the answer comes no sooner: its time tells nothing about who is known."""

    def __init__(self, app: ASGIApp, path: str, seconds: float) -> None:
        self.app = app
        self.path = path
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", self.path):
            await self.app(scope, receive, send)
            return
        started = perf_counter()

        async def later(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(max(0.0, self.seconds - (perf_counter() - started)))
            await send(message)

        await self.app(scope, receive, later)
