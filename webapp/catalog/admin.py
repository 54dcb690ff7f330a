"""The catalogue in the admin: facts to edit, states to see, works to withdraw and show again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from webapp.catalog import actions
from webapp.catalog.files import variant_name
from webapp.catalog.models import Artist, Artwork, ArtworkImage


@admin.register(Artist)
class ArtistAdmin(admin.ModelAdmin[Artist]):
    list_display = ("name", "works")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Artist]:
        return super().get_queryset(request).annotate(work_count=Count("artworks"))

    @admin.display(ordering="work_count")
    def works(self, artist: Artist) -> int:
        return int(vars(artist)["work_count"])


@admin.register(Artwork)
class ArtworkAdmin(admin.ModelAdmin[Artwork]):
    """A work is made by bringing in its picture, so there is no "add" here."""

    list_display = ("picture", "title", "artist", "style", "availability", "state", "state_reason")
    list_display_links = ("picture", "title")
    list_filter = ("state", "availability", "style")
    list_select_related = ("artist", "image")
    list_per_page = 50
    search_fields = ("title", "artist__name", "source_key")
    autocomplete_fields = ("artist",)
    readonly_fields = ("picture", "state", "state_reason", "source_key", "attempts")
    exclude = ("claimed_until",)
    date_hierarchy = "added"
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    actions = ("withdraw", "show_again")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Artwork) -> None:
        actions.delete_artworks([obj.pk])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Artwork]) -> None:
        actions.delete_artworks(queryset.values_list("pk", flat=True))

    @admin.display(description="")
    def picture(self, artwork: Artwork) -> str:
        image: ArtworkImage | None = getattr(artwork, "image", None)
        if image is None:
            return "–"
        url = default_storage.url(variant_name(image.key, image.widths[0], image.formats[0]))
        return format_html(
            '<img src="{}" alt="" loading="lazy" style="max-height:72px;max-width:108px">', url
        )

    @admin.action(permissions=["change"], description="Withdraw: take off the walls")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Artwork]) -> None:
        count = actions.withdraw(queryset.values_list("pk", flat=True))
        messages.success(request, f"{count} works withdrawn.")

    @admin.action(permissions=["change"], description="Show again, or try again")
    def show_again(self, request: HttpRequest, queryset: QuerySet[Artwork]) -> None:
        count = actions.show_again(queryset.values_list("pk", flat=True))
        messages.success(request, f"{count} works will be visible in a moment.")
