"""What every template may know of the visitor, at no cost until it asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from webapp.feed import queries, visitors


def visitor(request: HttpRequest) -> dict[str, Any]:
    """Offer `marks`: which artworks this visitor likes and hides."""
    return {"marks": SimpleLazyObject(lambda: queries.marks_of(visitors.current(request)))}
