"""One article: its title, its text in the measure, and what else there is to read."""

import reflex as rx

from practice.domain.content import Article, ArticleCard, Frame
from practice.i18n import _, here, long_date, minutes
from practice.site.content.articles import readings
from practice.site.content.closing import closing
from practice.site.document.chapter import chapter
from practice.site.document.markdown import begun, prose


def title(article: Article, frame: Frame) -> str:
    return f"{article.card.title} · {frame.profile.name}"


def description(article: Article) -> str:
    return article.card.summary


def view(article: Article, frame: Frame, more: tuple[ArticleCard, ...] = ()) -> rx.Component:
    return rx.el.div(
        rx.el.article(
            _title(article.card),
            rx.el.div(
                _imprint(article, frame),
                prose(article.body, class_name=begun(article.body)),
                class_name="ch text",
            ),
        ),
        chapter(_("Read on"), readings(more)) if more else rx.fragment(),
        closing(frame),
        class_name="wrap",
    )


def _title(card: ArticleCard) -> rx.Component:
    return rx.el.header(
        rx.el.h1(card.title), rx.el.p(card.summary, class_name="lede"), class_name="page-title"
    )


def _imprint(article: Article, frame: Frame) -> rx.Component:
    """Who wrote it, when, and how long it takes: the remark in the margin."""
    day = article.published_on
    return rx.el.div(
        rx.el.p(rx.el.a(frame.profile.therapist, href=here("/about"))),
        rx.el.p(rx.el.time(long_date(day), date_time=day.isoformat())),
        rx.el.p(minutes(article.card.minutes), class_name="num"),
        class_name="imprint",
    )
