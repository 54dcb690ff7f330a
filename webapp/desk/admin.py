"""Works and artists in the admin, edits of many works, and the audit trail."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from webapp.accounts.models import User
from webapp.admin import Editable, tell, thumbnail
from webapp.catalog import actions as catalog
from webapp.catalog.models import Artist, Artwork
from webapp.desk import actions
from webapp.desk.models import Apart, ArtistEvent, Edit, FormerName, Merge, WorkEvent


@admin.register(Artist)
class ArtistAdmin(Editable):
    """A name is changed at the desk, where the old one goes on leading here."""

    list_display = ("name", "works")
    search_fields = ("name",)
    fields = ("name", "slug", "bio")
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        artists: QuerySet[Artist] = super().get_queryset(request)
        return artists.annotate(work_count=Count("artworks"))

    def get_readonly_fields(self, _request: HttpRequest, obj: Artist | None = None) -> Any:
        return ("name", "slug") if obj else ()

    def get_prepopulated_fields(self, _request: HttpRequest, obj: Artist | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def history_view(self, _request: HttpRequest, object_id: str, _context: Any = None) -> Any:
        return redirect("desk-artist", object_id)

    @admin.display(ordering="work_count")
    def works(self, artist: Artist) -> int:
        return int(vars(artist)["work_count"])


@admin.register(Artwork)
class ArtworkAdmin(Editable):
    """A work is made by bringing in its picture, so there is no "add" here."""

    list_display = ("picture", "title", "artist", "style", "availability", "state", "state_reason")
    list_display_links = ("picture", "title")
    list_filter = ("state", "availability", ("artist", AutocompleteSelectFilter))
    list_select_related = ("artist", "image")
    list_per_page = 50
    search_fields = ("title", "artist__name", "accession_number", "source_key", "style")
    autocomplete_fields = ("artist",)
    readonly_fields = ("picture", "state", "state_reason", "source_key", "attempts")
    exclude = ("claimed_until", "held", "deleted")
    date_hierarchy = "added"
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    actions = ("change_together", "withdraw", "show_again")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def delete_model(self, _request: HttpRequest, obj: Artwork) -> None:
        catalog.delete_artworks([obj.pk])

    def delete_queryset(self, _request: HttpRequest, queryset: QuerySet[Artwork]) -> None:
        catalog.delete_artworks(queryset.values_list("pk", flat=True))

    def history_view(self, _request: HttpRequest, object_id: str, _context: Any = None) -> Any:
        return redirect("desk-work", object_id)

    @admin.display(description="")
    def picture(self, artwork: Artwork) -> str:
        return thumbnail(getattr(artwork, "image", None))

    @admin.action(permissions=["change"], description="Change together, with a preview")
    def change_together(
        self, request: HttpRequest, queryset: QuerySet[Artwork]
    ) -> HttpResponse | None:
        works = queryset.values_list("pk", flat=True)
        try:
            return redirect(
                "desk-edit", actions.choose(by=cast(User, request.user), works=works).pk
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return None

    @admin.action(permissions=["change"], description="Withdraw: take off the walls")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Artwork]) -> None:
        count = catalog.withdraw(queryset.values_list("pk", flat=True))
        messages.success(request, f"{count} works withdrawn.")

    @admin.action(permissions=["change"], description="Show again, or try again")
    def show_again(self, request: HttpRequest, queryset: QuerySet[Artwork]) -> None:
        count = catalog.show_again(queryset.values_list("pk", flat=True))
        messages.success(request, f"{count} works will be visible in a moment.")


tell(Edit, "id", "by", "how", "field", "changed", "made", "undone", related=("by",))
tell(Merge, "__str__", "by", "created", "undone", related=("kept", "by"))
tell(FormerName, "name", "artist", "created", search=("name",), related=("artist",))
tell(Apart, "first", "second", "by", "created", related=("first", "second", "by"))
_TRAIL = ("pgh_created_at", "pgh_label", "pgh_context")
tell(WorkEvent, *_TRAIL, "title", filters=("pgh_label",), search=("title",))
tell(ArtistEvent, *_TRAIL, "name", filters=("pgh_label",), search=("name",))
tell(
    LogEntry,
    *("action_time", "user", "content_type", "object_repr", "action_flag"),
    filters=("action_flag",),
    search=("object_repr",),
    related=("user", "content_type"),
)
