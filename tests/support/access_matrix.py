"""The access matrix: reads its table, asks as each of the eight, tells what is not as written."""

import html
import json
import re
import tomllib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from reflex_base.utils.format import json_dumps
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practice import i18n, metrics, practice
from practice.domain.errors import NotFound
from practice.routes.edge import Shield
from practice.services.accounts import cookies
from tests.support import entry_points
from tests.support.event_client import Tab
from tests.support.http_client import FIREFOX, ORIGIN
from tests.support.matrix_people import ACTORS, WORDS, Cast, asker_of
from tests.support.silent_socket import Linked, overheard
from tests.support.table_diff import Ledger
from tests.support.websocket_client import HYDRATE

TABLE = Path(__file__).parent.parent / "access_matrix.toml"
WHOSE = ("own", "another's", "missing")
NAMED = re.compile(r"\{(\w+)\}")
# Where a row may name something.
ASKED = ("payload", "path", "query", "form", "json", "cookies")
# They differ from answer to answer by design, and say nothing.
BY_DESIGN = {"x-request-id"}


@dataclass(frozen=True)
class Row:
    """What the table says about one handler or one route."""

    name: str
    said: Mapping[str, Any]
    may: Mapping[str, bool]
    kinds: tuple[str, ...]

    def get(self, key: str, default: Any = None) -> Any:
        return self.said.get(key, default)

    def of(self, key: str, actor: str, default: Any = None) -> Any:
        """One for all, or by the names of those it is for."""
        found = self.said.get(key, default)
        if not isinstance(found, dict):
            return found
        return next((one for names, one in found.items() if actor in names.split()), default)

    def column(self, key: str, actor: str) -> str:
        """Eight words, or one for all eight."""
        words = self.said.get(key, "200").split()
        return (words * len(ACTORS) if len(words) == 1 else words)[ACTORS.index(actor)]


@dataclass(frozen=True)
class Cell:
    row: Row
    actor: str
    whose: str

    def __str__(self) -> str:
        return f"{self.row.name} × {self.actor} × {self.whose}"

    @property
    def is_allowed(self) -> bool:
        """What is another's is allowed to nobody, but where the table gives a reason."""
        is_own = self.whose == "own" or (self.whose == "another's" and self.row.get("anybodys"))
        return bool(is_own) and self.row.may[self.actor]

    @property
    def is_alike(self) -> bool:
        """Nobody learns from an answer whether there is something."""
        is_asked = self.whose != "own" or "otherwise" not in self.row.said
        return bool(self.row.get("anybodys")) or (is_asked and not self.is_allowed)


@dataclass
class Answer:
    """What came back: as text to be searched, as one value to be compared; and what it lacks."""

    text: str
    whole: Any
    wrong: list[str]


@cache
def table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text())


def rows(kind: str) -> dict[str, Row]:
    return {name: _row(name, said) for name, said in table()[kind].items()}


def _row(name: str, said: dict[str, Any]) -> Row:
    words = said["may"].split()
    if len(words) not in {1, len(ACTORS)} or not {*words} <= {"yes", "no"}:
        raise ValueError(f"{name}: may says yes or no for each of {', '.join(ACTORS)}")
    may = (one == "yes" for one in (words * len(ACTORS))[: len(ACTORS)])
    asked = [said.get(key, {}) for key in ASKED]
    asked += [table()["handler"][step].get("payload", {}) for step in said.get("before", ())]
    kinds = tuple(dict.fromkeys(NAMED.findall(json.dumps(asked))))
    return Row(name, said, dict(zip(ACTORS, may, strict=True)), kinds)


def cells(row: Row, cast: Cast) -> Iterator[Cell]:
    """Where a row names nothing there is only the asking itself."""
    for actor in ACTORS:
        for whose in WHOSE if row.kinds else ("own",):
            if all(cast.name(kind, actor, whose) for kind in row.kinds):
                yield Cell(row, actor, whose)


def filled(said: Any, cell: Cell, cast: Cast) -> Any:
    """With each {kind} replaced by the thing that this cell names."""
    if isinstance(said, dict):
        return {key: filled(value, cell, cast) for key, value in said.items()}
    if isinstance(said, str):
        return NAMED.sub(lambda found: cast.name(found[1], cell.actor, cell.whose) or "", said)
    return said


