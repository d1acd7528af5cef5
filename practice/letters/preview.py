"""Every kind of letter in both languages, written as files to look at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from practice.domain.letters import Letter
from practice.i18n import LANGUAGES
from practice.letters import colours
from practice.letters.layout import TEMPLATES
from practice.letters.one_line import headline
from practice.letters.samples import LETTERS, Sample


@dataclass(frozen=True)
class Shown:
    """A letter in the index."""

    name: str
    language: str
    letter: Letter
    preheader: str


def all_letters() -> Iterator[Shown]:
    for name, write in LETTERS.items():
        for language in LANGUAGES:
            letter = write(Sample(language))
            yield Shown(f"{name}.{language}", language, letter, preheader(letter))


def preheader(letter: Letter) -> str:
    """What a list of letters shows beneath the subject."""
    found = re.search(r'<div class="glance"[^>]*>([^<]*)</div>', letter.html)
    return headline(unescape(found[1])) if found else ""


def write(to: Path) -> int:
    """One page and one text for each letter, and an index that shows them all."""
    to.mkdir(parents=True, exist_ok=True)
    shown = list(all_letters())
    for one in shown:
        (to / f"{one.name}.html").write_text(one.letter.html)
        (to / f"{one.name}.txt").write_text(one.letter.text)
        for attached in one.letter.attachments:
            (to / f"{one.name}.ics").write_bytes(attached.body)
    index = TEMPLATES.get_template("gallery.html").render(shown=shown, tokens=colours.tokens())
    (to / "index.html").write_text(index)
    return len(shown)
