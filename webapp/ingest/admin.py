"""Batches and their files in the admin: a story to read, not to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from webapp.ingest.models import Batch, Item, Origin


class ReadOnly:
    """What happened is not changed by hand."""

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(Batch)
class BatchAdmin(ReadOnly, admin.ModelAdmin[Batch]):
    list_display = ("id", "source", "user", "created", "files", "bad")
    search_fields = ("source",)
    list_select_related = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        bad = Q(items__state__in=[Item.State.REFUSED, Item.State.FAILED])
        counts = {"files_count": Count("items"), "bad_count": Count("items", filter=bad)}
        return super().get_queryset(request).annotate(**counts)

    @admin.display(ordering="files_count")
    def files(self, batch: Batch) -> int:
        return int(vars(batch)["files_count"])

    @admin.display(description="refused or failed", ordering="bad_count")
    def bad(self, batch: Batch) -> int:
        return int(vars(batch)["bad_count"])


@admin.register(Item)
class ItemAdmin(ReadOnly, admin.ModelAdmin[Item]):
    list_display = ("name", "state", "reason", "batch", "artwork", "attempts", "created")
    list_filter = ("state",)
    search_fields = ("name", "reason")
    list_select_related = ("batch", "artwork")


@admin.register(Origin)
class OriginAdmin(ReadOnly, admin.ModelAdmin[Origin]):
    list_display = ("source_key", "provider", "rights", "required_statement", "changed")
    search_fields = ("source_key", "provider", "rights")
