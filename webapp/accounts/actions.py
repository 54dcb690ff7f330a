"""Write side of accounts."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import transaction

from webapp.accounts.models import User
from webapp.accounts.roles import GROUPS


def sign_up(*, username: str, password: str) -> User:
    """Make an account without any role."""
    return User.objects.create_user(username, password=password)


@transaction.atomic
def give(user: User, role: str) -> None:
    """Let somebody have one role of `roles.GROUPS`, or none ("visitor"), in place of those before.

    Groups of an installation's own stay. A superuser keeps their staff status.
    """
    wanted = Group.objects.filter(name=GROUPS[role]) if role in GROUPS else Group.objects.none()
    user.groups.remove(*user.groups.filter(name__in=GROUPS.values()).exclude(pk__in=wanted))
    user.groups.add(*wanted)
    user.is_staff = user.is_superuser or role in GROUPS
    user.save(update_fields=["is_staff"])
