"""Sets a draft: one layout for the HTML, one for the plain text, in the reader's language."""

import re
import textwrap
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

import css_inline
import jinja2

from practice.domain.content import CrisisLine
from practice.domain.letters import Letter
from practice.i18n import _, here, speaking
from practice.letters import colours
from practice.letters.drafts import Colophon, Draft, Kind
from practice.letters.facts import House, Reader
from practice.letters.one_line import headline, plain_name, visible

# As long as a line of plain text may be to be read well, also when it is quoted.
LINE = 72
P = ParamSpec("P")


def _wrapped(words: str) -> str:
    return textwrap.fill(words, LINE, break_long_words=False, break_on_hyphens=False)


TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=jinja2.select_autoescape(["html"]),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def letter(
    kind: Kind,
) -> Callable[
    [Callable[Concatenate[House, Reader, P], Draft]],
    Callable[Concatenate[House, Reader, P], Letter],
]:
    """Makes a function that finds the sentences one that gives the letter."""

    def declare(
        write: Callable[Concatenate[House, Reader, P], Draft],
    ) -> Callable[Concatenate[House, Reader, P], Letter]:
        @wraps(write)
        def render(house: House, reader: Reader, *args: P.args, **kwargs: P.kwargs) -> Letter:
            named = replace(reader, name=plain_name(reader.name))
            with speaking(reader.language):
                return _set(kind, house, named, write(house, named, *args, **kwargs))

        return render

    return declare


def _set(kind: Kind, house: House, reader: Reader, draft: Draft) -> Letter:
    subject = headline(draft.subject)
    shown = {
        "subject": subject,
        "draft": draft,
        "house": house,
        "language": reader.language,
        "colophon": _colophon(house, draft),
        "privacy_url": house.url + here("/privacy"),
        "wrapped": _wrapped,
        "kept_styles": colours.kept(),
    }
    return Letter(
        kind=kind.value,
        subject=subject,
        html=visible(_styled(TEMPLATES.get_template("letter.html").render(shown))),
        text=_even(visible(TEMPLATES.get_template("letter.txt").render(shown))),
        attachments=draft.attachments,
    )


def _colophon(house: House, draft: Draft) -> Colophon:
    why = [
        _("Reference {reference}.").format(reference=draft.reference) if draft.reference else "",
        draft.reason,
        "" if draft.is_for_therapist else _answering(house),
    ]
    return Colophon(
        why=" ".join(filter(None, why)),
        urgent=_urgent(house.crisis) if house.crisis and not draft.is_for_therapist else "",
        address=", ".join((house.name, *house.address)),
        reach=", ".join(filter(None, (house.email, house.phone))),
        privacy=_("Privacy"),
    )


def _answering(house: House) -> str:
    """Nothing is promised where the therapist promises nothing."""
    if not house.answers:
        return _("Answering this letter reaches me.")
    return _("Answering this letter reaches me; I answer {when}.").format(when=house.answers)


def _urgent(line: CrisisLine) -> str:
    return _("If it cannot wait, call {number}. {hours}.").format(
        number=line.number, hours=line.hours
    )


def _styled(html: str) -> str:
    inliner = css_inline.CSSInliner(
        inline_style_tags=False,
        keep_style_tags=True,
        extra_css=colours.inlined(),
        load_remote_stylesheets=False,
    )
    return inliner.inline(html)


def _even(text: str) -> str:
    """No-break spaces are for type, and three empty lines are two too many."""
    return re.sub(r"\n{3,}", "\n\n", text.replace("\N{NO-BREAK SPACE}", " ")).strip() + "\n"
