"""Spaces, raw features and the vectors that rankings are made of."""

from __future__ import annotations

from django.db import models
from pgvector.django import HalfVectorField

from webapp.catalog.models import Artwork


class Space(models.Model):
    """A way of seeing: one vector per artwork, compared by inner product.

    "look" spaces hold standardised features of one extractor; their vectors have length one, so
    the inner product is the cosine. Later spaces hold what a trained model makes of them.
    """

    class State(models.TextChoices):
        BUILDING = "building", "being built"
        LIVE = "live", "live"
        RETIRED = "retired", "retired"

    purpose = models.CharField(max_length=20)
    """What it serves: "look". At most one live space per purpose."""
    extractor = models.CharField(max_length=100)
    """Id of the feature extractor, e.g. "resnet50/pad" or "handmade"."""
    dim = models.PositiveSmallIntegerField()
    transform = models.BinaryField()
    """The `artrec.serving.transform.Transform` from raw features to vectors, as bytes."""
    fitted_on = models.PositiveIntegerField()
    """How many artworks the transform was fitted on."""
    index = models.CharField(max_length=10, default="exact")
    """"exact", "hnsw" or "ivfflat"; chosen by measured recall."""
    index_report = models.JSONField(default=dict)
    """The measurement behind `index`."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.BUILDING)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["purpose"], condition=models.Q(state="live"), name="one_live_space"
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk} ({self.extractor})"


class Feature(models.Model):
    """What an extractor made of an image, before any standardising. Not indexed."""

    # The unique constraint indexes it already.
    artwork = models.ForeignKey(
        Artwork, on_delete=models.CASCADE, related_name="features", db_index=False
    )
    extractor = models.CharField(max_length=100)
    values = HalfVectorField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["artwork", "extractor"], name="one_feature"),
        )

    def __str__(self) -> str:
        return f"{self.extractor} of artwork {self.artwork_id}"


class Vector(models.Model):
    """An artwork's place in a space."""

    # The unique constraint indexes it already.
    space = models.ForeignKey(
        Space, on_delete=models.CASCADE, related_name="vectors", db_index=False
    )
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="vectors")
    values = HalfVectorField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["space", "artwork"], name="one_vector"),)

    def __str__(self) -> str:
        return f"artwork {self.artwork_id} in space {self.space_id}"
