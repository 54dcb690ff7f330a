"""What a visitor keeps: collections of works, artists followed, and how they want to be known."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Final

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from webapp.catalog.models import Artist, Artwork
from webapp.feed.models import Visitor

TOKEN_BYTES: Final = 12


def new_token() -> str:
    """Return the part of a collection's address that nobody can guess."""
    return token_urlsafe(TOKEN_BYTES)


class Choices(models.Model):
    """How a visitor wants to be known. No row means: as usual."""

    visitor = models.OneToOneField(
        Visitor, on_delete=models.CASCADE, primary_key=True, related_name="choices"
    )
    impersonal = models.BooleanField(default=False)
    """No recommendations from what they did."""
    history_paused = models.BooleanField(default=False)
    """Works they look at are not noted."""

    class Meta:
        verbose_name_plural = "choices"

    def __str__(self) -> str:
        return f"choices of {self.visitor_id}"


class Follow(models.Model):
    """A visitor follows an artist."""

    visitor = models.ForeignKey(
        Visitor, on_delete=models.CASCADE, related_name="follows", db_index=False
    )
    artist = models.ForeignKey(Artist, on_delete=models.CASCADE, related_name="follows")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["visitor", "artist"], name="one_follow_per_artist"),
        )

    def __str__(self) -> str:
        return f"visitor {self.visitor_id} follows artist {self.artist_id}"


class Collection(models.Model):
    """Works put together by a visitor, in their order."""

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only you")
        LINK = "link", _("Whoever has the link")
        PUBLIC = "public", _("Everybody")

    visitor = models.ForeignKey(
        Visitor, on_delete=models.CASCADE, related_name="collections", db_index=False
    )
    title = models.CharField(max_length=120)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    """Unguessable: its address. Private ones open to nobody else all the same."""
    note = models.TextField(blank=True, max_length=5_000)
    """What it is about."""
    visibility = models.CharField(
        max_length=7, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    cover = models.ForeignKey(
        Artwork, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """The owner's choice; without one the first work that can be seen stands for it."""
    position = models.IntegerField(default=0)
    """Among the owner's collections."""
    standard = models.BooleanField(default=False)
    """Where works are saved unless another is chosen."""
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    deleted = models.DateTimeField(null=True, blank=True)
    """For a while it can be brought back; then it is gone for good."""

    class Meta:
        ordering = ("position", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["visitor"],
                condition=Q(standard=True, deleted=None),
                name="one_standard_collection",
            ),
        )
        indexes = (
            models.Index(fields=["visitor", "position"], name="collection_by_visitor"),
            models.Index(
                fields=["deleted"],
                name="collection_deleted",
                condition=Q(deleted__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("collection", args=[self.token])


class CollectionItem(models.Model):
    """A work in a collection."""

    collection = models.ForeignKey(
        Collection, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="collected")
    position = models.IntegerField(default=0)
    note = models.TextField(blank=True, max_length=2_000)
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["collection", "artwork"], name="one_item_per_collection"
            ),
        )

    def __str__(self) -> str:
        return f"artwork {self.artwork_id} in collection {self.collection_id}"
