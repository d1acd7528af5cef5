"""Two languages from the first line: nothing visible is said in one only."""

from dataclasses import replace
from datetime import UTC, date, datetime
from gettext import NullTranslations
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from practice import i18n
from practice.domain import content
from practice.domain.booking.status import Place
from practice.settings import ROOT
from practice.site.content import pages
from practice.site.document import setting
from tests.checks import translations
from tests.support import untranslated

SURFACES = [
    path for part in ("pages", "components", "site", "state", "wording")
    for path in sorted((ROOT / "practice" / part).rglob("*.py"))
]  # fmt: skip
SETTING = setting.Setting("https://practice.example", "/assets/styles.css")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_message_is_translated(language: str):
    assert translations.problems(language, translations.collected()) == []


def test_what_english_says_does_not_pass_for_italian(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(translations, "CATALOGS", tmp_path)
    source = translations.collected()
    for language in i18n.LANGUAGES:
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "messages.po").write_text('msgid ""\nmsgstr ""\n"Language: xx\\n"\n')
        translations.write(language, source)
    assert translations.problems("en", source) == []
    assert len(translations.problems("it", source)) == len(source)


def test_a_missing_and_an_empty_translation_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(translations, "CATALOGS", tmp_path)
    folder = tmp_path / "it" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text('msgid "Close"\nmsgstr ""\n\nmsgid "Gone"\nmsgstr "Via"\n')
    found = translations.problems("it", translations.collected())
    assert "it: not translated: 'Close'" in found
    assert "it: no longer used: 'Gone'" in found
    assert any(problem.startswith("it: not in the catalog") for problem in found)


@pytest.mark.parametrize("path", SURFACES, ids=lambda path: path.stem)
def test_no_visible_word_bypasses_gettext(path: Path):
    assert untranslated.untranslated(path) == []


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ('rx.el.p("hello")', True),
        ('rx.el.p(f"at {time}")', True),
        ('rx.el.p("yes" if a else "no")', True),
        ('button("Save it")', True),
        ("""f"{_('Hidden')}!" """, True),
        ('rx.el.input(placeholder="Your name")', True),
        ('rx.el.p(_("hello"))', False),
        ('rx.el.p("– ")', False),
        ('rx.el.p(class_name="quiet")', False),
        ('icon("lock")', False),
    ],
)
def test_a_bypassing_word_would_be_found(tmp_path: Path, source: str, is_found: bool):
    path = tmp_path / "page.py"
    path.write_text(source)
    assert bool(untranslated.untranslated(path)) is is_found


class Bracketed(NullTranslations):
    """Every message of the software says so: ⟦…⟧."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def published(words: str) -> str:
    return f"⟦{words}⟧"


SESSIONS = tuple(
    content.SessionKind(
        "slug", published("name"), published("summary"), 50, cents, "EUR", needs, tuple(Place)
    )
    for cents, needs in ((0, "new"), (8000, "intake"), (3550, "ongoing"))
)
FRAME = content.Frame(
    profile=content.Profile(
        **{
            name: published(name)
            for name in (
                "name", "therapist", "kicker", "lede", "story", "email", "phone", "address",
                "register", "answer_time", "place", "country",
            )
        },
    ),
    crisis=(content.CrisisLine(published("line"), published("hours"), "112"),),
    call=SESSIONS[0],
)  # fmt: skip
PASSAGES = (content.Passage(published("title"), published("body")),)
CARD = content.ArticleCard("slug", published("title"), published("summary"), 3)
DAY = date(2031, 3, 30)
PAGES = {
    "home": (
        pages.SHEETS[0],
        content.Home(FRAME, PASSAGES, SESSIONS, PASSAGES, (CARD,), PASSAGES),
    ),
    "home where no call is offered": (
        pages.SHEETS[0],
        content.Home(
            replace(FRAME, call=None), PASSAGES, SESSIONS[1:], PASSAGES, (CARD,), PASSAGES
        ),
    ),
    "about": (pages.SHEETS[1], content.About(FRAME, PASSAGES)),
    "privacy": (
        pages.SHEETS[2],
        content.Legal(FRAME, content.PrivacyText("⟦1⟧", DAY, published("body"))),
    ),
    "reading": (
        pages.SHEETS[3],
        content.Reading(FRAME, content.Article(CARD, published("body"), DAY), (CARD,)),
    ),
    "empty": (pages.SHEETS[0], None),
}


class Shown(HTMLParser):
    """What a person sees or hears of a page, besides dates and what says its own language."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values: dict[str, Any] = dict(attrs)
        speaks_for_itself = "lang" in values and tag != "html"
        if tag in {"script", "style", "time"} or speaks_for_itself or self.skipping:
            if tag not in {"meta", "link", "br", "path", "img", "input"}:
                self.skipping.append(tag)
            return
        for name in ("alt", "title", "aria-label", "placeholder"):
            self.words.append(values.get(name) or "")
        if tag == "meta" and values.get("name") == "description":
            self.words.append(values.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.skipping and self.skipping[-1] == tag:
            self.skipping.pop()

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.words.append(data)


def outside_brackets(words: str) -> str:
    depth, left = 0, ""
    for letter in words:
        if letter == "⟦":
            depth += 1
        elif letter == "⟧":
            depth -= 1
        elif depth == 0 and letter.isalpha():
            left += letter
    return left


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "catalog", lambda _code: Bracketed())


