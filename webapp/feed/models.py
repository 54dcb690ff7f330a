"""Who looks, and what they did."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from webapp.catalog.models import Artwork


class Visitor(models.Model):
    """One taste: a signed-in user's, an anonymous session's, or an imported collector's."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="visitor",
    )
    label = models.CharField(max_length=100, unique=True, null=True, blank=True)
    """Name in an imported history, e.g. "collector-017"."""
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.user or self.label or f"session visitor {self.pk}")


class Event(models.Model):
    """Something a visitor did with a work. Undone likes and hides stay, marked as undone."""

    class Kind(models.TextChoices):
        VIEW = "view", "view"
        LIKE = "like", "like"
        HIDE = "hide", "hide"
        PURCHASE = "purchase", "purchase"

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="events")
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    time = models.DateTimeField(db_index=True)
    undone = models.DateTimeField(null=True, blank=True)
    basket = models.CharField(max_length=60, blank=True)
    """Works bought together share it."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["visitor", "artwork", "kind"],
                condition=Q(kind__in=["like", "hide"], undone=None),
                name="one_standing_mark",
            ),
        )
        indexes = (
            models.Index(fields=["visitor", "kind", "-time"], name="event_by_visitor"),
            models.Index(fields=["artwork", "kind", "time"], name="event_by_artwork"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of artwork {self.artwork_id}"
