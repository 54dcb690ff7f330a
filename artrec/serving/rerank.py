"""Re-ranking of a finished list. NumPy only.

Letters used in shapes: C candidates, T dimensions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from artrec.errors import ShapeError

Entry = TypeVar("Entry", bound=Hashable)


def cap_per_group(groups: Iterable[Hashable], *, cap: int) -> Iterator[int]:
    """Yield the positions that stay when no group may appear more than `cap` times.

    Args:
        groups: The group of each list entry, best entry first; for us its artist.
        cap: At least 1.
    """
    seen: Counter[Hashable] = Counter()
    for position, group in enumerate(groups):
        seen[group] += 1
        if seen[group] <= cap:
            yield position


def interleave(*lists: Iterable[int]) -> Iterator[int]:
    """Yield from each list in turn, best first, no id twice, until all are used up."""
    pending = [iter(entries) for entries in lists]
    seen: set[int] = set()
    while pending:
        for entries in list(pending):
            for entry in entries:
                if entry not in seen:
                    seen.add(entry)
                    yield entry
                    break
            else:
                pending.remove(entries)


def mmr(
    scores: NDArray[Any], vectors: NDArray[Any], *, diversity: float, limit: int
) -> NDArray[np.intp]:
    """Pick by maximal marginal relevance: what scores high and is unlike what was picked already.

    Carbonell & Goldstein, "The use of MMR, diversity-based reranking for reordering documents and
    producing summaries", SIGIR 1998, https://doi.org/10.1145/290941.291025. After the best one,

        next = argmax of (1 - diversity) r_i - diversity max over picked j of v_i . v_j

    r is the score brought to 0..1 over the candidates, so that a diversity means the same whatever
    the scores of a model range over. Equal values are settled by score, then by position.

    Args:
        scores: (C,) finite, higher is better.
        vectors: (C, T) unit vectors by which two candidates are alike; a row of zeros is like none.
        diversity: From 0, the order of the scores, to 1, the best one and then the most unlike.
        limit: How many to pick at most, 0 or more.

    Returns:
        (min(limit, C),) positions of the candidates, in the order picked, none twice.

    Raises:
        ShapeError: If scores and vectors do not fit together or are not finite.
        ValueError: If diversity is outside of 0..1 or limit below 0.
    """
    if scores.ndim != 1 or vectors.ndim != 2 or len(vectors) != len(scores):
        raise ShapeError(f"Scores {scores.shape} do not fit vectors {vectors.shape}.")
    if not 0 <= diversity <= 1:
        raise ValueError(f"diversity must be from 0 to 1; it is {diversity}.")
    if limit < 0:
        raise ValueError(f"limit must be 0 or more; it is {limit}.")
    if not (np.isfinite(scores).all() and np.isfinite(vectors).all()):
        raise ShapeError("Scores and vectors to be re-ranked must be finite.")
    order = np.argsort(-scores, kind="stable")
    count = min(limit, len(order))
    if diversity == 0 or count < 2:
        return order[:count]
    # Sorted, so that argmax settles equal values by score, then by position.
    ranked = scores[order].astype(np.float64)
    relevance = (1 - diversity) * (ranked - ranked[-1]) / ((ranked[0] - ranked[-1]) or 1)
    rows = vectors[order].astype(np.float32)
    nearest = np.full(len(order), -np.inf)
    picked = np.zeros(count, dtype=np.intp)
    for place in range(1, count):
        last = picked[place - 1]
        relevance[last] = -np.inf
        np.maximum(nearest, rows @ rows[last], out=nearest)
        picked[place] = (relevance - diversity * nearest).argmax()
    return order[picked]


def insert_at(
    order: Iterable[Entry], extras: Iterable[Entry], positions: Sequence[int]
) -> list[Entry]:
    """The list with each extra at its position, and the rest around them in its order.

    An extra that the list has already moves to its position. What is left of the longer of
    `extras` and `positions` is not used. Where the list ends before a position, the extra follows
    the last entry.

    Args:
        order: The list, best entry first.
        extras: What to place, such as works to explore or new ones; none twice.
        positions: Where, from 0, in the list that is returned; one for each extra, none twice.

    Raises:
        ValueError: If an extra or a position is there twice, or a position is below 0.
    """
    pairs = sorted(zip(positions, extras, strict=False), key=lambda pair: pair[0])
    places = [place for place, _ in pairs]
    placed = {extra for _, extra in pairs}
    if len(set(places)) < len(pairs) or len(placed) < len(pairs) or min(places, default=0) < 0:
        raise ValueError(
            f"Extras need a position each, 0 or more, none twice; got {list(positions)}."
        )
    result = [entry for entry in order if entry not in placed]
    for place, extra in pairs:  # from the front, so that no later one moves an earlier one
        result.insert(place, extra)
    return result
