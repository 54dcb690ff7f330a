"""Works of a map by words, and what a card says of single ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db import connection

from webapp.catalog import search
from webapp.catalog.conditions import all_of, of_text
from webapp.catalog.files import variant_name
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.catalog.queries import artworks
from webapp.catalog.templatetags.gallery import price
from webapp.studio.models import Map

MOST_FOUND: Final = 5_000
PICTURE_WIDTH: Final = 320
"""Pixels that the picture of a card has at least, where there are so many."""


def by_words(found: Map, text: str) -> list[int]:
    """Return the ids of the works of a map in which all words of `text` occur, by number,
    `MOST_FOUND` at most. One query, none without words."""
    rows = _matching(found, text, "p.artwork_id", f"ORDER BY p.number LIMIT {MOST_FOUND}")
    return [pk for (pk,) in rows]


def counts_by_leaf(found: Map, text: str) -> dict[int, int]:
    """Return how many such works, however many, each of the finest neighbourhoods has, by their
    ids."""
    rows = _matching(found, text, "p.cluster_id, count(*)", "GROUP BY p.cluster_id")
    return dict(rows)


def _matching(found: Map, text: str, columns: str, end: str) -> list[Any]:
    if not search.words_of(text):
        return []
    matching = all_of([of_text(text)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM studio_place p"  # noqa: S608  # fixed pieces
            " JOIN catalog_searchentry s ON s.artwork_id = p.artwork_id"
            f" WHERE p.map_id = %s AND {matching.sql} {end}",
            [found.pk, *matching.arguments],
        )
        return list(cursor.fetchall())


def cards(ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return title, artist, address, picture and whether it is to be had, of visible works, in the
    order of `ids`. One query."""
    works = {work.pk: work for work in artworks().filter(pk__in=ids)}
    return [
        {
            "id": work.pk,
            "title": work.title,
            "artist": work.artist.name,
            "year": work.year,
            "availability": _availability(work),
            "url": work.get_absolute_url(),
            "picture": picture_of(work.image),
            "width": work.image.width,
            "height": work.image.height,
        }
        for work in (works[pk] for pk in ids if pk in works)
    ]


def _availability(work: Artwork) -> str:
    """Return whether a work is to be had, and for how much: "Available, €1,200"."""
    said = str(work.get_availability_display()).capitalize()
    return ", ".join(part for part in (said, price(work)) if part)


def picture_of(image: ArtworkImage) -> str:
    """Return the address of a small copy of a picture."""
    width = next((each for each in image.widths if each >= PICTURE_WIDTH), image.widths[-1])
    kind = "webp" if "webp" in image.formats else image.formats[-1]
    return default_storage.url(variant_name(image.key, width, kind))
