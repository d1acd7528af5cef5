"""The two languages: gettext catalogs, and dates, times and money through Babel."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from practice.domain.errors import N_

LANGUAGES = ("en", "it")
DEFAULT_LANGUAGE = "en"
CATALOGS = Path(__file__).parent.parent.parent / "locales"
# A number and its unit stay on one line.
TIED = "\N{NO-BREAK SPACE}"
# English here is British: 24 November, 09:20.
LOCALES = {"en": Locale("en", "GB"), "it": Locale("it", "IT")}

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


@cache
def catalog(language: str) -> NullTranslations:
    """A catalog read from its source, so that no compiled file can be older than it."""
    source = CATALOGS / language / "LC_MESSAGES" / "messages.po"
    with source.open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


def language() -> str:
    return _language.get()


@contextmanager
def speaking(code: str) -> Generator[None]:
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def _(message: str) -> str:
    return catalog(language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    return catalog(language()).ngettext(one, many, count)


def path_in(code: str, path: str) -> str:
    """The address of a page in a language: the default one has no prefix."""
    prefix = "" if code == DEFAULT_LANGUAGE else f"/{code}"
    return (prefix + path).removesuffix("/") or "/"


def preferred(weighed: Sequence[tuple[str, float]]) -> str | None:
    """The first of these languages that we speak; the heavier comes first."""
    ranked = sorted(weighed, key=lambda one: -one[1])
    known = (name.partition("-")[0] for name, weight in ranked if weight > 0)
    return next((name for name in known if name in LANGUAGES), None)


def language_of(path: str) -> str:
    first = path.strip("/").partition("/")[0]
    return first if first in LANGUAGES else DEFAULT_LANGUAGE


def here(path: str) -> str:
    return path_in(language(), path)


def locale() -> Locale:
    return LOCALES.get(language(), LOCALES[DEFAULT_LANGUAGE])


def long_date(day: date) -> str:
    return dates.format_date(day, "d MMMM y", locale=locale())


def day_and_date(day: date) -> str:
    return dates.format_date(day, f"EEEE d{TIED}MMMM", locale=locale())


def day_of_month(day: date) -> str:
    """24 November, where the weekday is seen."""
    return dates.format_skeleton("MMMMd", day, locale=locale())


def month_of_year(day: date) -> str:
    return dates.format_skeleton("yMMMM", day, locale=locale())


def clock_time(moment: datetime, zone: str) -> str:
    return dates.format_time(moment, "HH:mm", tzinfo=ZoneInfo(zone), locale=locale())


def hours_between(start: datetime, end: datetime, zone: str) -> str:
    return f"{clock_time(start, zone)} – {clock_time(end, zone)}"


def city(zone: str) -> str:
    """Where the clocks of a zone hang: Europe/London is London, Londra in Italian."""
    return dates.get_timezone_location(zone, locale=locale(), return_city=True)


def minutes(count: int) -> str:
    words = ngettext("{count} minute", "{count} minutes", count)
    return words.format(count=count).replace(" ", TIED)


# Two to twelve, as a sentence says them. One is left out: it takes the gender of what it counts.
NUMBERS = (
    N_("two"),
    N_("three"),
    N_("four"),
    N_("five"),
    N_("six"),
    N_("seven"),
    N_("eight"),
    N_("nine"),
    N_("ten"),
    N_("eleven"),
    N_("twelve"),
)


def number(count: int) -> str:
    return _(NUMBERS[count - 2]) if 2 <= count <= 12 else str(count)


def sentence(words: str) -> str:
    """With a capital at its start, and every other letter as it is."""
    return words[:1].upper() + words[1:]


def money(cents: int, currency: str) -> str:
    """€80, but €80.50: whole sums carry no decimals in a price list."""
    pattern = None if cents % 100 else "¤#,##0" if language() == "en" else "#,##0 ¤"
    digits = pattern is None
    return numbers.format_currency(
        Decimal(cents) / 100, currency, pattern, locale=locale(), currency_digits=digits
    )
