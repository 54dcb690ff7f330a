"""From scored candidates to the places of a list: cap, diversity, new works, exploration.

Numbers in, numbers out; no database.

Letters used in shapes: C candidates, T dimensions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from artrec.serving.rerank import cap_per_group, insert_at, interleave, mmr
from webapp.feed.models import Serving

Source = Literal["model", "explore", "fresh", "popular", "pick"]
DRAWN_FROM: Final = 100
"""Most next-best candidates that exploration draws from; far beyond them it would show noise."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates in order, best first."""

    ids: Sequence[int]
    hands: Sequence[Hashable]
    """(C,) whose work each is, for the cap."""
    scores: NDArray[np.float32]
    """(C,)"""
    looks: NDArray[np.float32]
    """(C, T) unit vectors by which two works are alike."""


@dataclass(frozen=True, slots=True)
class Place:
    """A work in a list, and how it came there."""

    artwork_id: int
    propensity: float = 1.0
    """Probability that this place shows this work: 1 but for drawn ones."""
    drawn: bool = False
    fresh: bool = False
    """Whether its place was kept for a new work."""


@dataclass(frozen=True, slots=True)
class Arranged:
    """A list, and what the cap held back."""

    places: list[Place]
    over: list[int]
    """Ids of candidates beyond the cap, best first."""


def arrange(
    pool: Pool,
    knobs: Serving,
    *,
    limit: int,
    diversity: float,
    rng: np.random.Generator,
    newcomers: Sequence[tuple[int, Hashable]] = (),
    fresh: Iterable[int] = (),
) -> Arranged:
    """Fill up to `limit` places from the candidates; as many as the cap leaves, if fewer.

    The picks of maximal marginal relevance stand in order around places that are kept, evenly
    spread: some for new works, unless picks are new already, and some for exploration, drawn
    uniformly without replacement from the next-best candidates. Which places those are depends on
    nothing drawn, so every other place is certain, and each drawn work stood in its place with
    probability one in as many as were drawn from. Where all candidates fit, nothing is drawn.

    Args:
        pool: The candidates.
        knobs: `per_artist`, `fresh_share` and `explore_share` count; so does
        diversity: that of `artrec.serving.rerank.mmr`.
        limit: Places.
        rng: Draws.
        newcomers: New works and their hands, best first; candidates or not.
        fresh: Ids that count as new among the candidates.
    """
    cap = max(1, knobs.per_artist)
    kept = list(cap_per_group(pool.hands, cap=cap))
    left = set(kept)
    over = [int(pool.ids[row]) for row in range(len(pool.ids)) if row not in left]
    rows = np.array(kept, dtype=np.intp)
    scores, looks = pool.scores[rows], pool.looks[rows]
    order = rows[mmr(scores, looks, diversity=diversity, limit=limit)].tolist()
    if len(kept) <= limit:
        return Arranged([Place(int(pool.ids[row])) for row in order], over)

    explored = min(round(knobs.explore_share * limit), limit)
    wanted = min(round(knobs.fresh_share * limit), limit - explored)
    new = set(fresh)
    wanted -= sum(pool.ids[row] in new for row in order[: limit - explored])
    extras = _fitting(newcomers, pool, order[: limit - explored], max(0, wanted), cap)
    certain = order[: limit - explored - len(extras)]
    drawable = _next_best(pool, kept, certain, extras, cap)[: max(DRAWN_FROM, explored)]
    if len(drawable) < explored:  # new works took the room that the cap leaves
        return arrange(pool, knobs, limit=limit, diversity=diversity, rng=rng)
    drawn = rng.choice(len(drawable), explored, replace=False).tolist() if explored else []

    special = {pk: Place(pk, fresh=True) for pk, _hand in extras}
    for row in drawn:
        pk = drawable[row]
        special[pk] = Place(pk, propensity=1 / len(drawable), drawn=True)
    turns = interleave([pk for pk, _ in extras], [drawable[row] for row in drawn])
    ids = insert_at([int(pool.ids[row]) for row in certain], turns, spread(len(special), limit))
    return Arranged([special.get(pk) or Place(pk) for pk in ids], over)


def spread(count: int, limit: int) -> list[int]:
    """`count` places of `limit`, evenly spread, from 0."""
    return [int((number + 0.5) * limit / count) for number in range(count)]


def _fitting(
    newcomers: Sequence[tuple[int, Hashable]],
    pool: Pool,
    shown: Sequence[int],
    count: int,
    cap: int,
) -> list[tuple[int, Hashable]]:
    """The first `count` new works that are not shown and that the cap leaves room for."""
    listed = {pool.ids[row] for row in shown}
    hands = Counter(pool.hands[row] for row in shown)
    found: list[tuple[int, Hashable]] = []
    for pk, hand in newcomers:
        if len(found) == count:
            break
        if pk not in listed and hands[hand] < cap:
            hands[hand] += 1
            found.append((pk, hand))
    return found


def _next_best(
    pool: Pool,
    kept: Sequence[int],
    certain: Sequence[int],
    extras: Sequence[tuple[int, Hashable]],
    cap: int,
) -> list[int]:
    """Ids that may be drawn: any of them together with what is certain keeps the cap."""
    taken = set(certain)
    placed = {pk for pk, _ in extras}
    rest = [row for row in kept if row not in taken and pool.ids[row] not in placed]
    hands = [pool.hands[row] for row in certain] + [hand for _, hand in extras]
    within = cap_per_group(hands + [pool.hands[row] for row in rest], cap=cap)
    free = [place - len(hands) for place in within if place >= len(hands)]
    return [int(pool.ids[rest[place]]) for place in free]
