"""Batches and their files in the admin: a story to read, not to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from webapp.admin import ReadOnly, tell
from webapp.ingest.models import Batch, Change, HostPace, Item, Notice, Origin, Sheet


@admin.register(Batch)
class BatchAdmin(ReadOnly):
    list_display = ("id", "source", "user", "created", "files", "bad")
    search_fields = ("source",)
    list_select_related = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        bad = Q(items__state__in=[Item.State.REFUSED, Item.State.FAILED])
        counts = {"files_count": Count("items"), "bad_count": Count("items", filter=bad)}
        rows: QuerySet[Any] = super().get_queryset(request).annotate(**counts)
        return rows

    @admin.display(ordering="files_count")
    def files(self, batch: Batch) -> int:
        return int(vars(batch)["files_count"])

    @admin.display(description="refused or failed", ordering="bad_count")
    def bad(self, batch: Batch) -> int:
        return int(vars(batch)["bad_count"])


tell(
    Item,
    *("name", "state", "reason", "batch", "artwork", "attempts", "created"),
    filters=("state",),
    search=("name", "reason"),
    related=("batch", "artwork"),
)
tell(
    Origin,
    *("source_key", "provider", "rights", "required_statement", "changed"),
    search=("source_key", "provider", "rights"),
)
tell(
    Sheet,
    *("name", "batch", "state", "created"),
    filters=("state",),
    related=("batch",),
    unread=("rows",),
)
tell(
    Change,
    *("id", "kind", "batch", "user", "made", "undone"),
    filters=("kind",),
    related=("batch", "user"),
    unread=("works",),
)
tell(Notice, "words", "user", "created", "seen", related=("user",))
tell(HostPace, "host", "free_at")
