"""Markdown of the therapist as HTML: paragraphs, headings, lists, links and emphasis, no more."""

import re

import reflex as rx
from markdown_it import MarkdownIt
from markdown_it.token import Token

# Raw HTML, images and code are no part of the grammar, so they come out as plain text.
GRAMMAR = MarkdownIt("zero").enable(["heading", "list", "link", "emphasis", "entity", "escape"])
HEADING = re.compile(r"^##\s+(.+?)\s*#*$", re.MULTILINE)


def as_html(markdown: str) -> str:
    tokens = GRAMMAR.parse(markdown)
    for token in tokens:
        _below_the_title(token)
    return GRAMMAR.renderer.render(tokens, GRAMMAR.options, {}).strip()


def _below_the_title(token: Token) -> None:
    """A page has one h1, and it is ours."""
    if token.tag == "h1":
        token.tag = "h2"


def begun(markdown: str) -> str:
    """The look of a text that begins a page: a large initial, unless it is a word by itself, which
    would then run into the next ("I chose")."""
    first = markdown.split(maxsplit=1)[0] if markdown.strip() else ""
    return "prose initial" if len(first) > 1 else "prose"


def prose(markdown: str, class_name: str = "prose") -> rx.Component:
    inner = {"dangerouslySetInnerHTML": {"__html": as_html(markdown)}}
    return rx.el.div(class_name=class_name, custom_attrs=inner)


def opening(markdown: str, paragraphs: int = 2) -> str:
    """The first paragraphs, up to the first heading: enough to make somebody's acquaintance."""
    before = HEADING.split(markdown, maxsplit=1)[0]
    return "\n\n".join(before.strip().split("\n\n")[:paragraphs])


def sections(markdown: str) -> tuple[str, list[tuple[str, str]]]:
    """What stands before the first heading, and (heading, text) for each that follows."""
    before, *rest = HEADING.split(markdown)
    return before, list(zip(rest[::2], rest[1::2], strict=True))
