"""A websocket spoken by hand: frames and fragments as no browser and no library sends them."""

import base64
import json
import os
import socket
import struct
import time
import uuid
from urllib.parse import urlsplit

from tests.support.websocket_client import HYDRATE

TEXT, BINARY, ON, SHUT = 0x1, 0x2, 0x0, 0x8
PATIENCE = 10
CONNECT = json.dumps(
    {
        "event": {
            "name": HYDRATE,
            "payload": {"vars": {}, "hashes": None},
            "router_data": {"pathname": "/styleguide", "asPath": "/styleguide"},
        }
    }
)


class Refused(Exception):
    """The server did not open the socket."""


class RawSocket:
    def __init__(self, base: str, cookie: str = "") -> None:
        parts = urlsplit(base)
        self.line = socket.create_connection(
            (parts.hostname or "", parts.port or 80), timeout=PATIENCE
        )
        key = base64.b64encode(os.urandom(16)).decode()
        address = f"/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
        self.line.sendall(
            f"GET {address} HTTP/1.1\r\nHost: {parts.netloc}\r\nOrigin: {base}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Version: 13\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        try:
            answer = self.line.recv(4096)
        except OSError:
            answer = b""
        if b" 101 " not in answer[:20]:
            self.line.close()
            raise Refused

    def send(self, payload: bytes, kind: int = TEXT, *, is_last: bool = True) -> None:
        self.line.sendall(framed(payload, kind, is_last=is_last))

    def connect(self) -> None:
        """As a page does it, with its first event."""
        self.send(f"40/_event,{CONNECT}".encode())
        self.hear(b'"is_hydrated_rx_state_":true')

    def hear(self, words: bytes) -> None:
        heard = b""
        while words not in heard:
            more = self.line.recv(65536)
            if not more:
                raise ConnectionResetError
            heard = heard[-len(words) :] + more

    def is_shut(self, seconds: float = PATIENCE) -> bool:
        """Whether the server shuts it within so many seconds, whatever it says before."""
        self.line.settimeout(seconds)
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                if not self.line.recv(65536):
                    return True
        except TimeoutError:
            return False
        except OSError:
            return True
        return False

    def close(self) -> None:
        self.line.close()


def framed(payload: bytes, kind: int, *, is_last: bool = True) -> bytes:
    """Masked with zeros, which leaves the payload as it is."""
    head = struct.pack("!B", kind | (0x80 if is_last else 0))
    if len(payload) < 126:
        head += struct.pack("!B", 0x80 | len(payload))
    elif len(payload) < 65536:
        head += struct.pack("!BH", 0x80 | 126, len(payload))
    else:
        head += struct.pack("!BQ", 0x80 | 127, len(payload))
    return head + bytes(4) + payload
