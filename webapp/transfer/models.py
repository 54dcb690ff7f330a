"""Exports that admins ask for on the site."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Export(models.Model):
    """One export: what was asked for, how far it is, and where its file is."""

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        RUNNING = "running", "being made"
        DONE = "done", "ready"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    OPEN = (State.QUEUED, State.RUNNING)

    kind = models.CharField(max_length=10)
    """Kind of the selection: see `webapp.transfer.selection`."""
    value = models.TextField(blank=True)
    """What is selected."""
    pictures = models.CharField(max_length=10)
    """"originals", "none", or so many pixels of width."""
    base = models.URLField()
    """Where its documents will be served from."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    selection = models.TextField(blank=True)
    """What is selected, in words."""
    works = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    """Works that are in it so far."""
    missing = models.JSONField(default=list)
    """Pictures that could not be found: sentences."""
    size = models.PositiveBigIntegerField(default=0)
    """Bytes of the file; 0 while there is none."""
    reason = models.TextField(blank=True)
    """Why it failed: a sentence for the admin."""
    cancel_requested = models.BooleanField(default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=["id"],
                name="export_open",
                condition=models.Q(state__in=["queued", "running"]),
            ),
        )

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
