"""What hangs on a work, and how it goes over to another one and back.

Every relation to a work is named here, as one that moves or as one that stays; a test fails when a
new one is not.
"""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from webapp.catalog.models import Artwork
from webapp.exhibitions import actions as exhibitions
from webapp.feed.models import Event

Rows = QuerySet[Any]
Moved = dict[str, list[int]]
"""By relation, the rows that went over."""

MOVED: Final = (
    "exhibitions.Exhibition.cover",
    "exhibitions.Hanging.artwork",
    "feed.Event.artwork",
    "feed.Pick.artwork",
    "ingest.Item.artwork",
    "mine.Collection.cover",
    "mine.CollectionItem.artwork",
    "selections.Tagging.artwork",
)
LEFT: Final = frozenset({
    # Of the picture, which stays with its work unless pictures are exchanged.
    *("catalog.ArtworkImage.artwork", "catalog.SearchEntry.artwork"),
    *("vectors.Feature.artwork", "vectors.Vector.artwork", "duplicates.Fingerprint.artwork"),
    # What was asked about that very picture, for a while.
    *("vectors.PictureQuery.artwork", "feed.Correspondence.first", "feed.Correspondence.second"),
    *("selections.Walk.start", "selections.Walk.end"),
    # Where that picture stands among the others.
    "studio.Place.artwork",
    # What an extractor saw in it.
    "quality.SideFeature.artwork",
    # Which works stood side by side; what the choice says of a taste is an event, which moves.
    "quiz.Answer.chosen",
    # What a museum was found to say.
    "museums.Finding.artwork",
    # This desk's own memory.
    *("duplicates.Pair.first", "duplicates.Pair.second"),
    *("duplicates.Decision.stays", "duplicates.Decision.gone"),
})  # fmt: skip

HISTORY: Final = "exhibitions.Change"
"""By which exhibitions can be undone: no relation, but works are named in it."""
_GROUPS: Final = ((Event.Kind.LIKE, Event.Kind.HIDE), (Event.Kind.SAVE,))
"""Marks of which a visitor has one standing at most: the one on the work that stays counts."""


def move(gone: Artwork, stays: Artwork) -> Moved:
    """Give what hangs on `gone` to `stays`, but for what it has already; return what went over."""
    moved: Moved = {}
    for name in MOVED:
        rows, field = _rows(name, gone)
        moved[name] = _hand_over(name, rows, field, stays)
    moved[HISTORY] = exhibitions.rename(gone.pk, stays.pk)
    return moved


def move_back(moved: Moved, *, stays: Artwork, gone: Artwork) -> None:
    """Undo `move`; what was taken from the work that stays since then is left where it went, and
    what `gone` has again by now is left where it is."""
    for name, ids in moved.items():
        if name == HISTORY:
            exhibitions.rename(stays.pk, gone.pk, ids)
            continue
        rows, field = _rows(name, stays)
        _hand_over(name, rows.filter(pk__in=ids), field, gone)


def _hand_over(name: str, rows: Rows, field: str, to: Artwork) -> list[int]:
    """Give rows to another work, but for what it has already; return which went over."""
    ids = sorted(_without_doubles(name, rows, to).values_list("pk", flat=True))
    rows.filter(pk__in=ids).update(**{field: to})
    return ids


def _rows(name: str, artwork: Artwork) -> tuple[Rows, str]:
    app, model, field = name.split(".")
    rows = apps.get_model(app, model)._default_manager.filter(**{field: artwork})
    return rows, field


def _without_doubles(name: str, rows: Rows, to: Artwork) -> Rows:
    twins = rows.model._default_manager.filter(artwork=to) if "artwork" in name else rows
    if name == "feed.Pick.artwork":
        return rows.exclude(Exists(twins))
    if name == "exhibitions.Hanging.artwork":
        return rows.exclude(Exists(twins.filter(room__exhibition=OuterRef("room__exhibition"))))
    if name == "mine.CollectionItem.artwork":
        return rows.exclude(Exists(twins.filter(collection=OuterRef("collection"))))
    if name == "selections.Tagging.artwork":
        return rows.exclude(Exists(twins.filter(tag=OuterRef("tag"))))
    if name == "feed.Event.artwork":
        standing = twins.filter(visitor=OuterRef("visitor"), undone=None)
        for kinds in _GROUPS:
            doubled = Q(kind__in=kinds, undone=None) & Exists(standing.filter(kind__in=kinds))
            rows = rows.exclude(doubled)
    return rows
