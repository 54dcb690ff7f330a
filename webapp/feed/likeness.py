"""Works in the order of their likeness to something: the one door through which browsing asks.

What is compared with is a `Reference`: a work under one of the lenses (`webapp.feed.lenses`), or
anything else that can put works in order, such as a vector of a picture (`by_vector`). Browsing
hands it the condition of a search, so that all words and filters combine with likeness, and it
answers with the best of what fulfils the condition: min(limit, matches) works, however few match.

To add a kind: write a function from the two values of the address, `like` and `lens`, to a
`Reference`, None where they name nothing of its kind, and add it to `webapp.feed.references`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.core.cache import cache
from django.db import connection
from numpy.typing import NDArray

from webapp.catalog.conditions import Condition
from webapp.catalog.models import Artwork
from webapp.vectors import queries as vectors
from webapp.vectors.filters import Filters
from webapp.vectors.models import Space

SAMPLE: Final = 240
"""Works whose likeness to each other says what is common."""
RARE: Final = 0.02
"""A good match is as alike as this share of all pairs of works."""
LEAST: Final = 40
"""Of fewer works nobody can say what is common; then every match is good."""
SAMPLE_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Ranked:
    """The works that are most like a reference."""

    ids: tuple[int, ...] = ()
    """Best first. The answer for a smaller limit is the beginning of it."""
    close: int = 0
    """So many of them, the first ones, are more like it than works are like each other anyway."""

    @property
    def good(self) -> bool:
        """Whether the first is a good match. True where nothing was found at all."""
        return bool(self.close) or not self.ids


@dataclass(frozen=True, slots=True)
class Reference:
    """What works are compared with."""

    key: str
    """As in the address, `like=<key>`."""
    lens: str
    """The way of comparing, `lens=<lens>`."""
    label: str
    """What the page says of it: "Like Ridge, evening, by colour"."""
    rank: Callable[[Condition, int], Ranked]
    """From a condition on search entries and a limit to works. What cannot be compared may be
    left out; browsing puts it behind all others."""
    artwork: Artwork | None = None
    """Whose small picture stands beside the label."""
    picture: str = ""
    """Otherwise the address of a small picture, or a data: URI."""
    text: str = ""
    """The words, where works are compared with what those mean; they stay in the search box."""
    itself: tuple[int, ...] = ()
    """Works that are not to be found."""
    lenses: tuple[tuple[str, str], ...] = ()
    """Names and labels of all lenses it can be looked at through."""


def by_vector(
    space: Space,
    vector: NDArray[Any],
    condition: Condition | None,
    limit: int,
    *,
    exclude: Collection[int] = (),
) -> Ranked:
    """Return the works nearest to a vector, among those of a condition.

    Args:
        space: A look space.
        vector: (dim,) of length one.
        condition: On search entries; None for all works.
        limit: How many; fewer come back only when fewer match.
        exclude: Ids that must not be among them.

    Raises:
        ShapeError: If the vector is not one of the space.
    """
    near = vectors.nearest(
        space, vector, limit=limit, filters=Filters(also=condition), exclude=exclude
    )
    least = common_likeness(space) if near else 0.0
    close = sum(hit.score >= least for hit in near)
    return Ranked(tuple(hit.artwork_id for hit in near), close)


def common_likeness(space: Space) -> float:
    """Return the cosine that `RARE` of all pairs of works reach; -1 while there are few works.

    Of a sample, spread evenly over the ids. Two queries, none for an hour after.
    """

    def measure() -> float:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT min(artwork_id), max(artwork_id) FROM vectors_vector WHERE space_id = %s",
                [space.pk],
            )
            first, last = cursor.fetchone()
        if first is None:
            return -1.0
        spread = np.unique(np.linspace(first, last, SAMPLE).astype(np.int64))
        ids, rows = vectors.vectors_of(space, spread.tolist())
        if len(ids) < LEAST:
            return -1.0
        pairs = (rows @ rows.T)[np.triu_indices(len(rows), k=1)]
        return float(np.quantile(pairs, 1 - RARE))

    key = f"feed.common-likeness.{space.pk}"
    return float(cache.get_or_set(key, measure, SAMPLE_SECONDS) or 0.0)
