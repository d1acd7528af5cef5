"""The manual of the HTTP interface: it tells what the OpenAPI description tells, and all of it."""

import json
import re
import shlex
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from pydantic import BaseModel

from practice import db, i18n
from practice.routes import api
from practice.routes.api import models
from practice.site.api_docs import examples, fields, manual, openapi
from practice.site.api_docs.openapi import Call, Field
from practice.site.content import pages
from practice.site.document.renderer import to_html
from tests.architecture.test_languages import FRAME, SETTING, Shown, bracketed, outside_brackets
from tests.site.content.test_public_pages import Browser, attributes, browser

__all__ = ["bracketed", "browser"]

DESCRIBED: dict[str, Any] = api.make().openapi()
CALLS = manual.interface().calls
ADDRESSES = ["/api/docs", "/it/api/docs"]
# What the manual knows to tell, or may leave out because it adds nothing to what it tells.
TOLD = {
    "$ref", "anyOf", "type", "items", "properties", "required", "enum", "const", "format",
    "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "pattern", "default", "description", "examples", "example", "additionalProperties", "title",
}  # fmt: skip


def rendered(code: str = "en") -> str:
    with i18n.speaking(code):
        return pages.SHEETS[-1].render(None, SETTING)


def words(html: str) -> str:
    """As they are read: without the marks between them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).replace("\xa0", " ").split())


def chapters(html: str) -> dict[str, str]:
    found = re.findall(r'<section[^>]* id="([^"]+)"[^>]*>(.*?)</section>', html, re.DOTALL)
    return {name: words(matter) for name, matter in found}


def schemas(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema of a description, however deep."""
    if not isinstance(part, dict):
        return
    yield part
    inner = [*part.get("properties", {}).values(), *part.get("anyOf", ())]
    inner += [part[key] for key in ("items", "additionalProperties") if key in part]
    for one in inner:
        yield from schemas(one)


def all_schemas() -> Iterator[dict[str, Any]]:
    for whole in DESCRIBED["components"]["schemas"].values():
        yield from schemas(whole)
    for methods in DESCRIBED["paths"].values():
        for said in methods.values():
            for one in said.get("parameters", ()):
                yield from schemas(one["schema"])


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_every_call_is_told_with_what_is_sent_and_what_is_answered(code: str):
    found = chapters(rendered(code))
    said = [
        (method.upper(), path, one)
        for path, methods in DESCRIBED["paths"].items()
        for method, one in methods.items()
    ]
    assert len(said) == len(CALLS)
    for (method, path, one), call in zip(said, CALLS, strict=True):
        chapter = found[call.name]
        assert f"{method} {path}" in chapter
        for text in (one["summary"], one["description"]):
            assert " ".join(text.split()) in chapter
        for parameter in one.get("parameters", ()):
            assert parameter["name"] in chapter
        for status, answer in one["responses"].items():
            assert f"{status} " in chapter
            if answer["description"] != "Successful Response":
                assert answer["description"] in chapter


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_every_field_and_every_word_of_the_description_is_on_the_page(code: str):
    html = rendered(code)
    text = words(html)
    for schema in all_schemas():
        for name in schema.get("properties", {}):
            assert re.search(rf"\b{name}</code>", html), name
        said = [schema.get("description", ""), schema.get("pattern", "")]
        said += [str(one) for one in (*schema.get("enum", ()), *schema.get("examples", ()))]
        assert [one for one in said if " ".join(one.split()) not in text] == []


def test_no_word_of_the_description_is_passed_over():
    """A keyword that is new here has to be told; then it is added to what is known."""
    used = {key for schema in all_schemas() for key in schema}
    assert used - TOLD == set()


