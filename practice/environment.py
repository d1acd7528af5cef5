"""Words of the environment as values: what is not understood is noted, and reading goes on."""

import ipaddress
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

DEFAULT_PORTS = {"http": 80, "https": 443}
SHORTEST_KEY = 16


class Reader:
    """Typed look-ups that note a problem and go on, so that all of them can be told."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[str] = []

    def text(self, name: str) -> str | None:
        return self.env.get(name, "").strip() or None

    def parsed(self, name: str, default: T, parse: Callable[[str], T], wanted: str) -> T:
        found = self.text(name)
        if found is None:
            return default
        try:
            return parse(found)
        except ValueError:
            self.problems.append(f"{name} must be {wanted}")
            return default

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        def parse(found: str) -> int:
            if not low <= int(found) <= high:
                raise ValueError(found)
            return int(found)

        return self.parsed(name, default, parse, f"a whole number from {low} to {high}")

    def minutes(self, name: str, default: int) -> timedelta:
        return timedelta(minutes=self.number(name, default, low=1, high=1440))

    def days(self, name: str, default: int) -> timedelta:
        return timedelta(days=self.number(name, default, low=1, high=90))


def origin(found: str) -> str:
    """As browsers write it: the name in ASCII, no default port, no dot at the end."""
    parts = urlsplit(found)
    bare = parts.path in {"", "/"} and not parts.query and not parts.fragment
    if parts.scheme not in {"http", "https"} or not parts.hostname or not bare:
        raise ValueError(found)
    if parts.username or (parts.port is not None and parts.port < 1):
        raise ValueError(found)
    name = parts.hostname.rstrip(".")
    # A UnicodeError is a ValueError, too.
    name = f"[{name}]" if ":" in name else name.encode("idna").decode()
    is_default = parts.port in {None, DEFAULT_PORTS[parts.scheme]}
    return f"{parts.scheme}://{name}" + ("" if is_default else f":{parts.port}")


def bracketed(address: str) -> str:
    """An IPv6 address inside a URL."""
    return f"[{address.partition('%')[0]}]" if ":" in address else address


def is_loopback(host: str) -> bool:
    """A name or an address that leads nowhere but to this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def postgres(found: str) -> str | None:
    parts = urlsplit(found)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ValueError(found)
    return found


def is_signing_key(found: str) -> bool:
    """As Svix writes it. An empty key signs as well as any other, and everybody has it."""
    try:
        key = b64decode(found.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return len(key) >= SHORTEST_KEY


def switch(found: str) -> bool:
    if found not in {"on", "off"}:
        raise ValueError(found)
    return found == "on"


def instant(found: str) -> datetime | None:
    moment = datetime.fromisoformat(found)
    if moment.tzinfo is None:
        raise ValueError(found)
    return moment


@dataclass(frozen=True)
class Rate:
    """So many within so long."""

    count: int
    within: timedelta


def rate(found: str) -> Rate:
    count, seconds = (int(part) for part in found.split("/"))
    if count < 1 or not 1 <= seconds <= 31 * 86400:
        raise ValueError(found)
    return Rate(count, timedelta(seconds=seconds))


@dataclass(frozen=True)
class Lifetimes:
    """How long somebody stays signed in without moving, and at most."""

    idle: timedelta
    absolute: timedelta
