"""Keys to the API, and how much of their allowance callers have left."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Token(models.Model):
    """A key that a person made for a program of theirs. Only its digest is kept."""

    class Scope(models.TextChoices):
        READ = "read", "read"
        WRITE = "write", "read and write"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the secret, which has 256 random bits: nothing slower is needed."""
    prefix = models.CharField(max_length=12)
    """How the secret begins, for people to tell theirs apart."""
    scope = models.CharField(max_length=5, choices=Scope.choices, default=Scope.READ)
    created = models.DateTimeField()
    expires = models.DateTimeField(null=True, blank=True)
    used = models.DateTimeField(null=True, blank=True)
    """When it was last used, to the minute."""

    class Meta:
        ordering = ("-created", "-id")

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.user}"

    @property
    def has_ended(self) -> bool:
        """Whether it opens nothing any more."""
        return self.expires is not None and self.expires <= timezone.now()


class Bucket(models.Model):
    """What a caller may still ask for. An unlogged table: after a crash everybody starts afresh.

    Tells of no person: keys are digests.
    """

    key = models.CharField(max_length=64, primary_key=True)
    remaining = models.FloatField()
    at = models.DateTimeField()
    """When `remaining` was true; it grows with the time since."""
    refused = models.BooleanField()
    """Whether the last request was."""

    def __str__(self) -> str:
        return f"{self.remaining:.0f} left"
