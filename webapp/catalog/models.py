"""Artists, artworks and their images."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Artist(models.Model):
    """Whoever made the work: a person, a studio, a workshop, or "Unknown"."""

    name = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(max_length=220, unique=True)
    bio = models.TextField(blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("artist", args=[self.slug])


class Artwork(models.Model):
    """One work. It is shown once its image is checked and its vector stored, unless it is held."""

    class State(models.TextChoices):
        CHECKED = "checked", "waiting for its vector"
        VISIBLE = "visible", "visible"
        DRAFT = "draft", "held back"
        FAILED = "failed", "could not be embedded"
        WITHDRAWN = "withdrawn", "withdrawn"

    class Availability(models.TextChoices):
        AVAILABLE = "available", _("available")
        SOLD = "sold", _("sold")
        NOT_FOR_SALE = "not_for_sale", _("not for sale")

    title = models.CharField(max_length=300)
    artist = models.ForeignKey(Artist, on_delete=models.PROTECT, related_name="artworks")
    year = models.SmallIntegerField(null=True, blank=True)
    medium = models.CharField(max_length=200, blank=True)
    style = models.CharField(max_length=120, blank=True, db_index=True)
    width_cm = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    height_cm = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    depth_cm = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    description = models.TextField(blank=True)
    rights = models.CharField(max_length=200, blank=True)
    credit_line = models.CharField(max_length=300, blank=True)
    accession_number = models.CharField(
        "inventory number", max_length=100, blank=True, default="", db_default=""
    )
    """As the museum writes it, e.g. "SK-A-1505". Loans and several museums may share one. Looked up
    in the search entry, which has it as one word."""
    source_url = models.URLField(max_length=500, blank=True)
    source_key = models.CharField(max_length=300, unique=True, null=True, blank=True)
    """Where it came from, e.g. "folder:art/0001.jpg"; importing the same key again updates."""
    availability = models.CharField(
        max_length=12, choices=Availability.choices, default=Availability.AVAILABLE
    )
    one_of_a_kind = models.BooleanField(default=True)
    added = models.DateTimeField()
    """When it joined the gallery; what "new" means to a visitor."""

    state = models.CharField(max_length=9, choices=State.choices, default=State.CHECKED)
    state_reason = models.TextField(blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    """A worker holds this row until then; after that another may take it."""
    attempts = models.PositiveSmallIntegerField(default=0)
    """How often a worker tried its next step: its vector, later sizes that its picture lacks."""
    held = models.BooleanField(default=False, db_default=False)
    """Held back by its curator: with its vector it becomes a draft, not visible."""
    deleted = models.DateTimeField(null=True, blank=True)
    """When it was withdrawn to be deleted; until the sweep comes by, that can be undone."""

    class Meta:
        ordering = ("-added", "-id")
        indexes = (
            models.Index(fields=["-added", "-id"], name="artwork_newest"),
            models.Index(
                fields=["id"],
                name="artwork_waiting",
                condition=models.Q(state="checked"),
            ),
            models.Index(
                fields=["deleted"],
                name="artwork_deleted",
                condition=models.Q(deleted__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("artwork", args=[self.pk])


class ArtworkImage(models.Model):
    """The picture of a work: its original, what was read from it, and which variants exist.

    Variants are files `works/<key>/<width>.<extension>` for each of `widths` and each of
    `formats`; their URLs follow from this row alone, so a page of cards costs one join.
    """

    artwork = models.OneToOneField(Artwork, on_delete=models.CASCADE, related_name="image")
    original = models.CharField(max_length=300)
    """Name in the private "originals" storage."""
    key = models.CharField(max_length=32, unique=True)
    """Unguessable folder of the variants; a new image gets a new key, so URLs are immutable."""
    format = models.CharField(max_length=8)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, unique=True)
    perceptual_hash = models.CharField(max_length=16, db_index=True)
    placeholder = models.TextField()
    """A data URI of a few hundred bytes: the blurred picture shown while the real one loads."""
    palette = models.JSONField()
    """[{"hex": "#a1b2c3", "lab": [L, a, b], "share": 0.31}, …], largest share first."""
    colours = ArrayField(models.CharField(max_length=10))
    """Names of the colour families that cover a fair part of the picture, for filters."""
    widths = ArrayField(models.PositiveIntegerField())
    """Widths of the variants, ascending."""
    formats = ArrayField(models.CharField(max_length=8))
    """Formats of the variants, best first; the last is JPEG."""

    class Meta:
        indexes = (GinIndex(fields=["colours"], name="image_colours"),)

    def __str__(self) -> str:
        return f"{self.width}×{self.height} {self.format}"


class Tiles(models.Model):
    """The tiles for zooming into an image: asked for by who first zooms, cut by a worker, kept.

    Files `tiles/<key>/<region>_<size>.jpg`; see `artrec.images.tiles`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    image = models.OneToOneField(ArtworkImage, on_delete=models.CASCADE, related_name="tiles")
    key = models.CharField(max_length=32, unique=True)
    """The image's when they were asked for; those of another key are of a picture that is gone."""
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True)
    asked = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tiles"
        indexes = (
            models.Index(fields=["id"], name="tiles_waiting", condition=models.Q(state="waiting")),
        )

    def __str__(self) -> str:
        return f"tiles of {self.key}"


class SearchEntry(models.Model):
    """What search and filters ask of a work, in one narrow row.

    Written by the database alone, whenever the work, its image or the name of its artist changes
    (see the triggers in migrations 0002 and 0005), so no way of writing can forget it.
    """

    artwork = models.OneToOneField(
        Artwork, on_delete=models.CASCADE, primary_key=True, related_name="entry"
    )
    visible = models.BooleanField()
    words = SearchVectorField()
    """Title and artist weigh A, style B, medium C, description D; each word as it is written and by
    its English stem, without accents. The inventory number is one word with "#" before it."""
    artist_id = models.BigIntegerField()
    style = models.CharField(max_length=120)
    medium = models.CharField(max_length=200)
    year = models.SmallIntegerField(null=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    """Only of works that can be bought: no other price is shown."""
    currency = models.CharField(max_length=3)
    longest_cm = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    orientation = models.CharField(max_length=9)
    colours = ArrayField(models.CharField(max_length=10))
    availability = models.CharField(max_length=12)
    swatches = ArrayField(models.FloatField())
    """The palette, four numbers a swatch: L, a, b, share."""
    version = models.BigIntegerField(db_index=True)
    """Grows with each change of the row, so that a cache can ask for what is new."""

    class Meta:
        verbose_name_plural = "search entries"
        indexes = (GinIndex(fields=["words"], name="search_words"),)

    def __str__(self) -> str:
        return f"search entry of artwork {self.artwork_id}"