def test_a_shape_that_cannot_be_told_is_not_left_out_quietly():
    either = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    answers = {"200": {"content": {"application/json": {"schema": either}}}}
    document = {"paths": {"/api/x": {"get": {"responses": answers}}}}
    with pytest.raises(NotImplementedError):
        openapi.read(document)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string", "maxLength": 80}, "string · up to 80 characters"),
        ({"type": "string", "minLength": 1}, "string · at least 1 character"),
        ({"type": "string", "minLength": 2, "maxLength": 9}, "string · 2–9 characters"),
        ({"type": "string", "minLength": 3, "maxLength": 3}, "string · 3 characters"),
        ({"type": "string", "format": "date"}, "string · a date"),
        ({"type": "string", "format": "uuid"}, "string · uuid"),
        ({"type": "string", "enum": ["a", "b"]}, "string · one of a, b"),
        ({"type": "array", "items": {"type": "string", "enum": ["a"]}}, "string[] · one of a"),
        ({"type": "array", "items": {"type": "object"}}, "object[]"),
        ({"type": "string", "const": "a"}, "string · always a"),
        ({"type": "string", "pattern": "^a<b$"}, "string · of the form ^a<b$"),
        ({"type": "integer", "minimum": 1, "maximum": 62}, "integer · 1–62"),
        ({"type": "number", "exclusiveMinimum": 0}, "number · more than 0"),
        ({"type": "number", "exclusiveMaximum": 9}, "number · less than 9"),
        ({"type": "boolean", "default": False}, "boolean · if left out false"),
        ({"type": "string", "description": "A name.", "examples": ["Bo"]}, "string A name. For"),
        ({}, "any"),
    ],
)
def test_types_and_limits_are_said_in_words(schema: dict[str, Any], said: str):
    field = Field("one", schema, is_required=True, may_be_null=False)
    html = to_html(fields.table("Fields", [field], sent=False))
    # What stands between the words is drawn by the stylesheet.
    html = re.sub(r"</(?:code|span)>(?=<span>)", " · ", html).replace("<p", " <p")
    assert f"one {said}" in words(html).replace("What it is", "", 1)


@pytest.mark.parametrize(
    ("where", "required", "null", "sent", "said"),
    [
        ("query", True, False, True, "query required string"),
        ("path", True, False, True, "path required string"),
        ("", False, True, True, "optional string or null"),
        ("", False, False, False, "can be missing string"),
        ("", True, False, False, "string"),
    ],
)
def test_a_field_says_where_it_belongs_and_whether_it_has_to_be(
    where: str, required: bool, null: bool, sent: bool, said: str
):
    field = Field("one", {"type": "string"}, required, null, where)
    html = to_html(fields.table("Fields", [field], sent=sent))
    assert words(html.replace("<", " <")).endswith(f"one {said}")


def test_nothing_of_the_manual_runs_or_brings_its_own_style():
    html = rendered()
    assert attributes(html, "script") == []
    assert attributes(html, "style") == []
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_its_links_lead_to_parts_that_are_there(code: str):
    html = rendered(code)
    named = re.findall(r'\sid="([^"]+)"', html)
    assert len(named) == len(set(named))
    inside = [href[1:] for href in re.findall(r'href="([^"]+)"', html) if href[0] == "#"]
    assert set(inside) <= set(named)
    index = html[html.index('class="api-index"') :].partition("</ul>")[0]
    leads = re.findall(r'href="#([^"]+)"', index)
    assert leads[: len(CALLS)] == [call.name for call in CALLS]
    assert {"errors", "repeating", "limits"} < set(leads)
    assert 'href="/api/openapi.json"' in html


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_the_headings_go_down_step_by_step(code: str):
    levels = [int(level) for level in re.findall(r"<h([1-6])", rendered(code))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_what_is_english_says_so_and_the_rest_is_translated(bracketed: None):
    for frame in (FRAME, None):
        shown = Shown()
        shown.feed(pages.SHEETS[-1].render(frame, SETTING))
        # The names of wells and tables end with the address of their call.
        left = [re.sub(r": (GET|POST) /\S+$", "", one) for one in shown.words]
        assert [one for one in left if outside_brackets(one)] == []


@pytest.mark.anyio
@pytest.mark.parametrize("path", ADDRESSES)
async def test_it_is_there_before_anything_is_published(database: str, browser: Browser, path: str):
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert attributes(answer.text, "html") == [{"lang": i18n.language_of(path)}]
    assert "Idempotency-Key" in answer.text
    assert 'content="noindex"' in answer.text


@pytest.mark.anyio
async def test_it_stands_in_the_frame_of_the_practice_and_in_no_sitemap(
    practice: str, browser: Browser
):
    html = (await browser.get("/api/docs")).text
    assert "<title>HTTP interface · Studio Marea</title>" in html
    assert 'id="foot"' in html
    assert attributes(html, "html") == [{"lang": "en"}]
    assert 'href="/it/api/docs"' in html
    assert "/api/docs" not in (await browser.get("/sitemap.xml")).text


@pytest.mark.anyio
async def test_without_a_database_a_person_is_told_so_kindly(practice: str, browser: Browser):
    db.connect("postgresql://practice@127.0.0.1:1/nothing")
    for path in ADDRESSES:
        answer = await browser.get(path)
        assert answer.status_code == 503
        assert answer.headers["content-type"].startswith("text/html")


def typed(command: str) -> list[str]:
    """As a shell takes it: what a line ends with joins it to the next."""
    return shlex.split(command.replace("\\\n", ""))


def call_to(path: str) -> Call:
    return next(call for call in CALLS if call.path == path)


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/api/session-types", models.SessionTypesAnswer),
        ("/api/slots", models.SlotsAnswer),
        ("/api/bookings", models.BookingAnswer),
    ],
)
def test_the_example_of_an_answer_is_one_that_could_come(path: str, model: type[BaseModel]):
    call = call_to(path)
    body = next(answer.body for answer in call.answers if answer.status < 400)
    assert body
    example = examples.of_answer(body.schema)
    model.model_validate(example)
    assert words(examples.as_json(example)) in chapters(rendered())[call.name]


