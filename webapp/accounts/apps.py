"""Accounts at start-up: roles get their permissions as soon as an app has its own."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from webapp.accounts.granting import grant


class AccountsConfig(AppConfig):
    """Connects the granting of permissions, for every app."""

    name = "webapp.accounts"

    def ready(self) -> None:
        """Connect after Django's own receiver, which makes the permissions."""
        post_migrate.connect(grant, dispatch_uid="webapp.accounts.granting")
