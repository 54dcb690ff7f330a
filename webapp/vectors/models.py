"""Spaces, raw features and the vectors that rankings are made of."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from pgvector.django import HalfVectorField

from webapp.catalog.models import Artwork


class Space(models.Model):
    """A way of seeing: one vector per artwork, compared by inner product.

    "look" spaces hold standardised features of one extractor; their vectors have length one, so
    the inner product is the cosine. "taste" spaces hold the item vectors of a trained recommender,
    and its head, which makes a query of the works that somebody likes.
    """

    class State(models.TextChoices):
        BUILDING = "building", "being built"
        READY = "ready", "ready to serve"
        LIVE = "live", "live"
        RETIRED = "retired", "retired"
        DROPPED = "dropped", "dropped"

    purpose = models.CharField(max_length=20)
    """What it serves: "look", "taste". At most one live space per purpose."""
    name = models.CharField(max_length=100, blank=True)
    """What people call it, e.g. "curatornet, version 12"; empty for look spaces."""
    extractor = models.CharField(max_length=100, blank=True)
    """Id of the feature extractor whose features it is made of, e.g. "resnet50/pad" or "handmade";
    empty for a model that looks at no pictures."""
    dim = models.PositiveSmallIntegerField()
    scored = models.PositiveSmallIntegerField()
    """The first so many columns are compared with a query; an index covers only them. `dim` unless
    a chosen work says something else of a visitor than it is scored by."""
    transform = models.BinaryField()
    """Look: the `artrec.serving.transform.Transform` from raw features to vectors, as bytes."""
    head = models.BinaryField(null=True)
    """Taste: the `artrec.serving.bundle.Bundle` from a profile to queries, as bytes."""
    head_number = models.PositiveIntegerField(default=0)
    """Grows each time the head is replaced, so that who keeps it in memory reads it again."""
    fitted_on = models.PositiveIntegerField()
    """How many artworks it was fitted on."""
    index = models.CharField(max_length=10, default="exact")
    """"exact", "hnsw" or "ivfflat"; chosen by measured recall."""
    index_report = models.JSONField(default=dict)
    """The measurement behind `index`."""
    open_to_new = models.BooleanField(default=True)
    """Whether a work that joined later can be given a vector. Not by a model that knows a work only
    by who chose it; such a space is not expected to hold every work."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.BUILDING)
    """A dropped space is being deleted, or its row alone is kept because a record names it."""
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["purpose"], condition=Q(state="live"), name="one_live_space"
            ),
        )

    def __str__(self) -> str:
        return self.name or f"{self.purpose} {self.pk} ({self.extractor})"


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


class Query(models.Model):
    """What somebody searches by, until a worker has made features of it. Dropped once expired."""

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    state = models.CharField(max_length=6, choices=State.choices, default=State.QUEUED)
    extractor = models.CharField(max_length=100, blank=True)
    """Whose features they are: that of the look space that was live."""
    features = HalfVectorField(null=True)
    """Raw, so that they outlive a space that is fitted anew."""
    asked = models.DateTimeField(auto_now_add=True, db_index=True)
    expires = models.DateTimeField(db_index=True)
    """From then on nobody can see it, and the timer deletes it."""
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class PictureQuery(Query):
    """A picture to search by: one that was uploaded, or a part of a work.

    Of an uploaded picture only what is listed here is kept, once it has been seen.
    """

    token = models.CharField(max_length=43, unique=True)
    """Names it in addresses; cannot be guessed."""
    visitor_id = models.BigIntegerField(null=True, db_index=True)
    """Whose it is, if somebody's; visitors belong to an app that builds on this one."""
    address = models.CharField(max_length=64)
    """A digest of where it came from, for limits."""
    artwork = models.ForeignKey(
        Artwork, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    """The work it is a part of."""
    box = models.JSONField(default=list, blank=True)
    """That part: left, top, width and height as shares of the upright picture."""
    picture = models.BinaryField(null=True)
    """What was uploaded, made small; until it has been seen."""
    palette = models.JSONField(default=list, blank=True)
    """Its colours as "a1b2c3", those that cover most first."""
    placeholder = models.TextField(blank=True)
    """A tiny blurred copy as a `data:` URI."""
    preview = models.BinaryField(null=True)
    """A small WebP, only if the visitor wants it kept."""
    kept = models.BooleanField(default=False)
    """Whether the visitor asked to keep it."""
    usual = models.FloatField(null=True)
    """How alike the works of the collection are to their nearest ones at least; a best match that
    is less is no good match."""

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state="queued") | Q(picture=None), name="seen_picture_is_not_kept"
            ),
        )
        indexes = (
            models.Index(fields=["id"], name="picture_query_open", condition=Q(state="queued")),
            models.Index(fields=["address", "asked"], name="picture_query_by_address"),
        )

    def __str__(self) -> str:
        return f"picture query {self.pk}"


class WordsQuery(Query):
    """A text to search by what it means; whoever asks the same shares it."""

    text = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["extractor", "text"], name="one_words_query"),
        )
        indexes = (
            models.Index(fields=["id"], name="words_query_open", condition=Q(state="queued")),
        )

    def __str__(self) -> str:
        return f"words query {self.pk}"
