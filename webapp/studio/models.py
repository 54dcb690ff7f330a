"""Maps of the collection, where each work stands on them, and their named neighbourhoods."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from webapp.catalog.models import Artwork
from webapp.vectors.models import Space


class Map(models.Model):
    """One version of a map of one space: asked for, drawn by a worker, kept beside its successors.

    Of the ready maps of a purpose the newest is the one that is shown.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        RUNNING = "running", "being drawn"
        READY = "ready", "ready"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    OPEN = (State.QUEUED, State.RUNNING)

    space = models.ForeignKey(Space, on_delete=models.SET_NULL, null=True, related_name="maps")
    """None once the space is deleted: the map and its names outlive it."""
    purpose = models.CharField(max_length=20)
    """Of the space: "look", "taste"."""
    label = models.CharField(max_length=150)
    """What the space was called."""
    number = models.PositiveIntegerField()
    """Version within its purpose, from 1."""

    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    phase = models.CharField(max_length=40, blank=True)
    """What it is at, in words."""
    progress = models.FloatField(default=0)
    """0 to 1."""
    reason = models.TextField(blank=True)
    """Why it failed: a sentence for the curator."""
    why = models.CharField(max_length=200, blank=True)
    """Why it was begun, where nobody asked for it."""
    cancel_requested = models.BooleanField(default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    """None where it was begun by itself."""
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=200, blank=True)
    steps = models.JSONField(default=list)
    """[{"name": "projection", "seconds": 12.3, "note": "720 works"}, …] as they end."""

    count = models.PositiveIntegerField(default=0)
    """Works it was drawn from; those that joined later were placed on it."""
    revision = models.PositiveIntegerField(default=0)
    """Grows whenever places or names change, so that who keeps a copy reads it anew."""
    sheets_due = models.BooleanField(default=False)
    """Whether works were placed whose pictures are not on the sheets yet."""
    file = models.CharField(max_length=300, blank=True)
    """Name in the private "models" storage: what places new works."""
    former = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="successors"
    )
    """The map it was laid on, so that what stayed alike stays in its place."""
    drift = models.FloatField(null=True)
    """Median distance that a work of both moved, in units of the map, which is 2 wide."""
    changes = models.JSONField(default=dict)
    """Against the version before it, by layer; see `workers.atlas_names.carry_names`."""

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=["purpose", "number"], name="one_map_number"),
            models.UniqueConstraint(
                fields=["space"],
                condition=Q(state__in=["queued", "running"]),
                name="one_open_map",
            ),
        )

    def __str__(self) -> str:
        return f"{self.label}, map {self.number}"

    def get_absolute_url(self) -> str:
        return f"{reverse('studio')}?map={self.pk}"


class Neighbourhood(models.Model):
    """Works that stand together on a map, at one of its layers; those of a layer share no work."""

    map = models.ForeignKey(Map, on_delete=models.CASCADE, related_name="neighbourhoods")
    layer = models.PositiveSmallIntegerField()
    """From 0, the coarsest."""
    number = models.PositiveIntegerField()
    """From 0 within the layer."""
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="parts"
    )
    """The one of the layer above that it lies in."""
    name = models.CharField(max_length=120)
    """What it is called: the proposal, unless a curator named it."""
    proposed = models.CharField(max_length=120)
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    named = models.DateTimeField(null=True, blank=True)
    """When a curator named it; None while the name is the proposal."""
    words = models.JSONField(default=list)
    """What distinguishes it: [[facet, value, share inside, share outside], …]."""
    size = models.PositiveIntegerField()
    """Works when the map was drawn."""
    x = models.FloatField()
    y = models.FloatField()
    typical = models.JSONField(default=list)
    """Ids of the works most like all its others, the medoid first."""
    outliers = models.JSONField(default=list)
    """Ids of the works least like its others, the strangest first."""
    nearest = models.JSONField(default=list)
    """Numbers of the neighbourhoods of its layer that are most like it, nearest first."""

    class Meta:
        ordering = ("map", "layer", "number")
        constraints = (
            models.UniqueConstraint(
                fields=["map", "layer", "number"], name="one_neighbourhood_number"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("neighbourhood", args=[self.pk])


class Place(models.Model):
    """Where a work stands on a map."""

    # The unique constraint indexes it already.
    map = models.ForeignKey(Map, on_delete=models.CASCADE, related_name="places", db_index=False)
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="places")
    number = models.PositiveIntegerField()
    """Its index in the columns and on the sheets, for ever: along a Hilbert curve when the map was
    drawn, at the end for works that joined later."""
    x = models.FloatField()
    y = models.FloatField()
    cluster = models.ForeignKey(Neighbourhood, on_delete=models.CASCADE, related_name="places")
    """Of the finest layer."""
    drift = models.FloatField(null=True)
    """How far from where it stood on the map before; None for a work that was not there."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["map", "artwork"], name="one_place"),
            models.UniqueConstraint(fields=["map", "number"], name="one_place_number"),
        )

    def __str__(self) -> str:
        return f"artwork {self.artwork_id} on map {self.map_id}"


class Naming(models.Model):
    """One naming of a neighbourhood: its history goes with it from map to map."""

    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.CASCADE, related_name="namings"
    )
    before = models.CharField(max_length=120)
    after = models.CharField(max_length=120)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    time = models.DateTimeField()

    class Meta:
        ordering = ("-time", "-id")

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
