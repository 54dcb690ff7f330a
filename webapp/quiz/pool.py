"""The works a quiz asks about, kept in the process: where they stand, who made them, how loved.

They are what many liked lately, what curators picked, and others drawn from the whole collection;
in the space that ranks For you, so that a quiz learns what the ranking can use.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

import numpy as np
from django.db import connection
from django.db.models import Count, F, Func, Value
from numpy.typing import NDArray

from artrec.errors import ShapeError
from artrec.online.quiz_points import Axes, axes_of, loved
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed import newcomers
from webapp.feed.models import Event
from webapp.feed.served import serving
from webapp.feed.showable import showable
from webapp.vectors import queries as vectors
from webapp.vectors.models import Space

log = logging.getLogger(__name__)

MOST: Final = 400
"""Works in a pool. More of them are less loved: what is chosen then says less to a model that knows
works by who chose them (docs/quiz.md)."""
SECONDS: Final = 600.0
"""How long a process keeps one; works that are gone meanwhile are left out of questions."""
SMALL_SECONDS: Final = 60.0
"""The same while the collection has fewer works than a pool may have: then it is growing."""
KEPT: Final = 3
"""Pools a process keeps: that of what serves, and of the sides of an experiment."""
WIDEST: Final = 2.2
"""Pictures wider or taller than this would be much smaller than the others beside them."""
FANS: Final = (Event.Kind.LIKE, Event.Kind.SAVE, Event.Kind.PURCHASE)

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """N works in D dimensions."""

    ids: Ints
    """(N,) ascending."""
    axes: Axes
    """That make points of vectors."""
    points: Doubles
    """(N, D)"""
    before: Doubles
    """(N,) what is known of each before any choice."""
    hands: Ints
    """(N,) artist."""
    rows: dict[int, int]
    """Row of each id."""


@dataclass(frozen=True, slots=True)
class _Kept:
    head_number: int
    pool: Pool | None
    until: float


_kept: OrderedDict[tuple[str, int], _Kept] = OrderedDict()
"""By database and space, the last one asked for at the end."""
_lock = Lock()


def current() -> Pool | None:
    """Return the pool of what serves now; None while too little can be shown for a quiz.

    One query; five more when a process makes it anew.
    """
    served = serving()
    return None if served is None else of(served.space)


def of(space: Space) -> Pool | None:
    """Return the pool of a space; None where too little of it can be shown for a quiz.

    No query; five when a process makes it anew.
    """
    key = (str(connection.settings_dict["NAME"]), space.pk)
    with _lock:
        kept = _kept.get(key)
        if kept is None or kept.head_number != space.head_number or kept.until < monotonic():
            pool = _made(space)
            full = pool is not None and len(pool.ids) > MOST // 2
            until = monotonic() + (SECONDS if full else SMALL_SECONDS)
            kept = _kept[key] = _Kept(space.head_number, pool, until)
        _kept.move_to_end(key)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
        return kept.pool


def forget() -> None:
    """Drop what this process keeps."""
    with _lock:
        _kept.clear()


def _made(space: Space) -> Pool | None:
    hands = showable(_some(space))
    fitting = ArtworkImage.objects.filter(
        artwork__in=list(hands), width__lte=WIDEST * F("height"), height__lte=WIDEST * F("width")
    )
    ids, rows = vectors.vectors_of(space, list(fitting.values_list("artwork_id", flat=True)))
    rows = rows[:, : space.scored]
    told = np.abs(rows).max(axis=1, initial=0.0) > 0  # zeros: nothing is known of it
    ids, rows = ids[told], rows[told]
    if len(ids) < 2:
        return None
    counted = (
        Event.objects.filter(artwork__in=ids.tolist(), kind__in=FANS, undone=None)
        .values("artwork_id")
        .annotate(fans=Count("visitor", distinct=True))
    )
    fans = dict(counted.values_list("artwork_id", "fans"))
    try:
        axes = axes_of(rows)
    except ShapeError as error:
        log.warning("no quiz can be made of %s: %s", space, error)
        return None
    return Pool(
        ids=ids,
        axes=axes,
        points=axes.points(rows),
        before=loved(np.array([fans.get(pk, 0) for pk in ids.tolist()])),
        hands=np.array([hands[pk].hand for pk in ids.tolist()], dtype=np.int64),
        rows={pk: row for row, pk in enumerate(ids.tolist())},
    )


def _some(space: Space) -> list[int]:
    """Ids that may be of works to show: the loved ones first, and nothing twice."""
    loved_first = [*newcomers.picks(), *newcomers.popular()]
    # Shuffled by a hash, the same way each time; ids have gaps too wide to be drawn from.
    shuffled = Func(F("id") * Value(space.pk), function="hashint8")
    visible = Artwork.objects.filter(state=Artwork.State.VISIBLE)
    others = visible.order_by(shuffled, "id").values_list("pk", flat=True)[:MOST]
    return list(dict.fromkeys((*loved_first, *others)))[:MOST]
