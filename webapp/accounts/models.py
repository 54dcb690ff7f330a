"""People who sign in, and the roles they can have."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person with an account. Roles are groups: see `webapp.accounts.roles`."""
