"""A believable practice for development: the same every time, relative to today."""

import tomllib
from datetime import timedelta
from typing import Any

from sqlmodel import Session, delete

from practice import clock
from practice.domain.actors import Actor
from practice.models.content import (
    Article,
    CrisisLine,
    Passage,
    PassageKind,
    Practice,
    PrivacyText,
    SessionType,
)
from practice.settings import ROOT

SOURCE = ROOT / "practice" / "sample" / "practice.toml"


def is_empty(session: Session, _actor: Actor) -> bool:
    return session.get(Practice, 1) is None


def seed(session: Session, _actor: Actor) -> None:
    """Replaces what is published by the sample; run twice, it leaves the same."""
    for table in (Practice, Passage, CrisisLine, SessionType, Article, PrivacyText):
        session.exec(delete(table))
    sample = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    session.add(_practice(sample["profile"]))
    session.add_all(_passages(sample))
    session.add_all(_numbered(CrisisLine, sample["crisis"]))
    session.add_all(_numbered(SessionType, sample["sessions"]))
    session.add_all(_articles(sample["articles"]))
    session.add(_privacy(sample["privacy"]))


def _practice(profile: dict[str, Any]) -> Practice:
    entry = profile.pop("register")
    return Practice(id=1, register_entry=entry, **profile)


def _passages(sample: dict[str, Any]) -> list[Passage]:
    return [
        Passage(kind=kind, position=position, **passage)
        for kind in PassageKind
        for position, passage in enumerate(sample[f"{kind}s"])
    ]


def _numbered(table: type[Any], rows: list[dict[str, Any]]) -> list[Any]:
    return [table(position=position, **row) for position, row in enumerate(rows)]


def _articles(rows: list[dict[str, Any]]) -> list[Article]:
    today = clock.now().date()
    return [
        Article(published_on=today - timedelta(days=row.pop("published_days_ago")), **row)
        for row in rows
    ]


def _privacy(row: dict[str, Any]) -> PrivacyText:
    since = clock.now().date() - timedelta(days=row.pop("effective_days_ago"))
    return PrivacyText(effective_on=since, **row)
