"""How long one attempt may take in all: after that its line is cut, whatever it is waiting for."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

# A letter may try two roads, and is nobody else's for a minute (LEASE in services/outbox/queue.py).
SECONDS = 15.0
# Where the line was only being opened when time was up, it is cut once it is there.
AGAIN = 0.1


class Line:
    """The socket in use at this moment, as soon as there is one."""

    held: socket.socket | None = None

    def cut(self) -> None:
        """Whoever reads or writes wakes up at once. The socket's own method, because TLS would want
        to say goodbye first."""
        if self.held is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.held, socket.SHUT_RDWR)


@contextmanager
def limited() -> Generator[Line]:
    """A time-out of a socket begins anew with every byte, and with every word of SMTP."""
    line, ended = Line(), threading.Event()

    def watch() -> None:
        wait = SECONDS
        while not ended.wait(wait):
            line.cut()
            wait = AGAIN

    threading.Thread(target=watch, name="patience", daemon=True).start()
    try:
        yield line
    finally:
        ended.set()
