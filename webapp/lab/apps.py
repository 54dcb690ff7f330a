"""The lab's start-up: curators get their permissions once every app has its own."""

from __future__ import annotations

from typing import Any, Final

from django.apps import AppConfig
from django.db.models import Q
from django.db.models.signals import post_migrate

from webapp.accounts.roles import CURATORS

DECIDED_BY_CURATORS: Final = ("pick", "serving", "experiment")
"""Models of the feed that say what visitors are shown."""


class LabConfig(AppConfig):
    """Connects the granting of permissions."""

    name = "webapp.lab"

    def ready(self) -> None:
        """Connect once models are loaded; this app comes last, so all permissions exist then."""
        post_migrate.connect(grant_permissions, sender=self)


def grant_permissions(using: str, **_signal: Any) -> None:
    """Let curators train, compare and promote, and decide what is shown. Safe to repeat."""
    from django.contrib.auth.models import Group, Permission  # models exist only from here on

    decided = Q(content_type__app_label="feed", content_type__model__in=DECIDED_BY_CURATORS)
    permissions = Permission.objects.using(using).filter(Q(content_type__app_label="lab") | decided)
    curators, _created = Group.objects.using(using).get_or_create(name=CURATORS)
    curators.permissions.add(*permissions)
