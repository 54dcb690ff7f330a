"""Collections in the admin: what is public can be looked at, and what must not stay removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from webapp.mine.models import Collection

if TYPE_CHECKING:
    CollectionModelAdmin = admin.ModelAdmin[Collection]
else:
    CollectionModelAdmin = admin.ModelAdmin  # Django's own class takes no parameter


@admin.register(Collection)
class CollectionAdmin(CollectionModelAdmin):
    """Only what everybody may see: what visitors keep to themselves is no staff's business."""

    list_display = ("title", "by_line", "exhibited", "changed")
    list_filter = ("exhibited",)
    search_fields = ("title", "by_line")
    fields = ("title", "note", "by_line", "exhibited", "created", "changed")
    readonly_fields = ("exhibited", "created", "changed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        public = Collection.Visibility.PUBLIC
        return super().get_queryset(request).filter(visibility=public, deleted=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
