"""People with roles, signed in."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.test import Client

from webapp.accounts.models import User


def person(name: str, *groups: str) -> User:
    user = User.objects.create_user(name, is_staff=bool(groups))
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
