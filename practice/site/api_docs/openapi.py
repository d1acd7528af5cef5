"""An OpenAPI description as values: its calls, their fields and answers, references followed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
JSON = "application/json"
FIRST_REFUSAL = 400


@dataclass(frozen=True)
class Field:
    """One value that is sent or answered; its name says where it lies: `slots[].start`."""

    name: str
    schema: Schema
    is_required: bool
    may_be_null: bool
    where: str = ""

    @property
    def each(self) -> Schema:
        """What a list consists of; anything else consists of itself."""
        return self.schema["items"] if self.schema.get("type") == "array" else self.schema


@dataclass(frozen=True)
class Body:
    schema: Schema
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Answer:
    status: int
    description: str
    headers: tuple[Field, ...]
    body: Body | None
    # The name of the schema, where it has one.
    shape: str


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    body: Body | None
    answers: tuple[Answer, ...]

    @property
    def name(self) -> str:
        """Unique among the calls, and fit for an address."""
        words = self.path.removeprefix("/api").replace("{", "").replace("}", "").split("/")
        return "-".join([self.method.lower(), *filter(None, words)])

    def sends(self, header: str) -> bool:
        return any(one.where == "header" and one.name == header for one in self.parameters)

    def can_answer(self, status: int) -> bool:
        return any(one.status == status for one in self.answers)


@dataclass(frozen=True)
class Interface:
    version: str
    openapi: str
    description: str
    calls: tuple[Call, ...]
    # The one shape of what did not work, and the name under which the answers refer to it.
    problem: Body
    problem_name: str


def read(document: Schema) -> Interface:
    calls = tuple(_calls(document))
    refused = Counter(
        answer.shape for call in calls for answer in call.answers if answer.status >= FIRST_REFUSAL
    )
    problem = refused.most_common(1)[0][0]
    info = document["info"]
    return Interface(
        version=info["version"],
        openapi=document["openapi"].rpartition(".")[0],
        description=info.get("description", ""),
        calls=calls,
        problem=_body(document, {"$ref": f"#/components/schemas/{problem}"}),
        problem_name=problem,
    )


def _calls(document: Schema) -> Iterator[Call]:
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            answers = sorted(said["responses"].items())
            sent = said.get("requestBody", {}).get("content", {}).get(JSON)
            yield Call(
                method=method.upper(),
                path=path,
                summary=said.get("summary", ""),
                description=said.get("description", ""),
                parameters=tuple(_parameter(document, one) for one in said.get("parameters", ())),
                body=_body(document, sent["schema"]) if sent else None,
                answers=tuple(_answer(document, int(status), one) for status, one in answers),
            )


def _parameter(document: Schema, said: Schema) -> Field:
    schema, may_be_null = _resolved(document, said["schema"])
    words = {key: said[key] for key in ("description", "example") if key in said}
    is_required = said.get("required", False)
    return Field(said["name"], {**schema, **words}, is_required, may_be_null, said["in"])


def _answer(document: Schema, status: int, said: Schema) -> Answer:
    headers = said.get("headers", {}).items()
    schema = said.get("content", {}).get(JSON, {}).get("schema")
    return Answer(
        status=status,
        description=said.get("description", ""),
        headers=tuple(
            _parameter(document, {**one, "name": name, "in": "header"}) for name, one in headers
        ),
        body=_body(document, schema) if schema else None,
        shape=(schema or {}).get("$ref", "").rpartition("/")[2],
    )


def _body(document: Schema, schema: Schema) -> Body:
    whole = _whole(document, schema)
    return Body(whole, tuple(_fields(whole)))


def _fields(schema: Schema, within: str = "") -> Iterator[Field]:
    """Depth first, so that what belongs together stands together."""
    if schema.get("type") == "array":
        yield from _fields(schema["items"], f"{within.removesuffix('.')}[].")
    for name, inner in schema.get("properties", {}).items():
        may_be_null = inner.get("nullable", False)
        yield Field(within + name, inner, name in schema.get("required", ()), may_be_null)
        yield from _fields(inner, f"{within}{name}.")


def _whole(document: Schema, schema: Schema) -> Schema:
    """The same without references; what may also be null says so by `nullable`."""
    found, may_be_null = _resolved(document, schema)
    whole = {**found, **({"nullable": True} if may_be_null else {})}
    if "items" in found:
        whole["items"] = _whole(document, found["items"])
    if "properties" in found:
        whole["properties"] = {
            name: _whole(document, inner) for name, inner in found["properties"].items()
        }
    return whole


def _resolved(document: Schema, schema: Schema) -> tuple[Schema, bool]:
    """What a reference means and what there is beside null; words nearer to the use win."""
    may_be_null = False
    while True:
        near = {key: said for key, said in schema.items() if key not in {"$ref", "anyOf"}}
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = {**document["components"]["schemas"][name], **near}
        elif "anyOf" in schema:
            others = [one for one in schema["anyOf"] if one.get("type") != "null"]
            may_be_null = may_be_null or len(others) < len(schema["anyOf"])
            if len(others) != 1:
                raise NotImplementedError(schema)
            schema = {**others[0], **near}
        else:
            return schema, may_be_null