@dataclass
class Matrix:
    """Asks, and tells what is not as written; what a cell has changed is put back after it."""

    cast: Cast
    ledger: Ledger

    async def judge_handler(self, row: Row) -> list[str]:
        return await self._judge(row, self._event)

    async def judge_route(self, row: Row, language: str, door: "Door") -> list[str]:
        async def ask(cell: Cell) -> Answer:
            if cell.row.name.startswith("WEBSOCKET "):
                return await self._socket(cell, door)
            return await self._request(cell, language, door)

        return await self._judge(row, ask)

    async def judge_silence(self, row: Row) -> list[str]:
        """The column of the socket that never spoke: it has the token of a tab of each of the
        eight while the handler is at work there, and hears nothing."""
        wrong: list[str] = []
        for cell in cells(row, self.cast):
            if cell.whose == "own":
                wrong += [f"{cell} {one}" for one in await self._silence(cell)]
                self.ledger.restore(self.ledger.changed())
        return wrong

    async def _silence(self, cell: Cell) -> list[str]:
        known = entry_points.handlers()
        tab = Linked(self._cookies(cell))
        with overheard() as heard:
            await tab.open()
            wrong = [] if {socket for socket, _ in heard} == {tab.socket} else ["was not answered"]
            heard.clear()
            silent = await tab.is_taken_over()
            for name in [*cell.row.get("before", []), cell.row.name]:
                payload = rows("handler")[name].get("payload", {})
                await tab.ask(known[name], filled(payload, cell, self.cast))
            await tab.leave(silent)
        return [*wrong, *(f"tells a socket that never spoke: {said}" for _, said in heard)]

    async def _judge(self, row: Row, ask: Callable[[Cell], Awaitable[Answer]]) -> list[str]:
        wrong: list[str] = []
        alike: dict[str, Any] = {}
        for cell in cells(row, self.cast):
            gate = self.ledger.gate()
            answer = await ask(cell)
            changed = self.ledger.changed()
            found = [*answer.wrong, *_effects(cell, changed), *self._leaks(cell, answer)]
            found += self._gate(cell, gate)
            if cell.is_alike and alike.setdefault(cell.actor, answer.whole) != answer.whole:
                found.append(f"differs: {alike[cell.actor]} / {answer.whole}")
            wrong += [f"{cell} {one}" for one in found]
            self.ledger.restore(changed)
        return wrong

    async def _event(self, cell: Cell) -> Answer:
        tab = Tab(cookie=self._cookies(cell), path="/")
        await tab.send_raw(HYDRATE, {"vars": {}, "hashes": None})
        known, counted = entry_points.handlers(), Counted(cell.row.name)
        for name in [*cell.row.get("before", []), cell.row.name]:
            payload = rows("handler")[name].get("payload", {})
            await tab.send_raw(known[name], filled(payload, cell, self.cast))
        text = text_of(tab)
        if not cell.is_allowed:
            says = [] if tab.trouble == NotFound.message else [f"says {tab.trouble!r}"]
            return Answer(text, text, counted.wrong(NotFound.code) + says)
        shown = _shown_by(tab, known[cell.row.name])
        wrong = counted.wrong(cell.row.get("outcome", "done"))
        wrong += [
            f"leaves {name} at {shown.get(name)!r}"
            for name, value in cell.row.get("sets", {}).items()
            if shown.get(name) != value
        ]
        return Answer(text, text, wrong + self._shown(cell, text))

    async def _request(self, cell: Cell, language: str, door: "Door") -> Answer:
        row = cell.row
        method, path = row.name.split(" ")
        path = i18n.path_in(language, path.format(**self._filled(cell, "path")))
        found = await door.browsers[cell.actor].request(
            method,
            path,
            headers={"cookie": self._cookies(cell), **row.get("headers", {})},
            params=self._filled(cell, "query") or None,
            data=self._filled(cell, "form") or None,
            json=self._filled(cell, "json") or None,
        )
        told = [(name, value) for name, value in found.headers.items() if name not in BY_DESIGN]
        text = f"{told} {found.text}"
        wrong = _answered(cell, found, language)
        if cell.is_allowed:
            wrong += self._shown(cell, text)
        return Answer(text, (found.status_code, told, found.text), wrong)

    async def _socket(self, cell: Cell, door: "Door") -> Answer:
        cookie, origin = self._cookies(cell).encode(), ORIGIN.encode()
        headers = [(b"host", b"localhost:3000"), (b"origin", origin), (b"cookie", cookie)]
        heard = await opened(door.app, cell.row.name.partition(" ")[2], headers)
        return Answer(str(heard), heard, self._shown(cell, str(heard)))

    def _filled(self, cell: Cell, key: str) -> dict[str, Any]:
        return filled(cell.row.get(key, {}), cell, self.cast)

    def _cookies(self, cell: Cell) -> str:
        return self.cookies(cell.actor, **self._filled(cell, "cookies"))

    def cookies(self, actor: str, **more: str) -> str:
        found = {cookies.asker_cookie(): asker_of(actor), **more}
        if actor in self.cast.cookies:
            found[cookies.cookie_name()] = self.cast.cookies[actor]
        return "; ".join(f"{name}={value}" for name, value in found.items())

    def _shown(self, cell: Cell, text: str) -> list[str]:
        words = [cell.row.of("shows", cell.actor)]
        if cell.row.get("tells"):
            words.append(WORDS.get(cell.actor, WORDS["house"]))
        plain = html.unescape(text)
        return [f"does not show {word!r}" for word in words if word and word not in plain]

    def _leaks(self, cell: Cell, answer: Answer) -> list[str]:
        if cell.row.get("reveals"):
            return []
        holds_link = "key" in cell.row.kinds and cell.whose == "own"
        found = leaks(self.cast, cell.actor, answer.text, holds_link=holds_link)
        return [f"shows {word}" for word in found]

    def _gate(self, cell: Cell, before: tuple[int, int]) -> list[str]:
        """Nobody but the therapist opens it, and nobody gets around it."""
        past, around = self.ledger.gate()
        opened = past != before[0] and cell.actor != "therapist"
        return ["opened the gate"] * opened + ["went around the gate"] * (around > 0)


