"""The reference as a page: the OpenAPI description, in the order a reader wants it.

Drawn on the server. The usual viewers bring a megabyte of script and styles that a strict content
security policy refuses; this page needs neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from webapp.api.site import description


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a member of an object."""

    name: str
    type: str
    about: str
    required: bool
    refers: str = ""
    """The name of the type it is made of, where that is described."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of an address."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    needs_caller: bool
    parameters: tuple[Field, ...]
    body: Shape | None
    answer: Field | None
    problems: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A type that is sent or received."""

    name: str
    title: str
    about: str
    fields: tuple[Field, ...]
    values: tuple[str, ...]
    """What it can be, where it is one of a few words."""


@lru_cache(maxsize=1)
def operations() -> Mapping[str, tuple[Operation, ...]]:
    """Return all operations by their group."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in description()["paths"].items():
        for method, each in methods.items():
            groups.setdefault(each["tags"][0], []).append(_operation(path, method, each))
    return {name: tuple(each) for name, each in groups.items()}


@lru_cache(maxsize=1)
def shapes() -> tuple[Shape, ...]:
    """Return all types, by name."""
    return tuple(_shape(name) for name in sorted(description()["components"]["schemas"]))


def _shape(name: str) -> Shape:
    found = description()["components"]["schemas"][name]
    return Shape(
        name,
        _title(name),
        found.get("description", ""),
        tuple(
            _field(part, each, part in found.get("required", ()))
            for part, each in found.get("properties", {}).items()
        ),
        tuple(found.get("enum", ())),
    )


def _operation(path: str, method: str, told: Mapping[str, Any]) -> Operation:
    body = _content(told.get("requestBody", {}))
    answers = {int(code): each for code, each in told["responses"].items()}
    good = answers[min(answers)]
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        about=told.get("description", ""),
        needs_caller="security" in told,
        parameters=tuple(
            _field(each["name"], {**each["schema"], **each}, each["required"])
            for each in told["parameters"]
        ),
        body=_shape(body.refers) if body and body.refers else None,
        answer=_content(good),
        problems=tuple(code for code in sorted(answers) if code >= 400),
    )


def _content(told: Mapping[str, Any]) -> Field | None:
    schema = told.get("content", {}).get("application/json", {}).get("schema")
    return _field("", schema, True) if schema else None


def _field(name: str, schema: Mapping[str, Any], required: bool) -> Field:
    inner = schema.get("schema", schema)
    words, refers = _type(inner)
    return Field(name, words, schema.get("description", ""), required, refers)


def _type(schema: Mapping[str, Any]) -> tuple[str, str]:
    """Return a type in words, and the described type that it is made of."""
    if ref := schema.get("$ref"):
        name = ref.rpartition("/")[2]
        return _title(name), name
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            parts = [_type(each) for each in schema[key]]
            return " or ".join(words for words, _ in parts), next((r for _, r in parts if r), "")
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"] if value != ""), ""
    if "const" in schema:
        return str(schema["const"]), ""
    if schema.get("type") == "array":
        words, refers = _type(schema.get("items", {}))
        return f"list of {words}", refers
    return _WORDS.get(schema.get("format", ""), schema.get("type", "any")), ""


def _title(name: str) -> str:
    """Return "Page of Marked" for Page_Marked_, as pydantic names what is generic."""
    outer, _, inner = name.rstrip("_").partition("_")
    return f"{outer} of {inner}" if inner else outer


_WORDS = {"date-time": "time, as ISO 8601", "uuid": "UUID", "uri": "address"}
