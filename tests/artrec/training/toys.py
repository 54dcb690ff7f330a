"""A network small enough to follow by hand, and users of two camps for it to tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from artrec.data import Interactions
from artrec.sampling import SamplingConfig, World
from artrec.training import Runtime, TrainingConfig
from artrec.training.batches import Batch
from artrec.training.network import Network
from artrec.training.sources import Source, triplet_source, user_source
from artrec.training.validation import HeldOut, hold_out
from tests.contracts.worlds import checkerboard

CPU = Runtime(device="cpu")


class ToyNetwork(Network):
    """A table of items; a user is a linear map of the mean of the profile."""

    def __init__(self, n_items: int, dim: int = 4, dropout: float = 0.0) -> None:
        super().__init__()
        self.n_items = n_items
        self.table = nn.Embedding(n_items, dim)
        self.map = nn.Linear(dim, dim)
        self.dropout = nn.Dropout(dropout)

    def encode(self, items: Tensor) -> Tensor:
        """(n,) to (n, T)."""
        rows: Tensor = self.dropout(self.table(items))
        return rows

    def user_vectors(self, batch: Batch, encoded: Tensor) -> Tensor:
        """(P, T)"""
        mean = functional.embedding_bag(batch.profile, encoded, batch.offsets[:-1], mode="mean")
        vectors: Tensor = self.map(mean)
        return vectors


def camps() -> Interactions:
    """60 users and 40 items; who chose an even item chose no odd one."""
    return checkerboard().split.train


def toy(
    config: TrainingConfig,
    *,
    dropout: float = 0.0,
    log: Interactions | None = None,
    sampling: SamplingConfig | None = None,
) -> tuple[ToyNetwork, Source, HeldOut]:
    """What `train` needs, the network seeded by the config."""
    held = hold_out(camps() if log is None else log, config)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = ToyNetwork(held.train.n_items, dropout=dropout)
    if not config.uses_triplets:
        return network, user_source(held.train, config), held
    world = World(held.train.n_items)
    chosen = sampling or SamplingConfig(mode="random")
    return network, triplet_source(world, held.train, chosen, config), held


@dataclass
class Recorded:
    """A source that remembers what it gave."""

    source: Source
    batches: list[Batch] = field(default_factory=list)

    @property
    def examples(self) -> int:
        """As the source."""
        return self.source.examples

    def epoch(self, rng: np.random.Generator, share: int = 1) -> Iterator[Batch]:
        """As the source."""
        for batch in self.source.epoch(rng, share):
            self.batches.append(batch)
            yield batch


def random_log(seed: int, n_users: int = 9, n_items: int = 12, longest: int = 8) -> Interactions:
    """Histories of 0 to `longest` items, repeats among them."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, longest + 1, size=n_users)
    lengths[0] = longest
    users = np.repeat(np.arange(n_users), lengths)
    return Interactions.build(
        users,
        rng.integers(0, n_items, size=len(users)),
        user_ids=[f"u{row}" for row in range(n_users)],
        item_ids=[f"i{row}" for row in range(n_items)],
    )


def parameters(network: nn.Module) -> dict[str, Tensor]:
    """A copy of what was learned."""
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


def assert_equal(mine: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    """Bit for bit."""
    assert mine.keys() == other.keys()
    for name, value in mine.items():
        np.testing.assert_array_equal(value.numpy(), other[name].numpy(), err_msg=name)
