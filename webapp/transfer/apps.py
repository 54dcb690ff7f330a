"""Transfer's start-up: admins may export once the permission exists."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from webapp.accounts.roles import ADMINS


class TransferConfig(AppConfig):
    """Connects the granting of permissions."""

    name = "webapp.transfer"

    def ready(self) -> None:
        """Connect once models are loaded."""
        post_migrate.connect(grant_permissions, sender=self)


def grant_permissions(using: str, **_signal: Any) -> None:
    """Let admins make exports. Safe to repeat."""
    from django.contrib.auth.models import Group, Permission  # models exist only from here on

    permissions = Permission.objects.using(using).filter(content_type__app_label="transfer")
    admins, _created = Group.objects.using(using).get_or_create(name=ADMINS)
    admins.permissions.add(*permissions)
