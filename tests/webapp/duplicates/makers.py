"""Pairs for the tests of the desk."""

from __future__ import annotations

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User
from webapp.catalog.models import Artwork
from webapp.duplicates.models import Pair


def make_pair(
    first: Artwork | None = None, second: Artwork | None = None, *, kind: str = Pair.Kind.NEAR
) -> Pair:
    """A pair that waits, of two works made now unless they are given."""
    first = first or make_artwork("Ridge")
    second = second or make_artwork("Ridge, again")
    return Pair.objects.create(
        first=min(first, second, key=lambda work: work.pk),
        second=max(first, second, key=lambda work: work.pk),
        kind=kind,
        distance=4,
        points=0,
        details=0.98,
        affine=[1, 0, 0, 0, 1, 0],
    )


def make_admin(name: str = "ada") -> User:
    """Somebody who may decide about anything."""
    return User.objects.create_superuser(username=name, password="a quiet evening ridge")