def _shown_by(tab: Tab, handler: str) -> dict[str, Any]:
    """By the handler's state, and by those that it builds on."""
    found: dict[str, Any] = {}
    for state in sorted(tab.seen):
        if handler.startswith(f"{state}."):
            found |= tab.seen[state]
    return found


def text_of(tab: Tab) -> str:
    """All that it heard; its own token is no news."""
    return json_dumps(tab.heard).replace(tab.token, "")


def leaks(cast: Cast, actor: str, text: str, *, holds_link: bool = False) -> list[str]:
    everything = f"{text} {html.unescape(text)}".lower()
    hidden = cast.hidden_from(actor, holds_link=holds_link)
    return [word for word in hidden if word.lower() in everything]


def _effects(cell: Cell, changed: set[str]) -> list[str]:
    expected = set(cell.row.of("changes", cell.actor, [])) if cell.is_allowed else set[str]()
    if changed == expected:
        return []
    return [f"changed {sorted(changed)} where {sorted(expected)} was expected"]


def _answered(cell: Cell, found: httpx.Response, language: str) -> list[str]:
    is_other = not cell.is_allowed and cell.whose != "own" and "otherwise" in cell.row.said
    wanted = cell.row.column("otherwise" if is_other else "answers", cell.actor)
    if wanted.isdigit():
        return [] if found.status_code == int(wanted) else [f"answers {found.status_code}"]
    said = (found.status_code, found.headers.get("location", ""))
    return [] if said == (303, i18n.path_in(language, wanted)) else [f"answers {said}"]


class Counted:
    """What the guard says of one handler, from here on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.before = self._all()

    def wrong(self, outcome: str) -> list[str]:
        now = self._all()
        found = [one for one in now if now[one] > self.before.get(one, 0)]
        return [] if found == [outcome] else [f"ends as {found} where {outcome} was expected"]

    def _all(self) -> dict[str, float]:
        (family,) = metrics.events.collect()
        return {
            one.labels["outcome"]: one.value
            for one in family.samples
            if one.name.endswith("_total") and one.labels["handler"] == self.name
        }


@dataclass(frozen=True)
class Door:
    """The server, and a browser for each of the eight, at an address of the own."""

    app: ASGIApp
    browsers: Mapping[str, httpx.AsyncClient]


@contextmanager
def at_the_door() -> Iterator[Door]:
    """The whole server but for Reflex: the shield, the pages of a build, and our own routes."""
    with entry_points.stubs() as (frontend, site):
        app = Shield(
            practice.ours_first(frontend, site, _reflex), practice.configured, site.apology
        )
        browsers = {
            actor: httpx.AsyncClient(
                transport=httpx.ASGITransport(app, client=(f"203.0.113.{number}", 1)),
                base_url=ORIGIN,
                headers={"user-agent": FIREFOX, "origin": ORIGIN},
            )
            for number, actor in enumerate(ACTORS, start=1)
        }
        yield Door(app, browsers)


async def opened(app: ASGIApp, path: str, headers: list[tuple[bytes, bytes]]) -> list[Message]:
    """What a browser hears that wants to open a socket."""
    heard: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        heard.append(message)

    await app({"type": "websocket", "path": path, "headers": headers}, receive, send)
    return heard


async def _reflex(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
