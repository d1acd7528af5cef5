"""The therapist's facts: training, languages, whom she sees."""

import reflex as rx

from practice.domain.content import Passage
from practice.site.document.markdown import prose


def facts(passages: tuple[Passage, ...]) -> rx.Component:
    return rx.el.dl(
        *(
            rx.el.div(rx.el.dt(fact.title), rx.el.dd(prose(fact.body, class_name="")))
            for fact in passages
        ),
        class_name="facts",
    )
