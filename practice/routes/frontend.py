"""What the Reflex build made, served from memory: compressed, cacheable, with its policy; and
private pages only to whom they belong.

In memory, because a rebuild must not pull files away under a running server, and because a
first visit should wait for nothing.
"""

import base64
import gzip
import hashlib
import mimetypes
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from practice import authentication, i18n, settings
from practice.domain.actors import Role
from practice.routes import headers, negotiation, no_script, prerender, sharing
from practice.services.accounts import cookies

INLINE_SCRIPT = re.compile(
    rb"<script(?![^>]*\bsrc=)(?![^>]*ld\+json)[^>]*>(.*?)</script>", re.DOTALL
)
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
# What a part of an address that differs can be; anything else is not found without being sought.
A_PART = "([a-z0-9-]{1,80})"
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
DESCRIPTION = re.compile(r'<meta content="([^"]*)" name="description"')
# Without a host, which only the server knows.
BUILT_CARD = re.compile(r'<meta content="[^"]*" property="og:image"/?>')
ROBOTS = re.compile(r'<meta content="([^"]*)" name="robots"')
# The build's copies of sources that are already inside the one stylesheet.
LEFT_OUT = ("styles/",)
HASHED = ("assets/", "fonts/")


@dataclass(frozen=True)
class File:
    body: bytes
    encoded: dict[str, bytes]
    headers: tuple[tuple[bytes, bytes], ...]
    etag: str


# Whether there is what a part of an address names, for whoever asks with this cookie.
IsThere = Callable[[str, str | None], Awaitable[bool]]
# What a page shows before its script has come, as HTML.
Ahead = Callable[[Request], Awaitable[str]]


class Frontend:
    """The files of a build by their address; pages only for the routes that exist, each with the
    role it is for. One with a {part} stands for many; which there are the database knows."""

    def __init__(
        self,
        directory: Path,
        pages: Mapping[str, Role],
        is_there: IsThere | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        self.pages = pages
        self.is_there = is_there
        self.ahead = ahead
        self.patterns = {
            page: re.compile(re.sub(r"\{\w+\}", f"({A_PART})", page))
            for page in pages
            if "{" in page
        }
        self.files: dict[str, File] = {}
        for path in sorted(directory.rglob("*")):
            address = path.relative_to(directory).as_posix()
            is_file = path.is_file() and path.suffix not in {".br", ".gz", ".html"}
            if is_file and not address.startswith(LEFT_OUT):
                self.files[f"/{address}"] = _file(path, address)
        for page, role in pages.items():
            self.files[page] = _page(directory / drawn(page), role)
        self.told: dict[str, File] = {}

    @property
    def stylesheet(self) -> str:
        return next(name for name in self.files if name.endswith(".css") and "global" in name)

    def keeps(self, path: str) -> bool:
        """Whether it is a file that is sent as it lies in memory."""
        return path in self.files and path not in self.pages

    async def has(self, scope: Scope) -> bool:
        path = scope["path"].rstrip("/") or "/"
        if scope["path"] in self.files or path in self.pages:
            return "{" not in path
        named = self._named(path)
        if named is None or self.is_there is None:
            return False
        return await self.is_there(named, Request(scope).cookies.get(cookies.cookie_name()))

    def _named(self, path: str) -> str | None:
        """What the part of the address that differs says, where there is such a page."""
        found = (pattern.fullmatch(path) for pattern in self.patterns.values())
        return next((one[1] for one in found if one), None)

    def _page_at(self, path: str) -> str:
        """As it is called here: the pattern, where one fits and no page of its own is there."""
        if path in self.files:
            return path
        fits = (page for page, pattern in self.patterns.items() if pattern.fullmatch(path))
        return next(fits, path)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        path = self._page_at(scope["path"])
        role = self.pages.get(path, Role.PUBLIC)
        if scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 405, [(b"allow", b"GET, HEAD"), (b"content-length", b"0")], b"")
        elif path not in self.files:
            query = b"?" + scope["query_string"] if scope["query_string"] else b""
            await _lead(send, 308, scope["path"].rstrip("/").encode() + query)
        elif role is not Role.PUBLIC and (elsewhere := await _not_theirs(scope, role)):
            await _lead(send, 303, elsewhere.encode())
        else:
            await self._serve(self.files[path], scope, send)

    async def _serve(self, file: File, scope: Scope, send: Send) -> None:
        is_page = b"text/html" in file.headers[0][1]
        scope["served"] = "page" if is_page else "asset"
        if is_page:
            file = await self._readied(file, scope)
        asked = dict(scope["headers"])
        known = [(b"etag", file.etag.encode()), (b"vary", b"accept-encoding")]
        if negotiation.is_known(file.etag, asked.get(b"if-none-match", b"").decode("latin-1")):
            await _answer(send, 304, [*file.headers[1:], *known], b"")
            return
        accepted = asked.get(b"accept-encoding", b"").decode("latin-1")
        encoding = negotiation.encoding(
            accepted, [name for name, _ in ENCODINGS if name in file.encoded]
        )
        body = file.encoded[encoding] if encoding else file.body
        found = [*file.headers, *known]
        if encoding:
            found.append((b"content-encoding", encoding.encode()))
        found.append((b"content-length", str(len(body)).encode()))
        await _answer(send, 200, found, b"" if scope["method"] == "HEAD" else body)

    async def _readied(self, file: File, scope: Scope) -> File:
        """For this address and this moment."""
        told = self._told(file, scope["path"])
        html = told.body.decode()
        way = no_script.leads(scope["path"], scope["query_string"])
        ready = no_script.led(html, *way) if way else html
        if self.ahead and prerender.PLACE in html:
            ready = prerender.shown(ready, await self.ahead(Request(scope)))
        if ready == html:
            return told
        body = ready.encode()
        packed = {"gzip": gzip.compress(body, 6, mtime=0)}
        known = _kept_by_nobody(told) if way and way.says_a_key else told.headers
        return File(body, packed, known, _tag(body))

    def _told(self, file: File, path: str) -> File:
        """A page that says where it is, which its build could not know."""
        if path not in self.told:
            self.told[path] = _with_addresses(file, path)
        return self.told[path]


