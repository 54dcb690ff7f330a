"""Batches of incoming files, and the story of each one."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from webapp.catalog.models import Artwork


class Batch(models.Model):
    """Files that came in together."""

    source = models.CharField(max_length=300)
    """What it was, for people: "Upload by mara" or "Folder paintings"."""
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return self.source


class Item(models.Model):
    """One incoming file: where it is on its way, and if it was refused, why."""

    class State(models.TextChoices):
        WANTED = "wanted", "to be fetched"
        RECEIVED = "received", "received"
        STORED = "stored", "stored, waiting for its vector"
        VISIBLE = "visible", "in the gallery"
        DUPLICATE = "duplicate", "already here"
        REFUSED = "refused", "refused"
        FAILED = "failed", "failed"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    name = models.CharField(max_length=500)
    """The file's name as it was given."""
    incoming = models.CharField(max_length=300)
    """Name in the private "originals" storage; empty while the file is still to be fetched."""
    url = models.TextField(blank=True)
    """Where a file of a museum is fetched from; empty for files that were handed in."""
    metadata = models.JSONField(default=dict)
    """Checked `webapp.catalog.facts.Facts` as JSON, e.g. {"title": …, "artist": …}."""
    source_key = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.RECEIVED)
    reason = models.TextField(blank=True)
    """Why it was refused or failed: a sentence for the admin."""
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    artwork = models.ForeignKey(
        Artwork, on_delete=models.SET_NULL, null=True, blank=True, related_name="items"
    )
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=["id"], name="item_waiting", condition=models.Q(state="received")),
            models.Index(fields=["id"], name="item_wanted", condition=models.Q(state="wanted")),
            models.Index(
                fields=["source_key", "-id"], name="item_key", condition=~models.Q(source_key="")
            ),
        )

    def __str__(self) -> str:
        return self.name


class Origin(models.Model):
    """What a museum last said of one of its works: the next sync is compared with it."""

    source_key = models.CharField(max_length=300, unique=True)
    """As of the artwork: "met:436535"."""
    scope = models.CharField(max_length=500, db_index=True)
    """What was asked for when it came: only the same question tells what is gone."""
    image_url = models.TextField()
    etag = models.CharField(max_length=300, blank=True)
    """Of the file fetched from `image_url`; empty while none was."""
    last_modified = models.CharField(max_length=100, blank=True)
    changed = models.DateTimeField(null=True, blank=True)
    """When the museum last changed its record, if it tells."""
    rights = models.TextField(blank=True)
    required_statement = models.TextField(blank=True)
    provider = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.source_key


class HostPace(models.Model):
    """When a host may be asked next. Written by `webapp.ingest.pacing` alone."""

    host = models.CharField(max_length=253, primary_key=True)
    free_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.host
