"""Where a page leads whose browser runs no script: to the same thing on the plain road.

The build knows neither the address that is asked for nor what stands in it. Of both only what has
a shape that is known here is said again; whatever else was sent is not.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from practice import i18n

PLAIN = "/plain/book"
# Where the build names the plain page: without scripts, and for scripts that never come.
NAMED = re.compile(r'<noscript>.*?</noscript>|<p class="late">.*?</p>', re.DOTALL)
A_TYPE = re.compile(r"/book/([a-z0-9-]{1,80})")
BOOKING, MOVING = "/book", "/book/move"
BEHIND_A_KEY = "/manage/"
A_REFERENCE = re.compile(r"[A-Z]{3}-[0-9]{3}-[A-Z]{2}")
A_KEY = re.compile(r"[A-Za-z0-9_-]{20,100}")
KEPT = {
    "day": re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    "start": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", re.ASCII),
    "tz": re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}"),
}
# Of an address; ours are shorter.
MOST_PARTS = 20


class Way(NamedTuple):
    """Where the build leads from here, and where it should."""

    built: str
    meant: str

    @property
    def says_a_key(self) -> bool:
        return self.meant.startswith(BEHIND_A_KEY)


def leads(path: str, query: bytes) -> Way | None:
    built, meant = i18n.path_in(i18n.language_of(path), PLAIN), way(path, query)
    return Way(built, meant) if meant and meant != built else None


def led(html: str, built: str, meant: str) -> str:
    """The page as it was built, leading to what its address means."""
    said = escape(meant)

    def lead(found: re.Match[str]) -> str:
        return (
            found[0]
            .replace(f'url={built}"', f'url={said}"')
            .replace(f'href="{built}"', f'href="{said}"')
        )

    return NAMED.sub(lead, html)


def way(path: str, query: bytes) -> str:
    """Nothing where this road has no such page. A booking speaks its own language: its pages have
    one address."""
    code, asked = i18n.language_of(path), _asked(query)
    if _bare(path) == MOVING:
        return _to_move(asked)
    named = booked_at(path)
    if named is None:
        return ""
    plain = f"{PLAIN}/{named}" if named else PLAIN
    kept = {
        name: asked[name] for name, shape in KEPT.items() if shape.fullmatch(asked.get(name, ""))
    }
    return i18n.path_in(code, plain) + (f"?{urlencode(kept)}" if kept else "")


def booked_at(path: str) -> str | None:
    """Which session type: none is named where there is only one. None where nothing is booked."""
    bare = _bare(path)
    named = A_TYPE.fullmatch(bare)
    if bare == MOVING or not (named or bare == BOOKING):
        return None
    return named[1] if named else ""


def _bare(path: str) -> str:
    """Without its language."""
    return path.removeprefix(i18n.path_in(i18n.language_of(path), "/").rstrip("/"))


def _to_move(asked: Mapping[str, str]) -> str:
    reference, key = asked.get("booking", ""), asked.get("key", "")
    if not A_REFERENCE.fullmatch(reference) or not A_KEY.fullmatch(key):
        return ""
    return f"{BEHIND_A_KEY}{reference}/{key}/move"


def _asked(query: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(query.decode("ascii"), max_num_fields=MOST_PARTS))
    except ValueError:
        return {}
