"""Small random worlds, and the strategies' conditions written out the slow and obvious way."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np

from artrec.sampling import Histories, Strategy, Triplets, World, profiles

Triple = tuple[int, tuple[int, ...], int, int]
"""user, profile, positive, negative"""


def random_world(seed: int, n_items: int = 12, n_users: int = 5) -> tuple[World, Histories]:
    """Few items, artists and clusters, so that every condition bites somewhere."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n_items, 3)).astype(np.float32)
    vectors[1] = 2 * vectors[0]  # two pictures that look the same
    clusters = rng.choice([0, 3, 4, 7], size=n_items).astype(np.int32)  # numbers may skip
    clusters[1] = clusters[0]
    lengths = rng.integers(0, 7, size=n_users)
    indptr = np.concatenate(([0], np.cumsum(lengths)))
    baskets = np.cumsum(rng.random(indptr[-1]) < 0.5)
    world = World(
        n_items=n_items,
        artists=rng.choice([-1, 2, 5, 6, 9], size=n_items).astype(np.int32),
        clusters=clusters,
        vectors=vectors,
    )
    # Items repeat within histories and even within baskets.
    items = rng.integers(0, n_items, size=indptr[-1]).astype(np.int32)
    return world, Histories(indptr, items, baskets)


def rows(triplets: Triplets) -> Iterator[tuple[Strategy, Triple]]:
    """Triplets one by one, as plain Python values."""
    indptr, items = profiles(triplets)
    for row in range(len(triplets)):
        yield (
            Strategy(int(triplets.strategy[row])),
            (
                int(triplets.user[row]),
                tuple(items[indptr[row] : indptr[row + 1]].tolist()),
                int(triplets.positive[row]),
                int(triplets.negative[row]),
            ),
        )


def baskets_of(histories: Histories, user: int) -> list[list[int]]:
    """The user's baskets in order."""
    found: list[list[int]] = []
    last: int | None = None
    for event in range(histories.indptr[user], histories.indptr[user + 1]):
        number = event if histories.baskets is None else int(histories.baskets[event])
        if number != last:
            found.append([])
        found[-1].append(int(histories.items[event]))
        last = number
    return found


class Oracle:
    """All triples a strategy allows, by enumeration."""

    def __init__(self, world: World, histories: Histories) -> None:
        assert world.artists is not None
        assert world.clusters is not None
        assert world.vectors is not None
        self.n = world.n_items
        self.artist = world.artists.tolist()
        self.cluster = world.clusters.tolist()
        unit = world.vectors.astype(np.float64)
        unit /= np.linalg.norm(unit, axis=1, keepdims=True)
        self.cosine = unit @ unit.T
        self.histories = histories
        self.history = [
            histories.items[histories.indptr[u] : histories.indptr[u + 1]].tolist()
            for u in range(histories.n_users)
        ]

    def same(self, i: int, j: int) -> bool:
        return bool(self.cluster[i] == self.cluster[j] and abs(self.cosine[i, j] - 1) < 1e-7)

    def disliked(self, user: int) -> list[int]:
        clusters = {self.cluster[i] for i in self.history[user]}
        artists = {self.artist[i] for i in self.history[user]} - {-1}
        return [
            j
            for j in range(self.n)
            if self.cluster[j] not in clusters and self.artist[j] not in artists
        ]

    def agree(self, q: int, p: int, n: int, margin: float) -> bool:
        if self.cluster[q] == self.cluster[p] != self.cluster[n]:
            return True
        if self.cluster[q] == self.cluster[n] != self.cluster[p]:
            return False
        return bool(self.cosine[q, p] > self.cosine[q, n] + margin)

    def score(self, profile: tuple[int, ...], item: int) -> float:
        def pair(j: int) -> float:
            shared: bool = self.artist[item] == self.artist[j] != -1
            return float(self.cosine[item, j]) + 0.2 * shared

        return float(np.mean([pair(j) for j in profile]))

    def allowed(self, strategy: Strategy, mode: str) -> set[Triple]:
        if strategy == Strategy.ONE_ITEM:
            return {
                (-1, (i,), i, j)
                for i in range(self.n)
                for j in range(self.n)
                if i != j and not self.same(i, j)
            }
        if strategy == Strategy.ONE_ITEM_SAME_ARTIST:
            return {
                (-1, (q,), p, n)
                for q in range(self.n)
                for p in range(self.n)
                for n in range(self.n)
                if q != p
                and self.artist[q] == self.artist[p] != -1
                and self.artist[n] != self.artist[q]
                and not self.same(p, n)
                and (mode == "paper" or self.agree(q, p, n, 0.1))
            }
        return {
            (user, profile, positive, negative)
            for user in range(len(self.history))
            for profile, positive, negatives in self._of_user(strategy, mode, user)
            for negative in negatives
        }

    def _of_user(
        self, strategy: Strategy, mode: str, user: int
    ) -> Iterator[tuple[tuple[int, ...], int, list[int]]]:
        history, disliked = self.history[user], self.disliked(user)
        baskets = baskets_of(self.histories, user)
        if strategy == Strategy.MISSING_IN_BASKET:
            for k, basket in enumerate(baskets):
                earlier = list(chain(*baskets[:k])) if mode == "reference" else []
                for place, item in enumerate(basket):
                    rest = earlier + basket[:place] + basket[place + 1 :]
                    if len(basket) >= 2 and item not in rest:
                        yield tuple(rest), item, disliked
        elif strategy == Strategy.NEXT_BASKET:
            for k in range(1, len(baskets)):
                before = list(chain(*baskets[:k]))
                for item in set(baskets[k]) - set(before):
                    yield tuple(before), item, disliked
        elif strategy == Strategy.FAVOURITE_ARTISTS:
            artists = {self.artist[i] for i in history} - {-1}
            clusters = {self.cluster[i] for i in history}
            for item in set(range(self.n)) - set(history):
                if self.artist[item] in artists and self.cluster[item] in clusters:
                    yield tuple(history), item, disliked
        else:
            for place, item in enumerate(history):
                capped = mode in ("random", "icdm")
                window = history[max(0, place - 9) : place + 1] if capped else history
                yield (
                    tuple(window),
                    item,
                    [
                        j
                        for j in range(self.n)
                        if j not in history and (mode == "random" or not self.same(item, j))
                    ],
                )
