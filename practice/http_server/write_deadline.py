"""How long a peer may take to read what is written to it."""

import asyncio
from typing import Any

# Who reads less than this within one deadline is held to read nothing. It is 1.6 kB a second, which
# the worst telephone line is faster than.
LEAST_READ = 16 * 1024


class Counted:
    """A transport that knows how much was written to it. What waits cannot tell a reader from none:
    it is as much as before where everything that was read was written anew."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.written = 0

    def write(self, data: bytes) -> None:
        self.written += len(data)
        self.transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)


class Reader:
    """Watches the bytes that go to a peer. A reader is stuck when some wait and fewer than
    LEAST_READ have gone for a whole deadline."""

    def __init__(self, transport: Counted) -> None:
        self.transport = transport
        self.gone = 0
        self.since: float | None = None

    def is_stuck(self, now: float, deadline: float) -> bool:
        waiting = self.transport.get_write_buffer_size()
        gone = self.transport.written - waiting
        if not waiting:
            self.since = None
        elif self.since is None or gone >= self.gone + LEAST_READ:
            self.since, self.gone = now, gone
        return self.since is not None and now - self.since > deadline
