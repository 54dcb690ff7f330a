"""The museums' start-up: who may ask them."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from webapp.accounts.roles import ADMINS


class MuseumsConfig(AppConfig):
    """Connects the granting of permissions."""

    name = "webapp.museums"

    def ready(self) -> None:
        """Connect once models are loaded."""
        post_migrate.connect(grant_permissions, sender=self)


def grant_permissions(using: str, **_signal: Any) -> None:
    """Let admins ask museums and bring in what they have. Safe to repeat."""
    from django.contrib.auth.models import Group, Permission  # models exist only from here on

    permissions = Permission.objects.using(using).filter(content_type__app_label="museums")
    Group.objects.using(using).get_or_create(name=ADMINS)[0].permissions.add(*permissions)
