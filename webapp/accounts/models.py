"""People who sign in, and the roles they can have."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person with an account. Roles are groups: see `webapp.accounts.roles`."""


class Guesses(models.Model):
    """How often somebody tried to sign in within a while. Tells of no person: keys are digests."""

    key = models.CharField(max_length=64, unique=True)
    """Of an account, an address, or both."""
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)
    """When the while began."""

    def __str__(self) -> str:
        return f"{self.count} guesses"