@pytest.mark.parametrize("name", PAGES)
def test_every_word_of_a_public_page_is_translated_or_published(bracketed: None, name: str):
    sheet, found = PAGES[name]
    shown = Shown()
    shown.feed(sheet.render(found, SETTING))
    assert len(shown.words) > 10
    assert [words for words in shown.words if outside_brackets(words)] == []


def test_the_pages_of_trouble_are_translated_too(bracketed: None):
    for html in (
        pages.NOT_FOUND.render(FRAME, SETTING),
        pages.NOT_FOUND.render(None, SETTING),
        pages.trouble_page("⟦BCDF2345⟧", SETTING),
    ):
        shown = Shown()
        shown.feed(html)
        assert [words for words in shown.words if outside_brackets(words)] == []


@pytest.mark.parametrize(
    ("code", "path", "address"),
    [
        ("en", "/", "/"),
        ("it", "/", "/it"),
        ("en", "/about", "/about"),
        ("it", "/about", "/it/about"),
    ],
)
def test_each_language_has_its_own_path(code: str, path: str, address: str):
    assert i18n.path_in(code, path) == address
    assert i18n.language_of(address) == code


@pytest.mark.parametrize(
    ("language", "cents", "shown"),
    [
        ("en", 8000, "€80"),
        ("en", 8050, "€80.50"),
        ("en", 123456700, "€1,234,567"),
        ("it", 8000, "80 €"),
        ("it", 8050, "80,50 €"),
    ],
)
def test_money_is_written_as_the_language_does(language: str, cents: int, shown: str):
    with i18n.speaking(language):
        assert i18n.money(cents, "EUR").replace("\xa0", " ") == shown


def test_dates_and_times_are_written_as_the_language_does():
    moment = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
    with i18n.speaking("en"):
        assert i18n.long_date(moment.date()) == "24 November 2026"
        assert i18n.day_and_date(moment.date()) == "Tuesday 24\N{NO-BREAK SPACE}November"
        assert i18n.clock_time(moment, "Europe/Rome") == "09:05"
    with i18n.speaking("it"):
        assert i18n.long_date(moment.date()) == "24 novembre 2026"
        assert i18n.day_and_date(moment.date()) == "martedì 24\N{NO-BREAK SPACE}novembre"


def test_plurals_follow_the_language():
    one, many = "{count} minute", "{count} minutes"
    with i18n.speaking("it"):
        assert i18n.ngettext(one, many, 1) != i18n.ngettext(one, many, 2)


def test_a_language_is_spoken_only_inside_its_block():
    with i18n.speaking("it"):
        assert i18n.language() == "it"
    assert i18n.language() == "en"
