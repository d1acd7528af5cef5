"""The list of articles, as the home page and the foot of an article show it."""

import reflex as rx

from practice.domain.content import ArticleCard
from practice.i18n import here, minutes


def readings(cards: tuple[ArticleCard, ...]) -> rx.Component:
    return rx.el.ul(*(_entry(card) for card in cards), class_name="readings", role="list")


def _entry(card: ArticleCard) -> rx.Component:
    return rx.el.li(
        rx.el.h3(rx.el.a(card.title, href=here(f"/reading/{card.slug}"))),
        rx.el.span(minutes(card.minutes), class_name="num"),
        rx.el.p(card.summary),
    )
