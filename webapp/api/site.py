"""The API, version 1, and its description in OpenAPI."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from django.http import HttpRequest, JsonResponse
from ninja import NinjaAPI
from ninja.operation import Operation

from webapp.api import (
    catalogue,
    collections,
    events,
    exhibitions,
    me,
    problems,
    recommending,
    taste,
)
from webapp.api.gate import PREFIX

TITLE: Final = "Artrec"
ABOUT: Final = (
    "The gallery for programs: the same works, search, recommendations and actions as on its pages."
)


class _API(NinjaAPI):
    """Operations go by the names of their functions."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = _API(title=TITLE, version="1", description=ABOUT, openapi_url=None, docs_url=None)
problems.handle_all(api)
for _part in (catalogue, recommending, exhibitions, events, collections, me, taste):
    api.add_router("", _part.router)


def openapi(_request: HttpRequest) -> JsonResponse:
    """Send the description."""
    return JsonResponse(description())


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """Return the description in OpenAPI 3.1, with the problems each operation can end in."""
    schema: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=PREFIX))
    schema["components"]["schemas"]["Problem"] = _PROBLEM
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            codes = [401, 429, 503]
            takes_cursor = any(each["name"] == "cursor" for each in operation["parameters"])
            codes += [400] if takes_cursor or "requestBody" in operation else []
            codes += [403] if method != "get" else []
            codes += [404] if "{" in path else []
            codes += [422] if operation["parameters"] or "requestBody" in operation else []
            for code in codes:
                _add_problem(operation["responses"], code)
    return schema


def _add_problem(responses: dict[Any, Any], code: int) -> None:
    kinds = [(kind, title) for kind, (status, title) in problems.TITLES.items() if status == code]
    told = responses.setdefault(code, {"description": kinds[0][1]})
    content = told.setdefault("content", {})
    content[problems.CONTENT_TYPE] = {"schema": {"$ref": "#/components/schemas/Problem"}}


_PROBLEM: Final = {
    "title": "Problem",
    "description": "What went wrong, as in RFC 9457.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What it is this time, and how to mend it."},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["in", "field", "message"],
                "properties": {
                    "in": {"type": "string"},
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
