"""The visible sentences of the source, and whether each catalog has them translated."""

import sys
from copy import deepcopy
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from practice.i18n import CATALOGS, LANGUAGES
from practice.settings import ROOT

KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
# No dates, names or tools: a header that changes with every run hides what did change.
KEPT_OF_THE_HEADER = ("msg", '"Language:', '"Plural', '"MIME', '"Content')
METHODS = [("practice/**.py", "python")]


def collected() -> Catalog:
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(str(ROOT), METHODS, keywords=KEYWORDS)
    for file, _line, message, comments, context in sorted(found, key=lambda one: one[:2]):
        catalog.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalog


def stored(language: str) -> Catalog:
    with (CATALOGS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, source: Catalog) -> Catalog:
    """The stored catalog with exactly the messages of the source; English says what it is asked."""
    catalog = stored(language)
    # A copy: the catalog takes the messages themselves, and English fills them in.
    catalog.update(deepcopy(source), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    if language == "en":
        for message in catalog:
            if message.id:
                message.string = message.id
    return catalog


def _strings(string: object) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, (list, tuple)) else (str(string or ""),)


def problems(language: str, source: Catalog) -> list[str]:
    catalog = stored(language)
    wanted = {repr(message.id) for message in source if message.id}
    had = {repr(message.id): message for message in catalog if message.id}
    missing = [f"{language}: not in the catalog: {message}" for message in wanted - had.keys()]
    stale = [f"{language}: no longer used: {message}" for message in had.keys() - wanted]
    empty = [
        f"{language}: not translated: {message.id!r}"
        for message in had.values()
        if message.fuzzy or not all(_strings(message.string))
    ]
    wrong = [
        f"{language}: {message.id!r}: {error}"
        for message in had.values()
        for error in message.check(catalog)
    ]
    changed = [
        f"{language}: says something else than the source: {message.id!r}"
        for message in had.values()
        if language == "en" and _strings(message.string) != _strings(message.id)
    ]
    return sorted([*missing, *stale, *empty, *wrong, *changed])


def write(language: str, source: Catalog) -> None:
    packed = BytesIO()
    catalog = updated(language, source)
    write_po(packed, catalog, width=100, sort_output=True, include_lineno=False)
    header, _, rest = packed.getvalue().decode().partition("\n\n")
    kept = [line for line in header.splitlines() if line.startswith(KEPT_OF_THE_HEADER)]
    path = CATALOGS / language / "LC_MESSAGES" / "messages.po"
    path.write_text("\n".join(kept) + "\n\n" + rest)


def main() -> int:
    source = collected()
    if "--write" in sys.argv:
        for language in LANGUAGES:
            write(language, source)
    found = [problem for language in LANGUAGES for problem in problems(language, source)]
    print("\n".join(found) or f"All {len(source)} messages are translated.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
