"""Where a later app takes part in the catalogue, which does not know it: former names of artists.

An artist who was renamed, or merged into another, is still meant by the old name and address.
"""

from __future__ import annotations

from collections.abc import Callable

from webapp.catalog.models import Artist

Finder = Callable[[str], Artist | None]

_by_name: list[Finder] = []
_by_slug: list[Finder] = []


def find_former(*, by_name: Finder, by_slug: Finder) -> None:
    """Let these find who is meant by a name, and by the last part of an address."""
    _by_name.append(by_name)
    _by_slug.append(by_slug)


def formerly_named(name: str) -> Artist | None:
    """Return the artist who had this name before. One query."""
    return next(filter(None, (find(name) for find in _by_name)), None)


def formerly_at(slug: str) -> Artist | None:
    """Return the artist whose page was here before. One query."""
    return next(filter(None, (find(slug) for find in _by_slug)), None)
