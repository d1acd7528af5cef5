"""One call of the interface: what it is for, what is sent, what is answered, and examples."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import reflex as rx

from practice.i18n import _
from practice.site.api_docs import examples
from practice.site.api_docs.fields import ENGLISH, code, english, table
from practice.site.api_docs.openapi import FIRST_REFUSAL, Answer, Call, Interface

# What the framework says of an answer that nobody described.
UNDESCRIBED = "Successful Response"
# Of JSON, a member a line: its name, its text or other value; what is left is punctuation.
PART = re.compile(
    r'(?P<name>"[^"]*"(?=:))|(?P<text>"[^"]*")|(?P<value>(?<=: )(?:true|false|null|\d+)(?=,?$))',
    re.MULTILINE,
)


def chapter_of(call: Call, told: Interface, public_url: str) -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.h2(call.summary, lang=ENGLISH),
            rx.el.p(address(call), class_name="api-call"),
            rx.el.p(english(call.description), class_name="api-purpose"),
        ),
        rx.el.div(*_sent(call), *_answered(call, told)),
        rx.el.div(*_shown(call, public_url), class_name="api-beside"),
        class_name="api-plate",
        id=call.name,
    )


def address(call: Call) -> rx.Component:
    verb, path = address_parts(call)
    return rx.fragment(verb, " ", path)


def address_parts(call: Call) -> tuple[rx.Component, rx.Component]:
    return rx.el.b(call.method, lang=ENGLISH, class_name="api-verb"), code(call.path)


def _sent(call: Call) -> Iterator[rx.Component]:
    if call.parameters:
        yield rx.el.h3(_("Parameters"))
        yield table(_named(_("Parameters"), call), call.parameters, sent=True)
    if call.body:
        yield rx.el.h3(_("Body"))
        yield table(_named(_("Body"), call), call.body.fields, sent=True)
        if call.body.schema.get("additionalProperties") is False:
            yield rx.el.p(_("Other fields are refused."), class_name="soft")


def _answered(call: Call, told: Interface) -> Iterator[rx.Component]:
    refusals = [one for one in call.answers if one.shape == told.problem_name]
    for answer in call.answers:
        if answer in refusals:
            continue
        yield rx.el.h3(_("Answer"), " ", *_status(answer))
        if answer.description != UNDESCRIBED:
            yield rx.el.p(english(answer.description))
        fields = (*answer.headers, *(answer.body.fields if answer.body else ()))
        if fields:
            yield table(_named(str(answer.status), call), fields, sent=False)
    if refusals:
        yield rx.el.h3(_("Refusals"))
        yield rx.el.dl(*(_refusal(one) for one in refusals), class_name="api-refusals")
        yield rx.el.p(
            rx.el.a(_("The shape of a refusal"), href="#errors", class_name="link"),
            class_name="api-onward",
        )


def _refusal(answer: Answer) -> rx.Component:
    return rx.el.div(
        rx.el.dt(*_status(answer)),
        rx.el.dd(english(answer.description)),
        *(
            rx.el.dd(code(one.name), " ", english(one.schema.get("description", "")))
            for one in answer.headers
        ),
    )


def _status(answer: Answer) -> Iterator[Any]:
    yield rx.el.span(str(answer.status), class_name="num")
    yield " "
    yield rx.el.span(HTTPStatus(answer.status).phrase, lang=ENGLISH, class_name="api-phrase")


def _named(words: str, call: Call) -> str:
    return f"{words}: {call.method} {call.path}"


def _shown(call: Call, public_url: str) -> Iterator[rx.Component]:
    yield rx.el.h3(_("Example request"))
    yield well(_named(_("Example request"), call), examples.as_command(call, public_url))
    for answer in call.answers:
        if answer.body and answer.status < FIRST_REFUSAL:
            said = examples.as_json(examples.of_answer(answer.body.schema))
            yield rx.el.h3(_("Example answer"))
            yield well(_named(_("Example answer"), call), said)


def well(name: str, text: str) -> rx.Component:
    """It scrolls inside itself, and so the keyboard has to reach it."""
    return rx.el.div(
        rx.el.pre(
            rx.el.code(*_tinted(text)),
            lang=ENGLISH,
            custom_attrs={"translate": "no"},
        ),
        role="group",
        tab_index=0,
        class_name="api-well",
        custom_attrs={"aria-label": name},
    )


def _tinted(text: str) -> Iterator[Any]:
    done = 0
    for part in PART.finditer(text):
        yield text[done : part.start()]
        kind = part.lastgroup
        yield part.group() if kind == "name" else rx.el.span(part.group(), class_name=f"api-{kind}")
        done = part.end()
    yield text[done:]
