"""What visitors keep, at start-up: curators may exhibit, and the feed learns what visitors want."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from webapp.accounts.roles import CURATORS


class MineConfig(AppConfig):
    """Connects the granting of permissions and what the feed asks."""

    name = "webapp.mine"

    def ready(self) -> None:
        """Connect once models are loaded."""
        from webapp.mine import signals  # models exist only from here on

        post_migrate.connect(grant_permissions, sender=self)
        signals.connect()


def grant_permissions(using: str, **_signal: Any) -> None:
    """Let curators publish exhibitions. Safe to repeat."""
    from django.contrib.auth.models import Group, Permission  # models exist only from here on

    exhibit = Permission.objects.using(using).filter(
        content_type__app_label="mine", codename__in=("exhibit", "view_collection")
    )
    curators, _created = Group.objects.using(using).get_or_create(name=CURATORS)
    curators.permissions.add(*exhibit)
