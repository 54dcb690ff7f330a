"""What models recommend to many visitors, and how far two of them agree.

Asked are the same visitors each time, as long as they are there. Lists are a model's best works
that can be recommended and that the visitor does not know yet, before re-ranking.

Letters used in shapes: N works that can be recommended, V visitors, W works of the comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from artrec.errors import ArtrecError, DataError
from artrec.evaluation.beyond import coverage, exposure, gini
from webapp.catalog.queries import visible
from webapp.feed import candidates
from webapp.feed.models import Visitor
from webapp.feed.profile import Profile, profile_of
from webapp.feed.served import Served
from webapp.feed.showable import RECOMMENDABLE
from webapp.insight import scoring
from webapp.lab.queries import choices
from webapp.vectors import queries as vectors

VISITORS: Final = 400
"""Most visitors who are asked."""
PLACES: Final = 20
"""Length of a list."""
PARTS: Final = 10
"""Parts of the catalogue by popularity, each with as many works."""
COMPARED: Final = 2_000
"""Works that are ranked whole by both models; all of them in a smaller gallery."""
FURTHEST: Final = 16
"""Works kept about which two models differ most, of each sign."""
APART: Final = 4
"""Visitors kept whose two lists share least."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.float32]
Progress = Callable[[float], None]


def survey(served: Served, *, progress: Progress) -> dict[str, Any]:
    """What one model recommends, as `webapp.insight.exposure` reads it.

    Raises:
        DataError: If nothing can be recommended to anybody; a sentence for the curator.
    """
    works = _works()
    profiles = _profiles()
    lists = np.full((len(profiles), PLACES), -1, dtype=np.int64)
    place = {pk: row for row, pk in enumerate(works)}
    for row, profile in enumerate(profiles):
        found = [place[pk] for pk in _list(served, profile) if pk in place]
        lists[row, : len(found)] = found
        progress((row + 1) / len(profiles))
    counts = exposure(lists, len(works))
    if not counts.any():
        raise DataError("This model can rank for none of the visitors.")
    popularity = _popularity(works)
    return {
        "visitors": int((lists[:, 0] >= 0).sum()),
        "places": PLACES,
        "works": len(works),
        "counts": {str(works[row]): int(counts[row]) for row in np.flatnonzero(counts)},
        "coverage": coverage(lists, len(works)),
        "gini": gini(lists, len(works)),
        "parts": _parts(counts, popularity),
        "popularity": {
            "recommended": float(np.average(popularity, weights=counts)),
            "catalogue": float(popularity.mean()),
        },
    }


def agreement(a: Served, b: Served, *, progress: Progress) -> dict[str, Any]:
    """How far two models recommend the same, as `webapp.insight.agreement` reads it; under "apart"
    what `webapp.insight.models.Apart` keeps of single visitors.

    Raises:
        DataError: If there is nobody for whom both can rank; a sentence for the curator.
    """
    works = np.array(_works())
    rng = np.random.default_rng(0)
    drawn = rng.choice(works, min(COMPARED, len(works)), replace=False)
    read = [vectors.vectors_of(served.space, drawn.tolist()) for served in (a, b)]
    compared = np.intersect1d(read[0][0], read[1][0])
    rows = [found[np.searchsorted(ids, compared)] for ids, found in read]
    sums = np.zeros((2, len(compared)))
    asked: list[dict[str, Any]] = []
    profiles = _profiles()
    for number, profile in enumerate(profiles):
        progress((number + 1) / len(profiles))
        ranks = _ranks(profile, (a, b), rows)
        lists = [_list(served, profile) for served in (a, b)]
        if ranks is None or not all(lists):
            continue
        sums += ranks
        asked.append(
            {
                "visitor": profile.visitor_id,
                "shared": len(set(lists[0]).intersection(lists[1])),
                "rank": _correlation(ranks),
                "lists": lists,
            }
        )
    if not asked:
        raise DataError("There is no visitor for whom both models can rank.")
    means = sums / len(asked)
    order = np.argsort(means[1] - means[0], kind="stable")
    return {
        "visitors": len(asked),
        "places": PLACES,
        "shared": [each["shared"] for each in asked],
        "ranks": [each["rank"] for each in asked if each["rank"] is not None],
        "works": len(compared),
        "first": _told(order[:FURTHEST], compared, means, first=True),
        "second": _told(order[::-1][:FURTHEST], compared, means, first=False),
        "apart": sorted(asked, key=lambda each: int(each["shared"]))[:APART],
    }


