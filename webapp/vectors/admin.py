"""Spaces, features and vectors in the admin: to be looked at; models and jobs make and switch
them."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from webapp.admin import ReadOnly, tell
from webapp.vectors.models import Feature, PictureQuery, Space, Vector, WordsQuery


@admin.register(Space)
class SpaceAdmin(ReadOnly):
    list_display = ("id", "purpose", "extractor", "dim", "state", "index", "vectors", "created")
    list_filter = ("state", "purpose")
    fields = ("purpose", "extractor", "dim", "fitted_on", "state", "index", "report", "created")
    readonly_fields = ("report",)
    unread = ("transform", "head")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).annotate(count=Count("vectors"))
        return rows

    @admin.display(ordering="count")
    def vectors(self, space: Space) -> int:
        return int(vars(space)["count"])

    @admin.display(description="index report")
    def report(self, space: Space) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(space.index_report, indent=2))


_OF_WORK = {"related": ("artwork",), "search": ("artwork__title",), "unread": ("values",)}
tell(Feature, "artwork", "extractor", filters=("extractor",), **_OF_WORK)
tell(Vector, "artwork", "space_id", filters=("space",), **_OF_WORK)
_ASKED = ("state", "extractor", "asked", "expires", "attempts")
tell(PictureQuery, "id", *_ASKED, filters=("state",), unread=("features", "picture", "preview"))
tell(WordsQuery, "text", *_ASKED, filters=("state",), search=("text",), unread=("features",))
