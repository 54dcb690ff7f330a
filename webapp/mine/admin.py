"""Collections in the admin: what is public can be looked at, and what must not stay removed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from webapp.admin import Editable, tell
from webapp.mine.models import Choices, Collection, Follow


@admin.register(Collection)
class CollectionAdmin(Editable):
    """Only what everybody may see: what visitors keep to themselves is no staff's business."""

    list_display = ("title", "changed")
    search_fields = ("title",)
    fields = ("title", "note", "created", "changed")
    readonly_fields = ("created", "changed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        public = Collection.Visibility.PUBLIC
        return super().get_queryset(request).filter(visibility=public, deleted=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


# For superusers: no role is granted what visitors follow and wish.
tell(Follow, "artist", "created", search=("artist__name",), related=("artist",))
tell(Choices, "visitor_id", "impersonal", "history_paused")
