"""Spaces in the admin: to be looked at; models and jobs make and switch them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from webapp.vectors.models import Space

if TYPE_CHECKING:
    SpaceModelAdmin = admin.ModelAdmin[Space]
else:
    SpaceModelAdmin = admin.ModelAdmin  # Django's own class takes no parameter


@admin.register(Space)
class SpaceAdmin(SpaceModelAdmin):
    list_display = ("id", "purpose", "extractor", "dim", "state", "index", "vectors", "created")
    list_filter = ("state", "purpose")
    fields = ("purpose", "extractor", "dim", "fitted_on", "state", "index", "report", "created")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Space]:
        return super().get_queryset(request).defer("transform").annotate(count=Count("vectors"))

    @admin.display(ordering="count")
    def vectors(self, space: Space) -> int:
        return int(getattr(space, "count"))  # noqa: B009 - the annotation above

    @admin.display(description="index report")
    def report(self, space: Space) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(space.index_report, indent=2))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Space | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Space | None = None) -> bool:
        return False
