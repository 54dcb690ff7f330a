"""The permissions of the roles, granted after every migration, app by app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


def grant(app_config: AppConfig, using: str, **_signal: Any) -> None:
    """Give each role what `roles.GRANTS` says of an app's permissions. Safe to repeat.

    Django makes an app's permissions in answer to the same signal, a step before.
    """
    from django.contrib.auth.models import Group, Permission  # models exist only from here on

    from webapp.accounts import roles

    permissions = list(
        Permission.objects.using(using)
        .filter(content_type__app_label=app_config.label)
        .select_related("content_type")
    )
    if not permissions:
        return
    for name in roles.GRANTS:
        given = [
            each
            for each in permissions
            if roles.grants(name, app_config.label, each.content_type.model, each.codename)
        ]
        if given:
            group, _made = Group.objects.using(using).get_or_create(name=name)
            group.permissions.add(*given)
