"""What a browser without scripts would do with a page: send its form as it stands, follow a
link."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

TICKED = {"radio", "checkbox"}


@dataclass
class _Reader(HTMLParser):
    found: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    area: str = ""
    select: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "input" and (said.get("type") not in TICKED or "checked" in said):
            self.found[said["name"]] = said.get("value", "")
        elif tag == "textarea":
            self.area = said["name"]
            self.found[self.area] = ""
        elif tag == "select":
            self.select = said["name"]
        elif tag == "option" and "selected" in said:
            self.found[self.select] = said["value"]
        elif tag == "a":
            self.links.append((said.get("aria-label", ""), said.get("href", "")))
        elif tag == "button" and "name" in said:
            self.buttons.append((said["name"], said.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.found[self.area] = self.found[self.area].removeprefix("\n")
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area] += data


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


def typed(page: str) -> dict[str, str]:
    """What its form sends."""
    return _read(page).found


def links(page: str, holding: str) -> list[str]:
    """Without what only moves the window."""
    return [to.partition("#")[0] for _label, to in _read(page).links if holding in to]


def looks(page: str) -> list[str]:
    """What the buttons that only look send along."""
    return [value for name, value in _read(page).buttons if name == "look"]


def words(page: str) -> str:
    """As they are read, without markup."""
    bare = re.sub(r"<(svg|script|style).*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).replace("\xa0", " ").split())
