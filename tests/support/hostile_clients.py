"""Connections as an attacker opens them: from any address of this machine, saying anything."""

import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

# The loopback network has sixteen million addresses, so strangers can come from elsewhere.
ATTACKER = "127.0.0.66"
VISITOR = "127.0.0.9"
UPGRADE = (
    "GET /_event/?EIO=4&transport=websocket&token=hostile HTTP/1.1\r\n"
    "Host: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def connect(base: str, source: str = ATTACKER, *, receives: int | None = None) -> socket.socket:
    """`receives` is the size of what waits at this end; small ones show early who never reads."""
    parts = urlsplit(base)
    line = socket.socket()
    if receives:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    line.settimeout(10)
    line.bind((source, 0))
    line.connect(("127.0.0.1", parts.port))
    return line


def ask(base: str, path: str = "/healthz", source: str = VISITOR, seconds: float = 5) -> int:
    """The status that a visitor from elsewhere gets, on a connection of its own."""
    with connect(base, source) as line:
        line.settimeout(seconds)
        host = urlsplit(base).netloc
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return int(line.makefile("rb").readline().split()[1])


@contextmanager
def crowd(base: str, count: int, head: bytes = b"") -> Generator[list[socket.socket]]:
    """So many connections from one address; whoever is thrown out at once is in it as well."""
    lines: list[socket.socket] = []
    try:
        for _ in range(count):
            line = connect(base)
            lines.append(line)
            if head:
                send(line, head)
        yield lines
    finally:
        for line in lines:
            line.close()


def send(line: socket.socket, data: bytes) -> bool:
    try:
        line.sendall(data)
    except OSError:
        return False
    return True


def is_cut(line: socket.socket, seconds: float) -> bool:
    """Whether the far end closes it within this time, whatever it says before that."""
    until = time.monotonic() + seconds
    try:
        while (left := until - time.monotonic()) > 0:
            line.settimeout(left)
            if not line.recv(65536):
                return True
    except TimeoutError:
        return False
    except OSError:
        return True
    return False


def keeps_sending(line: socket.socket, data: bytes, seconds: float, pause: float = 0.0) -> int:
    """Sends until it is cut off or the time is over; the bytes that went out."""
    until, count = time.monotonic() + seconds, 0
    line.settimeout(seconds)
    try:
        while time.monotonic() < until:
            count += line.send(data)
            if pause:
                time.sleep(pause)
    except OSError:
        return count
    return count


def open_socket(base: str, source: str = ATTACKER, *, receives: int | None = None) -> socket.socket:
    line = connect(base, source, receives=receives)
    line.sendall(UPGRADE.format(host=urlsplit(base).netloc).encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += line.recv(4096)
    assert b" 101 " in head.split(b"\r\n")[0], head
    return line


def frame(data: bytes, opcode: int = 1, *, ends: bool = True) -> bytes:
    """As a client writes it; masked with zeros."""
    first = bytes([(0x80 if ends else 0) | opcode])
    if len(data) < 126:
        size = bytes([0x80 | len(data)])
    elif len(data) < 65536:
        size = bytes([0x80 | 126]) + len(data).to_bytes(2, "big")
    else:
        size = bytes([0x80 | 127]) + len(data).to_bytes(8, "big")
    return first + size + bytes(4) + data
