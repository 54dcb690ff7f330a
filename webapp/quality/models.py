"""How good the spaces are: a report for each, and comparisons of extractors on this gallery."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from pgvector.django import HalfVectorField

from webapp.catalog.models import Artwork
from webapp.vectors.models import Space


class Measurement(models.Model):
    """Work that a curator asks for and a worker does."""

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        RUNNING = "running", "being measured"
        READY = "ready", "measured"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    OPEN = (State.QUEUED, State.RUNNING)

    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    share = models.FloatField(default=0)
    """How much of it is done, 0 to 1."""
    doing = models.CharField(max_length=200, blank=True)
    """What it is at, in words."""
    reason = models.TextField(blank=True)
    """Why it failed: a sentence for the curator."""
    cancel_requested = models.BooleanField(default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked = models.DateTimeField()
    measured = models.DateTimeField(null=True, blank=True)
    """When the figures were made that it holds."""
    works = models.PositiveIntegerField(default=0)
    """How many they are of."""
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def percent(self) -> int:
        return round(100 * self.share)


class Report(Measurement):
    """The figures of one space with one head; measured again, the old ones stay until then."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="reports")
    head_number = models.PositiveIntegerField(default=0)
    """`Space.head_number` when it was asked for."""
    figures = models.JSONField(default=dict)
    """As `workers.quality.measure` returns them; empty before."""

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=["space", "head_number"], name="one_quality_report"),
        )

    def __str__(self) -> str:
        return f"quality of {self.space_id}"

    def get_absolute_url(self) -> str:
        return reverse("quality-space", args=[self.space_id])


class Comparison(Measurement):
    """Which extractor suits this gallery: all of them on the same works and choices."""

    wanted = models.PositiveIntegerField(default=2000)
    """How many works it was asked for at most."""
    visitors = models.PositiveIntegerField(default=0)
    """Whose last choice was hidden; 0 where nobody chose enough of these works."""

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"comparison {self.pk}"


class Entry(models.Model):
    """One extractor of a comparison; one that cannot be had says why, and the rest goes on."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        RUNNING = "running", "being measured"
        READY = "ready", "measured"
        FAILED = "failed", "not measured"

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="entries")
    place = models.PositiveSmallIntegerField()
    """In the order of the registry."""
    extractor = models.CharField(max_length=100)
    """Id of its features, e.g. "resnet50/pad"."""
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True)
    dim = models.PositiveIntegerField(null=True, blank=True)
    """Numbers per picture, before anything is fitted."""
    seconds = models.FloatField(null=True, blank=True)
    """It took to see the pictures it had not seen."""
    seen = models.PositiveIntegerField(default=0)
    """How many these were."""
    figures = models.JSONField(default=dict)
    """By measure: {"mean", "low", "high"}, and of some "against": see `workers.extractors`."""
    answers = models.JSONField(default=dict)
    """By measure, what each visitor or work gave, until all entries are tested against one."""

    class Meta:
        ordering = ("place",)
        constraints = (
            models.UniqueConstraint(fields=["comparison", "extractor"], name="one_entry"),
        )

    def __str__(self) -> str:
        return f"{self.extractor} in comparison {self.comparison_id}"


class SideFeature(models.Model):
    """What an extractor made of a picture for a comparison only; no space is built of it, and
    it can be deleted at any time."""

    # The unique constraint indexes it already.
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="+", db_index=False)
    extractor = models.CharField(max_length=100)
    picture = models.CharField(max_length=32)
    """`ArtworkImage.key`: a work with a new picture is seen anew."""
    values = HalfVectorField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["artwork", "extractor"], name="one_side_feature"),
        )

    def __str__(self) -> str:
        return f"{self.extractor} of artwork {self.artwork_id}, for comparison"
