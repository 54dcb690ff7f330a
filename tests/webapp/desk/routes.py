"""All routes of the site, with an address for each, and how it answers somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

SAMPLES = {
    "pk": "1",
    "other": "2",
    "work_id": "1",
    "verb": "",
    "token": "unknown",
    "slug": "nobody",
    "name": "met",
    "section": "works",
    "key": "unknown",
}
"""What stands in for a part of an address; nothing is there, so whoever may come in gets a 404."""


def addresses() -> dict[str, str]:
    """Return an address of each route, by its pattern."""
    return {pattern: "/" + address(pattern) for pattern in _patterns(get_resolver().url_patterns)}


def address(pattern: str) -> str:
    """Return an address that a pattern fits."""
    if "(?P" not in pattern:
        return re.sub(r"<(?:\w+:)?(\w+)>", _sample, pattern)
    filled = pattern.replace(r"\.", ".").rstrip("$")
    filled = re.sub(r"\(\?P<verb>(\w+)[^)]*\)", r"\1", filled)
    filled = filled.replace(r"(?P<name>[0-9]{1,5}.[a-z]{3,4})", "320.webp")
    filled = re.sub(r"\(\?P<pk>[^)]*\)", "1", filled)
    filled = re.sub(r"\(\?P<region>.*\)/\(\?P<size>.*\)/0", "full/max/0", filled)
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: SAMPLES[found[1]], filled)


def comes_in(client: Client, method: str, path: str) -> bool:
    """Whether somebody is let in: not asked to sign in, not sent away, and not to another verb."""
    answer: Any = client.get(path) if method == "GET" else client.post(path)
    if answer.streaming:
        b"".join(answer.streaming_content)  # which closes a file that is sent
    if answer.status_code in (301, 302):
        return "/sign-in/?next=" not in answer.headers["Location"]
    return answer.status_code not in (401, 403, 405)


def _sample(found: re.Match[str]) -> str:
    return str(UUID(int=1)) if found[0].startswith("<uuid:") else SAMPLES[found[1]]


def _patterns(patterns: Sequence[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for each in patterns:
        path = before + str(each.pattern).lstrip("^")
        if isinstance(each, URLResolver):
            if path != "admin/":  # has tests of its own, model by model
                yield from _patterns(each.url_patterns, path)
        else:
            yield path
