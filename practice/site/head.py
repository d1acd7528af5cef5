"""A page's description of itself: the <head> for browsers, search engines and shared links."""

import json
from dataclasses import dataclass
from typing import Any

import reflex as rx

from practice.components.head import head_of_every_page
from practice.domain.content import Frame
from practice.i18n import DEFAULT_LANGUAGE, LANGUAGES, LOCALES, here, language, path_in

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
    image: str = "/og.png"
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
        *(_addresses(page) if page.indexed else [rx.el.meta(name="robots", content="noindex")]),
        *_shared(page),
        *(_data(facts) for facts in page.json_ld),
    )


def _addresses(page: Page) -> list[rx.Component]:
    """The page's one address, and the same page in each language."""
    places = {code: page.public_url + path_in(code, page.path) for code in LANGUAGES}
    places["x-default"] = places[DEFAULT_LANGUAGE]
    return [
        rx.el.link(rel="canonical", href=page.public_url + here(page.path)),
        *(
            rx.el.link(rel="alternate", href_lang=code, href=place)
            for code, place in places.items()
        ),
    ]


def _shared(page: Page) -> list[rx.Component]:
    """Open Graph: how a link to this page looks in a message."""
    facts = {
        "og:type": "article" if page.path.startswith("/reading/") else "website",
        "og:site_name": page.frame.profile.name if page.frame else "",
        "og:title": page.title,
        "og:description": page.description,
        "og:url": page.public_url + here(page.path) if page.indexed else "",
        "og:image": page.public_url + page.image,
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:locale": str(LOCALES[language()]),
    }
    cards = [
        rx.el.meta(content=content, custom_attrs={"property": name})
        for name, content in facts.items()
        if content
    ]
    return [*cards, rx.el.meta(name="twitter:card", content="summary_large_image")]


def _data(facts: dict[str, Any]) -> rx.Component:
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).translate(SAFE)
    return rx.el.script(
        type="application/ld+json", custom_attrs={"dangerouslySetInnerHTML": {"__html": text}}
    )
