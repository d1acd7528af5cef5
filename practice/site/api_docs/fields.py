"""What a call takes and gives as a table: each field with its type, its limits and its meaning."""

from collections.abc import Iterator, Sequence
from typing import Any

import reflex as rx

from practice.i18n import _, ngettext
from practice.site.api_docs import examples
from practice.site.api_docs.openapi import Field, Schema

# The description of the interface and its words are English on every page.
ENGLISH = "en"


def table(caption: str, fields: Sequence[Field], *, sent: bool) -> rx.Component:
    """The roles repeat what the tags say: on a phone the rows are stacked."""
    columns = (_("Name"), _("What it is"))
    return rx.el.table(
        rx.el.caption(caption, class_name="vh"),
        rx.el.thead(
            rx.el.tr(
                *(rx.el.th(column, scope="col", role="columnheader") for column in columns),
                role="row",
            ),
            role="rowgroup",
        ),
        rx.el.tbody(*(_row(field, sent=sent) for field in fields), role="rowgroup"),
        role="table",
        class_name="api-fields",
    )


def code(words: Any, class_name: str = "") -> rx.Component:
    return rx.el.code(
        str(words), lang=ENGLISH, class_name=class_name, custom_attrs={"translate": "no"}
    )


def english(words: str) -> rx.Component:
    return rx.el.span(words, lang=ENGLISH)


def _row(field: Field, *, sent: bool) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            _name(field),
            rx.el.span(*_standing(field, sent=sent), class_name="api-standing"),
            scope="row",
            role="rowheader",
        ),
        rx.el.td(rx.el.p(*_type(field), class_name="api-type"), *_meaning(field), role="cell"),
        role="row",
    )


def _name(field: Field) -> rx.Component:
    before, dot, name = field.name.rpartition(".")
    around = [rx.el.span(before + dot), rx.el.wbr()] if dot else []
    return rx.el.code(*around, name, lang=ENGLISH, custom_attrs={"translate": "no"})


def _standing(field: Field, *, sent: bool) -> Iterator[rx.Component]:
    """Where it is sent, and whether it has to be; of an answer, only what can be missing."""
    where = {"query": _("query"), "header": _("header"), "path": _("path")}.get(field.where, "")
    if where:
        yield rx.el.small(where)
    if sent and field.is_required:
        yield rx.el.small(_("required"), class_name="api-needed")
    elif sent:
        yield rx.el.small(_("optional"))
    elif not field.is_required:
        yield rx.el.small(_("can be missing"))


def _type(field: Field) -> Iterator[rx.Component]:
    is_list = field.schema.get("type") == "array"
    yield code(f"{field.each.get('type', 'any')}{'[]' if is_list else ''}")
    if field.may_be_null:
        yield rx.el.span(_("or null"))
    yield from (rx.el.span(one) for one in _limits(field.each))


def _limits(schema: Schema) -> Iterator[rx.Component]:
    if "enum" in schema:
        yield rx.fragment(_("one of"), *_listed(schema["enum"]))
    if "const" in schema:
        yield rx.fragment(_("always"), " ", code(schema["const"]))
    if "format" in schema:
        yield _format(schema["format"])
    if "maxLength" in schema or "minLength" in schema:
        low, high = schema.get("minLength"), schema.get("maxLength")
        words = ngettext("{range} character", "{range} characters", high or low or 0)
        yield rx.fragment(words.format(range=_range(low, high)))
    if "minimum" in schema or "maximum" in schema:
        yield rx.fragment(_range(schema.get("minimum"), schema.get("maximum")))
    if "exclusiveMinimum" in schema:
        yield rx.fragment(_("more than {bound}").format(bound=schema["exclusiveMinimum"]))
    if "exclusiveMaximum" in schema:
        yield rx.fragment(_("less than {bound}").format(bound=schema["exclusiveMaximum"]))
    if "pattern" in schema:
        yield rx.fragment(_("of the form"), " ", code(schema["pattern"]))
    if schema.get("default") is not None:
        yield rx.fragment(_("if left out"), " ", code(examples.as_json(schema["default"])))


def _listed(values: Sequence[Any]) -> Iterator[Any]:
    for number, value in enumerate(values):
        yield ", " if number else " "
        yield code(value)


def _format(name: str) -> rx.Component:
    words = {
        "date": _("a date"),
        "date-time": _("an instant with its offset"),
        "email": _("an e-mail address"),
        "uri": _("an address on the web"),
    }
    return rx.fragment(words[name]) if name in words else code(name)


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return _("up to {most}").format(most=high)
    if high is None:
        return _("at least {least}").format(least=low)
    return str(low) if low == high else f"{low}–{high}"


def _meaning(field: Field) -> Iterator[rx.Component]:
    description = field.schema.get("description", "")
    if description:
        yield rx.el.p(english(description))
    example = examples.said_by(field.schema)
    if example is not None and example != field.schema.get("default"):
        shown = example if isinstance(example, str) else examples.as_json(example)
        yield rx.el.p(_("For example"), " ", code(shown), class_name="api-example")
