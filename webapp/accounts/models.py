"""People who sign in, and the roles they can have."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.dispatch import Signal

password_changed: Final = Signal()
"""Sent with `user`, within the transaction that stores their new password, whoever set it."""


class User(AbstractUser):
    """A person with an account. Roles are groups: see `webapp.accounts.roles`."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        # None also where Django only hashes the same password anew.
        if self._password is None:  # type: ignore[attr-defined]
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            super().save(*args, **kwargs)
            password_changed.send(sender=User, user=self)


class Guesses(models.Model):
    """How often somebody tried to sign in within a while. Tells of no person: keys are digests."""

    key = models.CharField(max_length=64, unique=True)
    """Of an account, an address, or both."""
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)
    """When the while began."""

    def __str__(self) -> str:
        return f"{self.count} guesses"
