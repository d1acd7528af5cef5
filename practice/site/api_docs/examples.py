"""An example of each call: the request as a line for the shell, the answer as JSON."""

import json
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from practice.site.api_docs.openapi import Call, Field, Schema

# For what has no example in the description: one story, the sample practice's.
STORY: Mapping[str, Mapping[str, Any]] = {
    "SessionTypesAnswer": {"privacy_version": "2026-1"},
    "SessionTypeAnswer": {
        "slug": "discovery",
        "name": "Discovery call",
        "minutes": 20,
        "price_cents": 0,
        "currency": "EUR",
        "places": ["video", "phone"],
        "capacity": 1,
        "locked": False,
    },
    "SlotsAnswer": {"time_zone": "Europe/Rome"},
    "SlotAnswer": {
        "start": "2026-11-24T09:00:00+01:00",
        "end": "2026-11-24T09:20:00+01:00",
        "remaining": 1,
    },
    "BookingRequest": {"name": "Giulia Ferri", "place": "video", "privacy_version": "2026-1"},
    "BookingAnswer": {
        "reference": "KPT-493-RW",
        "status": "confirmed",
        "starts_at": "2026-11-24T08:00:00+00:00",
        "ends_at": "2026-11-24T08:20:00+00:00",
        "manage_url": "https://studiomarea.example/manage/KPT-493-RW/dGhpcyBpcyBubyBrZXk",
    },
    "": {"Idempotency-Key": "5f0c2f6e8a574d0b"},
}
SIMPLEST: Mapping[str, Any] = {
    "string": "",
    "integer": 0,
    "number": 0,
    "boolean": False,
    "object": {},
}


def of_field(field: Field) -> Any:
    return _of(field.schema, STORY[""].get(field.name))


def of_request(schema: Schema) -> Any:
    """What is needed, and what is optional only where there is something to show."""
    return _object(schema, sparing=True)


def of_answer(schema: Schema) -> Any:
    return _of(schema)


def said_by(schema: Schema) -> Any:
    """The description's own example, if it has one."""
    examples = schema.get("examples")
    return examples[0] if examples else schema.get("example", schema.get("default"))


def _of(schema: Schema, told: Any = None) -> Any:
    said = said_by(schema)
    if said is not None or told is not None:
        return said if said is not None else told
    if schema.get("nullable"):
        return None
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [_of(schema["items"])]
    if "properties" in schema:
        return _object(schema)
    return SIMPLEST[schema["type"]]


def _object(schema: Schema, *, sparing: bool = False) -> dict[str, Any]:
    told = STORY.get(schema.get("title", ""), {})
    found = {name: _of(inner, told.get(name)) for name, inner in schema["properties"].items()}
    needed = schema.get("required", ())
    if sparing:
        return {name: one for name, one in found.items() if name in needed or one is not None}
    return found


def as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def as_command(call: Call, public_url: str) -> str:
    """For the shell, a line for each thing that is sent."""
    sent = {one.name: str(of_field(one)) for one in call.parameters if one.is_required}
    places = {one.name: one.where for one in call.parameters}
    path, lines = call.path, list[str]()
    for name, value in sent.items():
        if places[name] == "path":
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        elif places[name] == "query":
            lines += [f"--data-urlencode {shlex.quote(f'{name}={value}')}"]
        else:
            lines += [f"--header {shlex.quote(f'{name}: {value}')}"]
    if call.body:
        lines += [
            "--header 'Content-Type: application/json'",
            f"--data {shlex.quote(as_json(of_request(call.body.schema)))}",
        ]
    is_plain = call.method == ("POST" if call.body else "GET")
    method = "" if is_plain else f"--request {call.method} "
    get = "--get " if "query" in places.values() and call.method == "GET" else ""
    return " \\\n  ".join([f"curl {method}{get}{public_url}{path}", *lines])
