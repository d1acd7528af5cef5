"""Each public page: its address, what it reads, and how that becomes a document."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from practice.domain.content import About, Frame, Home, Legal, Reading
from practice.i18n import speaking
from practice.services.content import published
from practice.site.api_docs import manual
from practice.site.content import about, article, home, privacy
from practice.site.document import not_found, server_error, setting_up, too_many_requests
from practice.site.document.layout import document
from practice.site.document.setting import Setting
from practice.site.seo import json_ld

MANUAL = "/api/docs"


@dataclass(frozen=True)
class Sheet:
    """`read` runs inside a query; `render` is pure and gets what it found."""

    path: str
    read: Callable[..., Any]
    render: Callable[[Any, Setting], str]
    # For people who look for help; what is for engineers is in no sitemap.
    is_listed: bool = True


def _home(found: Home | None, setting: Setting) -> str:
    if found is None:
        return _setting_up("/", setting)
    page = setting.page("/", home.title(found), home.description(found), found.frame)
    data = [json_ld.practice(found.frame, setting.public_url)]
    if found.sessions:
        data.append(json_ld.services(found.sessions, setting.public_url))
    if found.questions:
        data.append(json_ld.questions(found.questions))
    return document(replace(page, json_ld=tuple(data)), home.view(found))


def _about(found: About | None, setting: Setting) -> str:
    if found is None:
        return _setting_up("/about", setting)
    page = setting.page(
        "/about", about.title(found.frame), about.description(found.frame), found.frame
    )
    data = (json_ld.practice(found.frame, setting.public_url),)
    return document(replace(page, json_ld=data), about.view(found.frame, found.facts))


def _privacy(found: Legal | None, setting: Setting) -> str:
    if found is None:
        return _setting_up("/privacy", setting)
    frame = found.frame
    page = setting.page("/privacy", privacy.title(frame), privacy.description(frame), frame)
    return document(replace(page, indexed=found.text is not None), privacy.view(found.text))


def _reading(found: Reading, setting: Setting) -> str:
    text, frame = found.article, found.frame
    path = f"/reading/{text.card.slug}"
    page = setting.page(path, article.title(text, frame), article.description(text), frame)
    data = (json_ld.article(text, frame.profile, setting.public_url),)
    return document(replace(page, json_ld=data), article.view(text, frame, found.more))


def _manual(found: Frame | None, setting: Setting) -> str:
    """Also before anything is published: programs are written before a practice opens."""
    page = setting.page(MANUAL, manual.title(found), manual.description(), found)
    return document(replace(page, indexed=False), manual.view(setting.public_url))


def _setting_up(path: str, setting: Setting) -> str:
    page = setting.page(path, setting_up.title(), setting_up.description(), None)
    return document(replace(page, indexed=False), setting_up.view())


def _not_found(frame: Frame | None, setting: Setting) -> str:
    """Its switch of language leads home: the address it was asked for leads nowhere."""
    page = setting.page("/", not_found.title(), not_found.description(), frame)
    return document(replace(page, indexed=False), not_found.view(frame))


def trouble_page(reference: str, setting: Setting) -> str:
    page = setting.page("/", server_error.title(), server_error.description(), None)
    return document(replace(page, indexed=False), server_error.view(reference))


@cache
def patience_page(code: str, setting: Setting) -> str:
    with speaking(code):
        page = setting.page("/", too_many_requests.title(), too_many_requests.description())
        return document(replace(page, indexed=False), too_many_requests.view())


SHEETS = (
    Sheet("/", published.find_home, _home),
    Sheet("/about", published.find_about, _about),
    Sheet("/privacy", published.find_privacy, _privacy),
    Sheet("/reading/{slug:slug}", published.read_article, _reading),
    Sheet(MANUAL, published.find_frame, _manual, is_listed=False),
)
# It has no address; whatever has no page gets this one.
NOT_FOUND = Sheet("", published.find_frame, _not_found)
