"""Works to choose from: found by words, else of each artist in turn."""

from __future__ import annotations

from typing import Final

from django.db import connection

from webapp.catalog.conditions import Condition, all_of, of_text
from webapp.catalog.models import Artwork
from webapp.catalog.queries import cards

FOUND: Final = 24


def found(words: str) -> list[Artwork]:
    """Some works in which all the words occur; without words, some that were chosen by nothing.

    Two queries.
    """
    ids = _ids(all_of([of_text(words)]))
    works = cards().in_bulk(ids)
    return [works[pk] for pk in ids if pk in works]


def _ids(condition: Condition) -> list[int]:
    """In an order that mixes the catalogue and is the same each time."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.artwork_id FROM catalog_searchentry s WHERE {condition.sql}"  # noqa: S608
            " ORDER BY md5(s.artwork_id::text) LIMIT %s",
            [*condition.arguments, FOUND],
        )
        return [pk for (pk,) in cursor.fetchall()]
