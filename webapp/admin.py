"""What the admins of all apps stand on: rows to read, not to edit, and pictures of works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.files.storage import default_storage
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from webapp.catalog.files import variant_name

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = ModelAdmin


class Editable(_ModelAdmin):
    """Rows that people edit. Counting all of them would cost more than it tells."""

    show_full_result_count = False
    list_filter_submit = True
    warn_unsaved_form = True


class ReadOnly(Editable):
    """What the system did is not changed by hand."""

    unread: Sequence[str] = ()
    """Columns too large to be loaded for a list."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*self.unread)

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


def tell(
    model: type[Model],
    *shown: str,
    filters: Sequence[str] = (),
    search: Sequence[str] = (),
    related: Sequence[str] = (),
    unread: Sequence[str] = (),
) -> None:
    """Let a model be read in the admin: the columns of its list, what it can be filtered and
    searched by, rows to load along, and columns to leave out."""
    attributes = {
        "list_display": shown,
        "list_filter": filters,
        "search_fields": search,
        # An empty list would follow every key.
        "list_select_related": related or False,
        "exclude": unread,
        "unread": unread,
    }
    admin.site.register(model, type(f"{model.__name__}Admin", (ReadOnly,), attributes))


def thumbnail(image: Any) -> str:
    """Return the picture of a work, small; a dash where there is none."""
    if image is None:
        return "–"
    url = default_storage.url(variant_name(image.key, image.widths[0], image.formats[-1]))
    return format_html('<img src="{}" alt="" loading="lazy" class="thumb">', url)
