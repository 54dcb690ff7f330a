"""Works chosen by a search, by neighbourhoods of a map, or by their numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection
from django.http import QueryDict

from webapp.catalog import conditions
from webapp.feed import searching
from webapp.feed.browsing import seek
from webapp.feed.wish import Wish
from webapp.selections.actions import MOST_WORKS, RefusedError
from webapp.studio import queries as studio
from webapp.studio.models import Neighbourhood

RANKED: Final = 1_000
"""Works of a search that come in its own order; those beyond follow by date."""
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


def of_search(address: str) -> list[int]:
    """Return the works that a search finds, in its order.

    Args:
        address: Of the page of the search, or what stands behind its question mark. What works
            are to be like leaves none out, so of such a search the `RANKED` most alike are meant.

    Raises:
        RefusedError: If it finds nothing.
    """
    address = address.strip()
    query = address
    if "?" in address or "/" in address:
        query = address.partition("?")[2].partition("#")[0]
    wish = Wish.from_query(QueryDict(query))
    if not wish.is_filtered:
        raise RefusedError(
            "That is no search: give the address of a page of results, such as /browse/?q=evening."
        )
    found = searching.results(wish, limit=RANKED)
    if not found.total:
        raise RefusedError("That search finds no work.")
    ranked = [work.pk for work in found.piece.works]
    if wish.like or found.total <= len(ranked):
        return ranked
    rest = seek(wish, words=found.shown_for.split() or None).condition
    return list(dict.fromkeys([*ranked, *_by_date(rest)]))


def of_neighbourhoods(numbers: Sequence[str]) -> tuple[list[int], dict[str, Any]]:
    """Return the works of some neighbourhoods of a map, and where they come from.

    Raises:
        RefusedError: If there is no such neighbourhood.
    """
    wanted = [int(number) for number in numbers if _NUMBER.fullmatch(number)]
    found = list(Neighbourhood.objects.filter(pk__in=wanted).select_related("map"))
    if not found:
        raise RefusedError("That neighbourhood is not on the map any more.")
    name = ", ".join(node.name for node in found)[:200]
    return studio.works_in(*found), {"map": found[0].map_id, "name": name}


def of_text(text: str) -> list[int]:
    """Read numbers of works, as "12, 13 20".

    Raises:
        RefusedError: If something else is among them.
    """
    words = re.split(r"[\s,;]+", text.strip())
    wrong = next((word for word in words if word and not _NUMBER.fullmatch(word)), None)
    if wrong is not None:
        raise RefusedError(f"{wrong[:40]} is no number of a work; give them as 12, 13, 20.")
    return [int(word) for word in words if word]


def _by_date(condition: conditions.Condition) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.artwork_id FROM catalog_searchentry s"  # noqa: S608
            " JOIN catalog_artwork work ON work.id = s.artwork_id"
            f" WHERE {condition.sql} ORDER BY work.added DESC, work.id DESC LIMIT %s",
            [*condition.arguments, MOST_WORKS],
        )
        return [pk for (pk,) in cursor.fetchall()]
