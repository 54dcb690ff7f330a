"""Which pictures were compared, which pairs may be the same work, and what was decided."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from pgvector.django import BitField, HnswIndex

from webapp.catalog.models import Artwork

BITS: Final = 256
"""Length of `artrec.images.fingerprints`; its module brings SciPy, which a web process does not
need."""


class Fingerprint(models.Model):
    """The picture of a work as bits, and how far its comparison with others is.

    The database alone makes this row, and makes it wait again when the picture changes: see the
    trigger in the migration.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "to be compared"
        DONE = "done", "compared"
        FAILED = "failed", "could not be compared"

    artwork = models.OneToOneField(
        Artwork, on_delete=models.CASCADE, primary_key=True, related_name="fingerprint"
    )
    key = models.CharField(max_length=32)
    """The image's."""
    bits = BitField(length=BITS, null=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(
                fields=["artwork"], name="fingerprint_waiting", condition=Q(state="waiting")
            ),
            HnswIndex(fields=["bits"], opclasses=["bit_hamming_ops"], name="fingerprint_bits"),
        )

    def __str__(self) -> str:
        return f"fingerprint of artwork {self.artwork_id}"


class Pair(models.Model):
    """Two works that may be the same one, ordered by id, so that a pair has one row for ever."""

    class Kind(models.TextChoices):
        NEAR = "near", "nearly the same picture"
        PHOTO = "photo", "another photograph or a part"

    class State(models.TextChoices):
        OPEN = "open", "to be decided"
        KEPT = "kept", "both kept"
        MERGED = "merged", "merged"
        REPLACED = "replaced", "merged, with the other picture"

    first = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    distance = models.PositiveSmallIntegerField()
    """Differing bits of the two fingerprints, of 256."""
    points = models.PositiveSmallIntegerField()
    """Places in which the two agree; 0 where they were compared as wholes."""
    details = models.FloatField()
    """Correlation of the details where one lies on the other."""
    affine = models.JSONField()
    """How the second lies on the first: `artrec.images.sameness.Same.affine`."""
    found = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["first", "second"], name="one_duplicate_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_is_ordered"),
        )
        indexes = (
            models.Index(fields=["kind", "id"], name="pair_open", condition=Q(state="open")),
        )

    def __str__(self) -> str:
        return f"artworks {self.first_id} and {self.second_id}"


class Decision(models.Model):
    """What somebody decided about a pair, and all that is needed to take it back."""

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="decisions")
    state = models.CharField(max_length=8, choices=Pair.State.choices)
    """What the pair became by it."""
    stays = models.ForeignKey(
        Artwork, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    gone = models.ForeignKey(
        Artwork, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    """Its address leads to the one that stays."""
    record = models.JSONField(default=dict)
    """See `webapp.duplicates.merging`."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    time = models.DateTimeField(auto_now_add=True)
    undone = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["gone"], name="decision_standing", condition=Q(undone=None)),
        )

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.pair_id}"
