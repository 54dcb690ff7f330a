"""Which works an export is of."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from django.http import QueryDict

from webapp.catalog.models import Artwork
from webapp.feed.browsing import piece, seek
from webapp.feed.wish import Wish
from webapp.ingest.models import Batch
from webapp.mine.models import Collection
from webapp.selections import queries as selections
from webapp.selections.models import Selection

ALL: Final = "all"
KINDS: Final = {
    ALL: "The whole gallery",
    "search": "A search",
    "collection": "A collection",
    "selection": "A selection",
    "batch": "A batch",
    "ids": "Single works",
}


class SelectionError(Exception):
    """What was asked for cannot be found: a sentence."""


def works_of(kind: str, value: str) -> tuple[list[int], str]:
    """Return the numbers of the works of a selection, and what they are, for people.

    Args:
        kind: One of `KINDS`.
        value: Address of a search, address or token of a collection, address or number of a
            selection, number of a batch, or numbers of works.

    Raises:
        SelectionError: If there is no such thing, or nothing in it.
    """
    value = value.strip()
    readers = {
        "search": _search,
        "collection": _collection,
        "selection": _selection,
        "batch": _batch,
        "ids": _ids,
    }
    if kind == ALL:
        ids, told = list(Artwork.objects.values_list("pk", flat=True)), KINDS[ALL]
    else:
        ids, told = readers[kind](value)
    if not ids:
        raise SelectionError(f"There is no work to export in {told[:1].lower()}{told[1:]}.")
    return sorted(ids), told


def _search(value: str) -> tuple[list[int], str]:
    query = urlsplit(value).query if "?" in value or "/" in value else value
    sought = seek(Wish.from_query(QueryDict(query)))
    found: list[int] = []
    after = ""
    while True:
        part = piece(sought, after=after)
        found += [work.pk for work in part.works]
        after = part.after
        if not after:
            return found, f"The search {query}" if query else "All visible works"


def _collection(value: str) -> tuple[list[int], str]:
    token = re.sub(r"^.*/collections/", "", value).strip("/").split("/")[0]
    found = Collection.objects.filter(token=token, deleted=None).first()
    if found is None:
        raise SelectionError(f"There is no collection {value}; give its address.")
    items = found.items.order_by("position", "id")
    return list(items.values_list("artwork_id", flat=True)), f"The collection {found.title}"


def _selection(value: str) -> tuple[list[int], str]:
    number = re.sub(r"^.*/selections/", "", value).strip("/").split("/")[0]
    rows = Selection.objects.filter(deleted=None)
    found = rows.filter(pk=number).first() if _is_number(number) else None
    if found is None:
        raise SelectionError(f"There is no selection {value}; its number is in its address.")
    return selections.works_of(found), f"The selection {found.title}"


def _batch(value: str) -> tuple[list[int], str]:
    found = Batch.objects.filter(pk=value).first() if _is_number(value) else None
    if found is None:
        raise SelectionError(f"There is no batch {value}; its number is in its address.")
    works = Artwork.objects.filter(items__batch=found).distinct()
    return list(works.values_list("pk", flat=True)), f"The batch {found.source}"


def _ids(value: str) -> tuple[list[int], str]:
    words = [word for word in re.split(r"[\s,;]+", value) if word]
    if wrong := next((word for word in words if not _is_number(word)), None):
        raise SelectionError(f"{wrong} is no number of a work; give them as 12, 13, 20.")
    wanted = {int(word) for word in words}
    found = set(Artwork.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := wanted - found:
        raise SelectionError(f"There is no work {min(missing)}.")
    return list(found), "1 work" if len(found) == 1 else f"{len(found)} works"


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) < 19
