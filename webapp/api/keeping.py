"""Saving works, as the dialog of the pages does: a work is in exactly the collections named."""

from __future__ import annotations

from uuid import UUID

from webapp.api.problems import Problem
from webapp.catalog.models import Artwork
from webapp.feed.models import Visitor
from webapp.mine import actions
from webapp.mine.models import CollectionItem


def holding(visitor: Visitor, work: Artwork) -> set[int]:
    """Return the collections of a visitor that a work is in. One query."""
    items = CollectionItem.objects.filter(
        artwork=work, collection__visitor=visitor, collection__deleted=None
    )
    return set(items.values_list("collection_id", flat=True))


def keep(
    visitor: Visitor, work: Artwork, collections: set[int], *, list_id: UUID | None = None
) -> None:
    """Let a work be in exactly these collections; in none it is no longer saved.

    Raises:
        Problem: If one of them is full.
    """
    try:
        actions.keep(visitor=visitor, artwork=work, collections=collections, list_id=list_id)
    except actions.RefusedError as error:
        raise Problem("conflict", str(error)) from error


def save(visitor: Visitor, work: Artwork, list_id: UUID | None) -> None:
    """Put a work where works are saved unless another place is chosen.

    Raises:
        Problem: If that is full.
    """
    standard = actions.standard(visitor=visitor).pk
    keep(visitor, work, holding(visitor, work) | {standard}, list_id=list_id)
