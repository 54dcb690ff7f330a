"""Ingest's start-up: roles get their permissions once every app has its own."""

from __future__ import annotations

from typing import Any, Final

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from webapp.accounts.roles import ADMINS, CURATORS

APPS: Final = ("catalog", "ingest")
"""What the roles are about."""


class IngestConfig(AppConfig):
    """Connects the granting of permissions."""

    name = "webapp.ingest"

    def ready(self) -> None:
        """Connect once models are loaded; the apps it is about come before, so theirs exist."""
        post_migrate.connect(grant_permissions, sender=self)


def grant_permissions(using: str, **_signal: Any) -> None:
    """Let admins do everything with the catalogue and curators read it. Safe to repeat."""
    from django.contrib.auth.models import Group, Permission  # models exist only from here on

    permissions = Permission.objects.using(using).filter(content_type__app_label__in=APPS)
    groups = Group.objects.using(using)
    groups.get_or_create(name=ADMINS)[0].permissions.add(*permissions)
    readable = permissions.filter(codename__startswith="view_")
    groups.get_or_create(name=CURATORS)[0].permissions.add(*readable)
