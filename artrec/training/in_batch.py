"""Batches of single choices, whose negatives are the other items of the batch.

Where encoding an item is what costs, as with pictures, a negative that is somebody else's positive
is free. It is not a uniform one: popular items are in a batch more often. The softmax loss takes
the logarithm of how often an item is expected there off its score (logQ correction; Bengio &
Senécal 2008, https://doi.org/10.1109/TNN.2007.912312), the triplet losses draw from the batch with
the inverse of that as weight, so that every chosen item is equally likely over many batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.errors import DataError
from artrec.sampling.lookup import contains
from artrec.training.batches import Batch, columns_of, make_batch
from artrec.training.config import TrainingConfig

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class InBatchSource:
    """Draws choices; profiles are empty, for models that know users by id."""

    log: Interactions
    """Without repeated choices."""
    config: TrainingConfig

    def __post_init__(self) -> None:
        if not self.log.n_events:
            raise DataError("There are no interactions to train on.")

    @property
    def examples(self) -> int:
        """Choices of an epoch."""
        return self.config.epoch_examples or self.log.n_events

    def epoch(self, rng: np.random.Generator, share: int = 1) -> Iterator[Batch]:
        """See `artrec.training.sources.Source`."""
        count = max(1, self.examples // share)
        rounds = -(-count // self.log.n_events)
        order = np.concatenate([rng.permutation(self.log.n_events) for _ in range(rounds)])[:count]
        for start in range(0, count, self.config.batch):
            yield self._batch(order[start : start + self.config.batch], rng)

    @cached_property
    def _keys(self) -> Ints:
        return np.sort(self.log.event_users * self.log.n_items + self.log.items)

    @cached_property
    def _pool(self) -> Ints:
        counts = self.log.item_counts
        return np.flatnonzero(counts) if self.config.chosen_only else np.arange(len(counts))

    def _missed(self, events: int) -> NDArray[np.float64]:
        """(C + 1,) probability that none of so many given choices is among `events` of all."""
        given = np.arange(self.log.item_counts.max())  # hypergeometric: drawn without putting back
        left = np.maximum(self.log.n_events - events - given, 0)
        return np.concatenate(([1.0], np.cumprod(left / (self.log.n_events - given))))

    def _batch(self, events: Ints, rng: np.random.Generator) -> Batch:
        log, config = self.log, self.config
        users, rows = np.unique(log.event_users[events], return_inverse=True)
        chosen = log.items[events]
        more = min(config.sampled, len(self._pool))
        drawn = rng.choice(self._pool, size=more, replace=False)
        items, column = columns_of(log.n_items, chosen, drawn)
        # How likely an item is in a batch, by the choices in it or by the draw.
        by_events = 1 - self._missed(len(events))[log.item_counts[items]]
        by_draw = more / len(self._pool) * np.isin(items, self._pool, assume_unique=True)
        expected = by_draw + (1 - by_draw) * by_events
        pairs = (users[:, None] * log.n_items + items).ravel()
        known = contains(self._keys, pairs).reshape(len(users), len(items))
        known_rows, known_columns = np.nonzero(known)
        positive = column[chosen]
        negative = np.zeros((len(events), 0), dtype=np.int64)
        if config.uses_triplets:
            weights = np.where(known, 0, 1 / expected)
            # Who knows the whole batch has no negative in it.
            some = (weights.max(axis=1) > 0)[rows]
            rows, positive = rows[some], positive[some]
            negative = _draw(weights, rows, config.negatives, rng)
        return make_batch(
            items=items,
            users=users,
            profile=np.zeros(0, dtype=np.int64),
            lengths=np.zeros(len(users), dtype=np.int64),
            rows=rows,
            positive=positive,
            negative=negative,
            known=(known_rows, known_columns),
            log_expected=np.log(expected).astype(np.float32),
        )


def in_batch_source(interactions: Interactions, config: TrainingConfig) -> InBatchSource:
    """Choices of these interactions; an item chosen again counts once."""
    return InBatchSource(interactions.deduplicated(keep="last"), config)


def _draw(weights: NDArray[np.float64], rows: Ints, count: int, rng: np.random.Generator) -> Ints:
    """(B, count) columns, with the probabilities that `weights` (P, n) has in each of `rows`."""
    ends = np.cumsum(weights, axis=1)
    total = ends[rows, -1:]
    at = np.minimum(rng.random((len(rows), count)) * total, np.nextafter(total, 0))
    # A column is found by its end; one of weight 0 ends where it begins and is passed over.
    columns: Ints = np.sum(ends[rows][:, None, :] <= at[:, :, None], axis=2)
    return columns
