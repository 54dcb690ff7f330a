"""Files on their way in: sendings of many files, each upload, and archives to be unpacked."""

from __future__ import annotations

import uuid

from django.db import models

from webapp.ingest.models import Batch

NAME_LENGTH = 500


class Sending(models.Model):
    """Somebody's browser sends files for a batch; it may be closed and go on another day."""

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="sending")
    files = models.PositiveIntegerField(default=0)
    """As many as were chosen."""
    bytes = models.PositiveBigIntegerField(default=0)
    touched = models.DateTimeField(auto_now=True)
    closed = models.DateTimeField(null=True, blank=True)
    """When everything had been sent, or somebody left it at that."""

    def __str__(self) -> str:
        return f"{self.files} files for {self.batch_id}"


class Upload(models.Model):
    """One file of a sending. How much of it is here, its own length tells."""

    class State(models.TextChoices):
        OPEN = "open", "arriving"
        DONE = "done", "handed over"
        REFUSED = "refused", "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sending = models.ForeignKey(Sending, on_delete=models.CASCADE, related_name="uploads")
    fingerprint = models.CharField(max_length=64)
    """Of path, size and time of change: the same file chosen again goes on."""
    name = models.CharField(max_length=NAME_LENGTH)
    """For people; may be a path."""
    size = models.PositiveBigIntegerField()
    stored = models.CharField(max_length=300)
    """Name in the private "originals" storage, from the first byte on."""
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    expires = models.DateTimeField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["sending", "fingerprint"], name="upload_once"),
        )
        indexes = (
            models.Index(fields=["expires"], name="upload_open", condition=models.Q(state="open")),
        )

    def __str__(self) -> str:
        return self.name


class Parcel(models.Model):
    """An archive that a worker unpacks into its batch, some entries at a time."""

    class State(models.TextChoices):
        WAITING = "waiting", "being unpacked"
        DONE = "done", "unpacked"
        REFUSED = "refused", "refused"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="parcels")
    name = models.CharField(max_length=NAME_LENGTH)
    stored = models.CharField(max_length=300)
    """Name in the private "originals" storage; deleted once unpacked."""
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    entries = models.PositiveIntegerField(null=True, blank=True)
    """Files in it; unknown until a worker has looked."""
    position = models.PositiveIntegerField(default=0)
    """Entries dealt with: the next one has this number."""
    taken = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    litter = models.PositiveIntegerField(default=0)
    """Files that systems leave behind, passed over."""
    unpacked = models.PositiveBigIntegerField(default=0)
    """Bytes written so far."""
    pending = models.JSONField(default=list)
    """Names under which the next entries are being stored; nobody else's until they are items."""
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (
            models.Index(fields=["id"], name="parcel_waiting", condition=models.Q(state="waiting")),
        )

    def __str__(self) -> str:
        return self.name