def test_the_example_of_a_booking_is_what_the_call_takes():
    command = typed(examples.as_command(call_to("/api/bookings"), "https://a.example"))
    assert command[:2] == ["curl", "https://a.example/api/bookings"]
    sent = json.loads(command[command.index("--data") + 1])
    request = models.BookingRequest.model_validate(sent)
    assert request.starts_at().isoformat() == "2026-11-24T08:00:00+00:00"
    assert request.website is None
    headers = [command[at + 1] for at, word in enumerate(command) if word == "--header"]
    assert {one.partition(":")[0] for one in headers} == {"Idempotency-Key", "Content-Type"}


def test_the_example_of_a_question_carries_all_that_is_asked():
    call = call_to("/api/slots")
    command = typed(examples.as_command(call, "https://a.example"))
    assert command[:3] == ["curl", "--get", "https://a.example/api/slots"]
    asked = dict(word.split("=") for word in command[4::2])
    assert asked.keys() == {one.name for one in call.parameters}
    assert all(asked.values())


def test_an_address_with_parts_and_another_method_has_an_example_too():
    part = Field("name", {"type": "string", "examples": ["a b"]}, True, False, "path")
    call = Call("DELETE", "/api/things/{name}", "", "", (part,), None, ())
    command = examples.as_command(call, "https://a.example")
    assert command == "curl --request DELETE https://a.example/api/things/a%20b"
    assert call.name == "delete-things-name"


def test_what_has_no_example_gets_the_simplest_that_fits():
    inner = {"type": "object", "properties": {"place": {"type": "string", "enum": ["video"]}}}
    listed = {"type": "array", "items": {"type": "integer"}}
    whole = {"type": "object", "properties": {"inner": inner, "listed": listed}}
    assert examples.of_answer(whole) == {"inner": {"place": "video"}, "listed": [0]}


def test_the_examples_of_refusals_have_the_one_shape():
    wells = re.findall(r'<div [^>]*class="api-well"[^>]*>(.*?)</div>', rendered(), re.DOTALL)
    refusals = [words(well) for well in wells if '"error"' in words(well)]
    assert len(refusals) == 2
    for refusal in refusals:
        models.ProblemAnswer.model_validate_json(refusal)


def test_what_holds_for_all_calls_names_the_calls_that_it_concerns():
    found = chapters(rendered())
    for name, is_meant in (
        ("repeating", [call.sends("Idempotency-Key") for call in CALLS]),
        ("limits", [call.can_answer(429) for call in CALLS]),
    ):
        assert any(is_meant)
        assert [f"{call.method} {call.path}" in found[name] for call in CALLS] == is_meant
    assert "422 " in found["repeating"]
    assert "idempotency_mismatch" in found["repeating"]
    assert "48 hours" in found["repeating"]
    assert "429 Too Many Requests, too_many" in found["limits"]
    assert "Retry-After" in found["limits"]
