"""Selections of works, tags on works, and walks from one work to another."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from webapp.catalog.models import Artwork
from webapp.vectors.models import Space


class Selection(models.Model):
    """Works that somebody chose, in an order, to do something with them."""

    class Source(models.TextChoices):
        HAND = "hand", "by hand"
        LASSO = "lasso", "lasso on the map"
        BOX = "box", "box on the map"
        CLUSTER = "cluster", "neighbourhood"
        QUERY = "query", "search"
        COMBINATION = "combination", "combination"
        WALK = "walk", "walk between two works"

    title = models.CharField(max_length=120)
    note = models.TextField(blank=True, max_length=5_000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    source = models.CharField(max_length=11, choices=Source.choices, default=Source.HAND)
    origin = models.JSONField(default=dict, blank=True)
    """More about the source: the number of a map, the address of a search, what was combined."""
    works = ArrayField(models.BigIntegerField(), default=list)
    """Ids in order. One value, not a row each: a lasso takes a hundred thousand at once. Ids of
    works that are gone stay, and `queries.works_of` passes over them."""
    former = ArrayField(models.BigIntegerField(), null=True, blank=True)
    """The works before the last change, for undo."""
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    deleted = models.DateTimeField(null=True, blank=True)
    """For a while it can be brought back; then it is gone for good."""

    class Meta:
        ordering = ("-changed", "-id")
        indexes = (
            models.Index(fields=["-changed", "-id"], name="selection_newest"),
            models.Index(
                fields=["deleted"], name="selection_deleted", condition=Q(deleted__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("selection", args=[self.pk])


class Tag(models.Model):
    """A word that staff put on works."""

    name = models.CharField(max_length=60, unique=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tag", args=[self.pk])


class Tagging(models.Model):
    """A tag on a work."""

    # The unique constraint indexes it already.
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings", db_index=False)
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="taggings")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tag", "artwork"], name="one_tagging"),)

    def __str__(self) -> str:
        return f"tag {self.tag_id} on artwork {self.artwork_id}"


class Walk(models.Model):
    """Works between two works, each near the one before: asked for, computed by a worker, kept."""

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    start = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="+")
    end = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="+")
    steps = models.PositiveSmallIntegerField()
    """How many works, the two at its ends among them."""
    works = ArrayField(models.BigIntegerField(), default=list)
    """Ids from `start` to `end`; fewer than `steps` where there are not so many between."""
    gaps = ArrayField(models.FloatField(), default=list)
    """How far each work is from the next, 0 (the same) to 2."""
    state = models.CharField(max_length=6, choices=State.choices, default=State.QUEUED)
    reason = models.TextField(blank=True)
    asked = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    finished = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["space", "start", "end", "steps"], name="one_walk"),
            models.CheckConstraint(condition=~Q(start=F("end")), name="walk_leads_somewhere"),
        )
        indexes = (models.Index(fields=["id"], name="walk_open", condition=Q(state="queued")),)

    def __str__(self) -> str:
        return f"walk from artwork {self.start_id} to {self.end_id}"
