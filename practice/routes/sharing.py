"""What a page says of itself to search engines and to whoever gets a link to it: its one address,
the same page in other languages, and the card that a message shows."""

from html import escape

from practice.i18n import DEFAULT_LANGUAGE, LANGUAGES, LOCALES, path_in

# A tag and its attributes.
Tag = tuple[str, dict[str, str]]
# Made by site/card.py, for each language its own.
CARD = "/og.png"
CARD_SIZE = (1200, 630)


def card_address(public_url: str, code: str) -> str:
    return public_url + path_in(code, CARD)


def addresses(public_url: str, code: str, path: str) -> list[Tag]:
    """The path is the one without a language."""
    places = {other: public_url + path_in(other, path) for other in LANGUAGES}
    places["x-default"] = places[DEFAULT_LANGUAGE]
    return [
        ("link", {"rel": "canonical", "href": public_url + path_in(code, path)}),
        *(
            ("link", {"rel": "alternate", "hreflang": other, "href": place})
            for other, place in places.items()
        ),
    ]


def card(public_url: str, code: str, **facts: str) -> list[Tag]:
    """Open Graph; the facts are title, description, type, url and site_name, where they are."""
    wide, high = CARD_SIZE
    said = {
        **facts,
        "image": card_address(public_url, code),
        "image:width": str(wide),
        "image:height": str(high),
        "image:type": "image/png",
        "image:alt": facts.get("site_name") or facts.get("title", ""),
        "locale": str(LOCALES[code]),
    }
    tags: list[Tag] = [
        ("meta", {"property": f"og:{name}", "content": words})
        for name, words in said.items()
        if words
    ]
    return [*tags, ("meta", {"name": "twitter:card", "content": "summary_large_image"})]


def as_html(tags: list[Tag]) -> str:
    return "".join(
        f"<{name}" + "".join(f' {key}="{escape(said)}"' for key, said in attributes.items()) + ">"
        for name, attributes in tags
    )