def _ranks(profile: Profile, pair: Sequence[Served], rows: Sequence[Rows]) -> Rows | None:
    """(2, W) share of the works that each model ranks each work above."""
    asked = [scoring.queries(profile, served) for served in pair]
    scores = [
        scoring.score(served, each, queries)
        for served, each, queries in zip(pair, rows, asked, strict=True)
        if queries is not None
    ]
    return np.stack([scoring.percentiles(each) for each in scores]) if len(scores) == 2 else None


def _told(
    rows: NDArray[np.intp], works: Ints, means: Floats, *, first: bool
) -> list[dict[str, Any]]:
    """Those that the first model, or the second, ranks higher, with the mean share of all works
    that each ranks them above."""
    return [
        {
            "work": int(works[row]),
            "a": round(float(means[0, row]), 3),
            "b": round(float(means[1, row]), 3),
        }
        for row in rows
        if means[0, row] != means[1, row] and (means[0, row] > means[1, row]) == first
    ]


def _correlation(ranks: Rows) -> float | None:
    """Spearman's; None where one of the two ranks all works alike."""
    if ranks.shape[1] < 3 or (np.ptp(ranks, axis=1) == 0).any():
        return None
    a, b = ranks - ranks.mean(axis=1, keepdims=True)
    return round(float(a @ b / np.sqrt((a @ a) * (b @ b))), 4)


def _works() -> list[int]:
    """What can be recommended, by id."""
    can_be = visible().filter(availability__in=RECOMMENDABLE.availability)
    found = list(can_be.order_by("pk").values_list("pk", flat=True))
    if not found:
        raise DataError("No work can be recommended; import some first.")
    return found


def _profiles() -> list[Profile]:
    """Of visitors who chose something, the same ones each time."""
    everybody = list(choices().order_by("visitor").values_list("visitor", flat=True).distinct())
    rng = np.random.default_rng(0)
    drawn = rng.choice(len(everybody), min(VISITORS, len(everybody)), replace=False)
    some = Visitor.objects.filter(pk__in=[everybody[row] for row in drawn]).order_by("pk")
    found = [profile_of(visitor) for visitor in some]
    known = [profile for profile in found if profile.works]
    if not known:
        raise DataError("Nobody chose a work yet, so there is nobody to recommend to.")
    return known


def _list(served: Served, profile: Profile) -> list[int]:
    try:
        found = candidates.find(
            profile,
            served.space,
            served.bundle,
            limit=PLACES,
            filters=RECOMMENDABLE,
            exclude=profile.known,
        )
    except ArtrecError:
        return []
    ids: list[int] = found.ids.tolist()
    return ids


def _popularity(works: Sequence[int]) -> Floats:
    """(N,) by how many visitors each work was chosen."""
    chosen = choices().values("artwork").annotate(people=Count("visitor", distinct=True))
    known = dict(chosen.order_by().values_list("artwork", "people"))
    return np.array([known.get(pk, 0) for pk in works], dtype=np.float64)


def _parts(counts: Ints, popularity: Floats) -> list[dict[str, float]]:
    """Shares of places and of choices that go to each tenth of the works, the least chosen first.

    Works chosen equally often stand in an order drawn once, or those of the lowest number would
    all fall into one part.
    """
    rng = np.random.default_rng(0)
    order = np.lexsort((rng.random(len(counts)), popularity))
    return [
        {
            "shown": round(float(counts[rows].sum() / max(counts.sum(), 1)), 4),
            "chosen": round(float(popularity[rows].sum() / max(popularity.sum(), 1)), 4),
            "most": int(popularity[rows].max(initial=0)),
        }
        for rows in np.array_split(order, PARTS)
    ]
