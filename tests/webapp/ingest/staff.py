"""People of the staff, and batches with works, for tests of the pages of a batch."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.ingest.actions import start_batch
from webapp.ingest.models import Batch, Item


def member(role: str | None, name: str = "mara") -> User:
    """Make somebody of the staff."""
    user = User.objects.create_user(name, password="x", is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def signed_in(role: str | None, name: str = "mara") -> Client:
    """Return a browser in which somebody of the staff is signed in."""
    client = Client()
    client.force_login(member(role, name))
    return client


def batch_of(*titles: str, state: str = "visible", user: User | None = None) -> Batch:
    """Make a batch whose files "<title>.jpg" became works in that state."""
    held = state == "draft"
    batch = start_batch(source="test", user=user, held=held)
    for title in titles:
        work = make_artwork(title, state=state)
        Artwork.objects.filter(pk=work.pk).update(held=held)
        Item.objects.create(
            batch=batch,
            name=f"{title}.jpg",
            incoming="x",
            state=state,
            artwork=work,
            finished=timezone.now(),
        )
    return batch


def titled(title: str) -> Artwork:
    """Return the work of that title as it is now."""
    return Artwork.objects.select_related("artist").get(title=title)
