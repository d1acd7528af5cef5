"""How long a peer may take to read what is written to it."""

import asyncio

# Who reads less than this within one deadline is held to read nothing. It is 1.6 kB a second, which
# the worst telephone line is faster than.
LEAST_READ = 16 * 1024


class Reader:
    """Watches the bytes that wait for a peer to read them. A reader is stuck when they have neither
    gone nor become fewer by LEAST_READ for a whole deadline."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.waiting = 0
        self.since: float | None = None

    def is_stuck(self, now: float, deadline: float) -> bool:
        waiting = self.transport.get_write_buffer_size()
        if not waiting:
            self.since = None
        elif self.since is None or waiting <= self.waiting - LEAST_READ:
            self.since, self.waiting = now, waiting
        else:
            # What was added meanwhile is to be read as well.
            self.waiting = max(self.waiting, waiting)
        return self.since is not None and now - self.since > deadline
