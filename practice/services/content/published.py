"""Reads what the therapist publishes, in the reader's language."""

from datetime import date
from math import ceil
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from practice import clock
from practice.domain import content as values
from practice.domain.actors import Actor
from practice.domain.booking.status import Place, Visibility
from practice.domain.errors import NotFound
from practice.models.content import (
    Article,
    ContentRevision,
    CrisisLine,
    Passage,
    PassageKind,
    Practice,
    PrivacyText,
    SessionType,
)
from practice.services.content.localized import Speaker

WORDS_A_MINUTE = 200


def edition(session: Session, _actor: Actor) -> tuple[int, date]:
    """What published pages depend on: the revision of the content, and the practice's own day."""
    zone = select(Practice.zone).where(Practice.id == 1).scalar_subquery()
    number, name = session.exec(select(ContentRevision.number, zone)).one()
    return number, _day_in(name)


def find_frame(session: Session, _actor: Actor) -> values.Frame | None:
    """None until the therapist has published anything at all."""
    practice = session.get(Practice, 1)
    if practice is None:
        return None
    say = Speaker(practice)
    lines = session.exec(select(CrisisLine).order_by(col(CrisisLine.position)))
    return values.Frame(
        profile=values.Profile(
            name=practice.name,
            therapist=say(practice.therapist),
            kicker=say(practice.kicker),
            lede=say(practice.lede),
            story=say(practice.story),
            email=practice.email,
            phone=practice.phone,
            address=say(practice.address),
            register=say(practice.register_entry),
            answer_time=say(practice.answer_time),
            place=say(practice.place),
            country=practice.country,
        ),
        crisis=tuple(
            values.CrisisLine(say(line.name), say(line.hours), line.number) for line in lines
        ),
        call=next((kind for kind in _sessions(session) if kind.is_first_call), None),
    )


def find_home(session: Session, actor: Actor) -> values.Home | None:
    frame = find_frame(session, actor)
    if frame is None:
        return None
    return values.Home(
        frame=frame,
        steps=_passages(session, PassageKind.STEP),
        sessions=_sessions(session),
        facts=_passages(session, PassageKind.FACT),
        articles=_articles(session),
        questions=_passages(session, PassageKind.QUESTION),
    )


def find_about(session: Session, actor: Actor) -> values.About | None:
    frame = find_frame(session, actor)
    return frame and values.About(frame, _passages(session, PassageKind.FACT))


def read_article(session: Session, actor: Actor, *, slug: str) -> values.Reading:
    frame = find_frame(session, actor)
    found = session.exec(
        select(Article).where(Article.slug == slug, col(Article.published_on) <= _today(session))
    ).one_or_none()
    if frame is None or found is None or found.published_on is None:
        raise NotFound
    say = Speaker(session.get(Practice, 1))
    return values.Reading(
        frame=frame,
        article=values.Article(_card(found, say), say(found.body), found.published_on),
        more=tuple(card for card in _articles(session) if card.slug != slug),
    )


def find_privacy(session: Session, actor: Actor) -> values.Legal | None:
    """The version in force today."""
    frame = find_frame(session, actor)
    found = session.exec(
        select(PrivacyText)
        .where(col(PrivacyText.effective_on) <= _today(session))
        .order_by(col(PrivacyText.effective_on).desc())
        .limit(1)
    ).first()
    if frame is None:
        return None
    if found is None:
        return values.Legal(frame, None)
    say = Speaker(session.get(Practice, 1))
    text = values.PrivacyText(found.version, found.effective_on, say(found.body))
    return values.Legal(frame, text)


def list_published(session: Session, _actor: Actor) -> values.Published | None:
    """For the sitemap; None until anything at all is published."""
    if session.get(Practice, 1) is None:
        return None
    return values.Published(
        readings=tuple(card.slug for card in _articles(session)),
        calls=tuple(kind.slug for kind in _sessions(session) if kind.is_first_call),
    )


def _passages(session: Session, kind: PassageKind) -> tuple[values.Passage, ...]:
    say = Speaker(session.get(Practice, 1))
    found = session.exec(
        select(Passage).where(Passage.kind == kind).order_by(col(Passage.position))
    )
    return tuple(values.Passage(say(one.title), say(one.body)) for one in found)


def _sessions(session: Session) -> tuple[values.SessionKind, ...]:
    say = Speaker(session.get(Practice, 1))
    found = session.exec(
        select(SessionType)
        .where(col(SessionType.archived_at).is_(None), SessionType.visible == Visibility.PUBLIC)
        .order_by(col(SessionType.position))
    )
    return tuple(
        values.SessionKind(
            slug=one.slug,
            name=say(one.name),
            summary=say(one.summary),
            minutes=one.minutes,
            price_cents=one.price_cents,
            currency=one.currency,
            needs=one.needs,
            places=tuple(map(Place, one.places)),
        )
        for one in found
    )


def _articles(session: Session) -> tuple[values.ArticleCard, ...]:
    say = Speaker(session.get(Practice, 1))
    found = session.exec(
        select(Article)
        .where(col(Article.published_on) <= _today(session))
        .order_by(col(Article.published_on).desc(), col(Article.slug))
    )
    return tuple(_card(article, say) for article in found)


def _card(article: Article, say: Speaker) -> values.ArticleCard:
    minutes = ceil(len(say(article.body).split()) / WORDS_A_MINUTE)
    return values.ArticleCard(article.slug, say(article.title), say(article.summary), minutes)


def _today(session: Session) -> date:
    practice = session.get(Practice, 1)
    return _day_in(practice.zone if practice else None)


def _day_in(zone: str | None) -> date:
    """An article of the 24th appears when it is the 24th where the practice is."""
    return clock.now().astimezone(ZoneInfo(zone or "UTC")).date()
