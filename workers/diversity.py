"""What diversity costs: lists at several λ, against each visitor's last like held back.

The ranking is the one that serves, so it may have learned from these very likes; what differs
between two λ is measured fairly all the same, by the same visitors and candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from artrec.errors import ArtrecError
from artrec.evaluation.beyond import intra_list_diversity
from artrec.serving.rerank import mmr
from webapp.feed import candidates
from webapp.feed.looks import read_looks
from webapp.feed.models import Visitor
from webapp.feed.profile import CAP, of_works
from webapp.feed.ranking import SPARE
from webapp.feed.served import Served
from webapp.lab.queries import choices
from webapp.vectors.filters import Filters

LAMBDAS: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7)
PLACES: Final = 24
"""Length of a list: what somebody sees before they scroll far."""
VISITORS: Final = 400
AT_LEAST: Final = 4
"""Works somebody chose, the last of which is held back."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Points as `webapp.lab.models.Tradeoff` keeps them."""

    points: list[dict[str, float]]
    visitors: int


def measure(
    served: Served, *, visitors: int = VISITORS, alive: Callable[[], None] = lambda: None
) -> Measured | None:
    """Measure the ranking that serves; None where too little was chosen to hold something back.

    `alive` is called after each visitor.
    """
    hits: list[list[bool]] = []
    differences: list[list[float]] = []
    for chosen in _histories(visitors):
        lists = _lists(served, chosen[:-1])
        alive()
        if lists:
            hits.append([chosen[-1] in ids for ids, _ in lists])
            differences.append([difference for _, difference in lists])
    if not hits:
        return None
    rates, apart = np.mean(hits, axis=0), np.mean(differences, axis=0)
    margins = _margins(np.sum(hits, axis=0), len(hits))
    return Measured(
        [
            {
                "diversity": each,
                "hit_rate": round(float(rates[row]), 4),
                "margin": round(float(margins[row]), 4),
                "difference": round(float(apart[row]), 4),
            }
            for row, each in enumerate(LAMBDAS)
        ],
        len(hits),
    )


def _margins(hits: NDArray[np.int64], lists: int) -> NDArray[np.float64]:
    """(L,) half the 95 % interval of each rate: two hits and two misses are added (Agresti & Coull,
    The American Statistician 1998), or a rate of 0 would seem known exactly."""
    rates = (hits + 2) / (lists + 4)
    margins: NDArray[np.float64] = 1.96 * np.sqrt(rates * (1 - rates) / (lists + 4))
    return margins


def _histories(limit: int) -> Iterator[list[int]]:
    """What visitors chose, oldest first; each work once."""
    standing = choices()
    busy = (
        standing.values("visitor")
        .annotate(works=Count("artwork", distinct=True))
        .filter(works__gte=AT_LEAST)
        .order_by("visitor")
        .values_list("visitor", flat=True)
    )
    everybody = list(busy)
    rng = np.random.default_rng(0)
    drawn = rng.choice(len(everybody), min(limit, len(everybody)), replace=False)
    for visitor in Visitor.objects.filter(pk__in=[everybody[row] for row in drawn]):
        events: Any = standing.filter(visitor=visitor).order_by("time", "pk")
        yield list(dict.fromkeys(events.values_list("artwork_id", flat=True)))


def _lists(served: Served, known: list[int]) -> list[tuple[set[int], float]]:
    """The list of each λ and how far apart its works are; nothing where nothing can be ranked."""
    profile = of_works(known[-CAP:])
    try:
        found = candidates.find(
            profile,
            served.space,
            served.bundle,
            limit=PLACES * SPARE,
            filters=Filters(),
            exclude=known,
        )
    except ArtrecError:
        return []
    if len(found.ids) < 2:
        return []
    ids = found.ids.tolist()
    looks = read_looks(served.look, ids).rows(ids)
    lists = []
    for each in LAMBDAS:
        picked = mmr(found.scores, looks, diversity=each, limit=PLACES)
        difference = intra_list_diversity(np.asarray(picked)[None], looks)[0]
        lists.append(({ids[row] for row in picked}, float(difference)))
    return lists
