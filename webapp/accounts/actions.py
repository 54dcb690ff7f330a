"""Write side of accounts."""

from __future__ import annotations

from webapp.accounts.models import User


def sign_up(*, username: str, password: str) -> User:
    """Make an account without any role."""
    return User.objects.create_user(username, password=password)