def _with_addresses(file: File, path: str) -> File:
    html = file.body.decode()
    if ROBOTS.search(html):
        return file
    code, public_url = i18n.language_of(path), settings.current().public_url
    plain = path.removeprefix(i18n.path_in(code, "/").rstrip("/")) or "/"
    tags = sharing.addresses(public_url, code, plain)
    tags += sharing.card(
        public_url,
        code,
        type="website",
        title=_said(TITLE, html),
        description=_said(DESCRIPTION, html),
        url=public_url + path,
    )
    html = BUILT_CARD.sub("", html).replace("</head>", f"{sharing.as_html(tags)}</head>", 1)
    body = html.encode()
    packed = {"gzip": gzip.compress(body, 9, mtime=0)}
    return File(body, packed, file.headers, _tag(body))


def _kept_by_nobody(file: File) -> tuple[tuple[bytes, bytes], ...]:
    others = (one for one in file.headers if one[0] != b"cache-control")
    return (*others, (b"cache-control", headers.PRIVATE.encode()))


def _said(pattern: re.Pattern[str], html: str) -> str:
    found = pattern.search(html)
    return unescape(found[1]) if found else ""


def drawn(page: str) -> str:
    """The file of a page; one that stands for many is drawn under the name of what differs."""
    return page.strip("/").translate({ord("{"): None, ord("}"): None}) + ".html"


def _file(path: Path, address: str) -> File:
    cache = headers.IMMUTABLE if address.startswith(HASHED) else headers.REVALIDATE
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind in {"application/javascript", "application/json"}
    kind = f"{kind}; charset=utf-8" if text else kind
    return _read(path, [("content-type", kind), ("cache-control", cache)])


async def _not_theirs(scope: Scope, role: Role) -> str | None:
    """Where somebody belongs for whom this page is not, in the language they asked in."""
    found = await authentication.find(Request(scope).cookies.get(cookies.cookie_name()))
    if found.actor.may_act_as(role):
        return None
    return i18n.path_in(i18n.language_of(scope["path"]), authentication.way(found))


def _page(path: Path, role: Role) -> File:
    body = path.read_bytes()
    scripts = INLINE_SCRIPT.findall(body)
    if prerender.PLACE.encode() in body:
        scripts.append(prerender.SCRIPT.encode())
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in scripts
    ]
    policy = headers.csp_interactive(sorted(set(hashes)))
    return _read(
        path,
        [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", headers.REVALIDATE if role is Role.PUBLIC else headers.PRIVATE),
            ("content-security-policy", policy),
        ],
    )


def _read(path: Path, known: list[tuple[str, str]]) -> File:
    body = path.read_bytes()
    beside = {name: path.with_name(path.name + ending) for name, ending in ENCODINGS}
    return File(
        body=body,
        encoded={name: file.read_bytes() for name, file in beside.items() if file.exists()},
        headers=tuple((name.encode(), value.encode()) for name, value in known),
        etag=_tag(body),
    )


def _tag(body: bytes) -> str:
    """Weak: one for the body, however it is compressed."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'


async def _lead(send: Send, status: int, where: bytes) -> None:
    found = [(b"location", where), (b"content-length", b"0")]
    await _answer(send, status, [*found, (b"cache-control", headers.PRIVATE.encode())], b"")


async def _answer(send: Send, status: int, found: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": found})
    await send({"type": "http.response.body", "body": body})
