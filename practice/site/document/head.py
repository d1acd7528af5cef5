"""A page's description of itself: the <head> for browsers, search engines and shared links."""

import json
from dataclasses import dataclass
from typing import Any

import reflex as rx

from practice.components.head import head_of_every_page
from practice.domain.content import Frame
from practice.i18n import here, language
from practice.routes import sharing
from practice.routes.sharing import Tag

# No character of the data may end its <script>; JSON lets each be written as an escape.
SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


@dataclass(frozen=True)
class Page:
    """What a document says about itself. Without a frame it stands alone: no database was asked."""

    path: str
    title: str
    description: str
    frame: Frame | None
    public_url: str
    stylesheet: str
    json_ld: tuple[dict[str, Any], ...] = ()
    indexed: bool = True
    offers_other_language: bool = False
    # What a letter led to speaks as the letter did.
    is_in_one_language: bool = False
    # One thing is being done here: nothing stands around it but the way back.
    is_calm: bool = False


def head(page: Page) -> rx.Component:
    return rx.el.head(
        rx.el.meta(char_set="utf-8"),
        rx.el.meta(name="viewport", content="width=device-width, initial-scale=1"),
        rx.el.title(page.title),
        rx.el.meta(name="description", content=page.description),
        rx.el.link(rel="stylesheet", href=page.stylesheet),
        *head_of_every_page(),
        *(map(_tag, _addresses(page)) if page.indexed else [_not_indexed()]),
        *map(_tag, _shared(page)),
        *(_data(facts) for facts in page.json_ld),
    )


def _addresses(page: Page) -> list[Tag]:
    return sharing.addresses(page.public_url, language(), page.path)


def _shared(page: Page) -> list[Tag]:
    """How a link to this page looks in a message."""
    return sharing.card(
        page.public_url,
        language(),
        type="article" if page.path.startswith("/reading/") else "website",
        site_name=page.frame.profile.name if page.frame else "",
        title=page.title,
        description=page.description,
        url=page.public_url + here(page.path) if page.indexed else "",
    )


def _tag(tag: Tag) -> rx.Component:
    name, attributes = tag
    return (rx.el.link if name == "link" else rx.el.meta)(custom_attrs=attributes)


def _not_indexed() -> rx.Component:
    return rx.el.meta(name="robots", content="noindex")


def _data(facts: dict[str, Any]) -> rx.Component:
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).translate(SAFE)
    return rx.el.script(
        type="application/ld+json", custom_attrs={"dangerouslySetInnerHTML": {"__html": text}}
    )
