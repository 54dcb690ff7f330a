"""Where batches come from: triplets by the sampling guidelines, or users with what they chose.

An epoch is drawn from a generator of its own, so the same epoch of the same seed is the same
batches, whatever happened before; that is what makes a resumed training equal an unbroken one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.errors import DataError
from artrec.sampling import Histories, SamplingConfig, TripletSampler, World, take
from artrec.sampling.lookup import below, contains, expand
from artrec.training.batches import Batch, columns_of, from_triplets, make_batch
from artrec.training.config import TrainingConfig

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DRAWN_AT_ONCE = 65_536
"""Triplets; sampling is fastest in blocks of about this size."""


class Source(Protocol):
    """Draws the batches of an epoch."""

    @property
    def examples(self) -> int:
        """About how many examples an epoch has."""

    def epoch(self, rng: np.random.Generator, share: int = 1) -> Iterator[Batch]:
        """The batches of one epoch, or as many as one of `share` workers has to do."""


@dataclass(frozen=True, eq=False)
class TripletSource:
    """Triplets drawn on the fly."""

    sampler: TripletSampler
    interactions: Interactions
    batch: int
    examples: int
    negatives: int
    profiles: bool = True
    """Whether the model reads them."""

    def epoch(self, rng: np.random.Generator, share: int = 1) -> Iterator[Batch]:
        """See `Source`."""
        n_items = self.interactions.n_items
        left = max(1, self.examples // share)
        while left > 0:
            drawn = self.sampler.draw(min(left, max(DRAWN_AT_ONCE, self.batch)), rng)
            left -= max(DRAWN_AT_ONCE, self.batch)
            for start in range(0, len(drawn), self.batch):
                block = take(drawn, slice(start, start + self.batch))
                more = None
                if self.negatives > 1:
                    more = self._unchosen(block.user, self.negatives - 1, rng)
                yield from_triplets(block, n_items, more, profiles=self.profiles)

    def _unchosen(self, users: NDArray[np.integer], count: int, rng: np.random.Generator) -> Ints:
        """(B, count) uniform items that the user has not chosen; any item for nobody."""
        n_items = self.interactions.n_items
        owners = np.repeat(users.astype(np.int64), count)
        drawn = rng.integers(n_items, size=len(owners))
        # Those few that hit the history are drawn again; a handful of rounds leaves hardly any.
        for _ in range(8):
            wrong = np.flatnonzero(contains(self._keys, owners * n_items + drawn) & (owners >= 0))
            if not len(wrong):
                break
            drawn[wrong] = rng.integers(n_items, size=len(wrong))
        return drawn.reshape(len(users), count)

    @cached_property
    def _keys(self) -> Ints:
        log = self.interactions
        return np.unique(log.event_users * log.n_items + log.items)


@dataclass(frozen=True, eq=False)
class UserSource:
    """Users, each with part of the history as profile and the rest as what is asked for."""

    log: Interactions
    """Without repeated choices."""
    config: TrainingConfig

    def __post_init__(self) -> None:
        if not len(self._usable):
            raise DataError(
                "Nobody chose two items or more, so no profile can be told from what was chosen "
                "next; train on more interactions."
            )

    @cached_property
    def _usable(self) -> Ints:
        return np.flatnonzero(self.log.user_counts >= self._least)

    @property
    def _least(self) -> int:
        """Items without which nothing can be asked of a user."""
        return 1 if self.config.target_share == 1 else 2

    @property
    def examples(self) -> int:
        """Users of an epoch."""
        return self.config.epoch_examples or len(self._usable)

    def epoch(self, rng: np.random.Generator, share: int = 1) -> Iterator[Batch]:
        """See `Source`."""
        usable = self._usable
        count = max(1, self.examples // share)
        rounds = -(-count // len(usable))
        order = np.concatenate([rng.permutation(usable) for _ in range(rounds)])[:count]
        for start in range(0, count, self.config.batch):
            yield self._batch(order[start : start + self.config.batch], rng)

    def _batch(self, users: Ints, rng: np.random.Generator) -> Batch:
        log, config = self.log, self.config
        positions = expand(log.indptr[users], log.indptr[users + 1])
        lengths = log.user_counts[users]
        owner = np.repeat(np.arange(len(users)), lengths)
        begins = np.cumsum(lengths) - lengths
        in_profile, asked = self._parts(lengths, owner, begins, rng)
        if config.profile_cap is not None:
            draw = np.where(in_profile, rng.random(len(owner)), 2.0)
            place = _place_in_group(draw, owner, begins)
            in_profile &= place < config.profile_cap
        chosen = log.items[positions]
        items, log_expected = self._items(chosen, users, rng)
        column = np.empty(log.n_items, dtype=np.int64)
        column[items] = np.arange(len(items))
        return make_batch(
            items=items,
            users=users,
            profile=column[chosen[in_profile]],
            lengths=np.bincount(owner[in_profile], minlength=len(users)),
            rows=owner[asked],
            positive=column[chosen[asked]],
            negative=np.zeros((int(asked.sum()), 0), dtype=np.int64),
            known=(owner, column[chosen]),
            log_expected=log_expected,
        )

    def _parts(
        self, lengths: Ints, owner: Ints, begins: Ints, rng: np.random.Generator
    ) -> tuple[Bools, Bools]:
        """(E,) which events are profile and which are asked for, at least one each per user."""
        share = self.config.target_share
        if share == 1:
            return np.zeros(len(owner), dtype=np.bool_), np.ones(len(owner), dtype=np.bool_)
        wanted = np.clip(np.round(lengths * share), 1, lengths - 1).astype(np.int64)
        if self.config.targets == "random":
            asked: Bools = _place_in_group(rng.random(len(owner)), owner, begins) < wanted[owner]
            return ~asked, asked
        place = np.arange(len(owner)) - begins[owner]
        cut = 1 + below(lengths - wanted, rng)  # items before what is asked for
        asked = (place >= cut[owner]) & (place < (cut + wanted)[owner])
        return place < cut[owner], asked

    def _items(
        self, chosen: Ints, users: Ints, rng: np.random.Generator
    ) -> tuple[Ints, NDArray[np.float32]]:
        """Columns of the batch, and the logarithm of how often each is expected there."""
        log = self.log
        counts = log.item_counts
        pool = np.flatnonzero(counts) if self.config.chosen_only else np.arange(log.n_items)
        if self.config.loss == "softmax" or len(pool) <= self.config.sampled:
            return pool, np.zeros(len(pool), dtype=np.float32)
        drawn = rng.choice(pool, size=self.config.sampled, replace=False)
        items, _ = columns_of(log.n_items, chosen, drawn)
        by_users = 1 - self._missed(len(users))[self._holders[items]]
        by_draw = self.config.sampled / len(pool)
        expected = by_draw + (1 - by_draw) * by_users
        return items, np.log(expected).astype(np.float32)

    @cached_property
    def _holders(self) -> Ints:
        """(N,) usable users who chose each item."""
        usable = (self.log.user_counts >= self._least)[self.log.event_users]
        return np.bincount(self.log.items[usable], minlength=self.log.n_items)

    def _missed(self, users: int) -> NDArray[np.float64]:
        """(U + 1,) probability that none of so many given users is among `users` of the usable."""
        # Hypergeometric: a batch is drawn without putting back, and may well be most users.
        given = np.arange(len(self._usable))
        left = np.maximum(len(given) - users - given, 0)
        return np.concatenate(([1.0], np.cumprod(left / (len(given) - given))))


def triplet_source(
    world: World,
    interactions: Interactions,
    sampling: SamplingConfig,
    config: TrainingConfig,
    *,
    profiles: bool = True,
) -> TripletSource:
    """Triplets of these interactions. Raises ShapeError where the world lacks what is needed."""
    histories = Histories(
        interactions.indptr, interactions.items.astype(np.int32), interactions.baskets
    )
    return TripletSource(
        sampler=TripletSampler(world, histories, sampling),
        interactions=interactions,
        batch=config.batch,
        examples=config.epoch_examples or max(interactions.n_events, 1),
        negatives=config.negatives,
        profiles=profiles,
    )


def user_source(interactions: Interactions, config: TrainingConfig) -> UserSource:
    """Users of these interactions; an item chosen again counts once, at its last place."""
    return UserSource(interactions.deduplicated(keep="last"), config)


def _place_in_group(values: NDArray[np.float64], owner: Ints, begins: Ints) -> Ints:
    """(E,) rank of each value within its group, 0 for the smallest."""
    order = np.lexsort((values, owner))
    place = np.empty(len(values), dtype=np.int64)
    place[order] = np.arange(len(values)) - begins[owner[order]]
    return place
