"""A whole step of CuratorNet against a slow one that encodes every profile of every triplet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from artrec.data import Interactions
from artrec.models.curatornet import CuratorNetConfig, CuratorNetwork
from artrec.sampling import (
    Histories,
    Mode,
    SamplingConfig,
    Triplets,
    TripletSampler,
    World,
    profiles,
)
from artrec.training import Runtime, TrainingConfig
from artrec.training.batches import Batch, from_triplets, make_batch
from artrec.training.config import Reduction
from artrec.training.loop import train
from artrec.training.validation import HeldOut
from tests.artrec.sampling.worlds import random_world

N_ITEMS = 12
CONFIG = CuratorNetConfig(item_layers=(6, 4), user_layers=(5, 4))
L2 = 0.03


@dataclass(frozen=True)
class OneBatch:
    """A source of one batch."""

    batch: Batch
    examples: int = 1

    def epoch(self, rng: np.random.Generator, share: int = 1) -> Iterator[Batch]:
        yield self.batch


def small_network() -> CuratorNetwork:
    """In double precision; items 0 and 1 look the same, so that maxima tie."""
    features = np.random.default_rng(0).normal(size=(N_ITEMS, 5))
    features[1] = features[0]
    torch.manual_seed(0)
    return CuratorNetwork(features.astype(np.float32), CONFIG).double()


def slow_objective(network: CuratorNetwork, triplets: Triplets, reduction: Reduction) -> Tensor:
    """Sum or mean of -ln sigma(s_ui - s_uj) plus L2, profile by profile, with plain operations."""
    indptr, items = profiles(triplets)
    values = []
    for row in range(len(triplets)):
        profile = network.item_tower(
            network.features[items[indptr[row] : indptr[row + 1]].tolist()]
        )
        pooled = torch.cat((profile.mean(dim=0), profile.amax(dim=0)))
        user = network.user_tower(pooled)
        positive = network.item_tower(network.features[int(triplets.positive[row])])
        negative = network.item_tower(network.features[int(triplets.negative[row])])
        values.append(-functional.logsigmoid(user @ positive - user @ negative))
    weights = [each for each in network.parameters() if each.ndim == 2]
    penalty = sum((each**2).sum() / 2 for each in weights)
    stacked = torch.stack(values)
    return (stacked.sum() if reduction == "sum" else stacked.mean()) + L2 * penalty


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("mode", ["paper", "reference", "random"])
def test_a_step_is_that_of_every_triplet_on_its_own(mode: Mode, reduction: Reduction) -> None:
    world, histories = random_world(3, N_ITEMS)
    sampling = SamplingConfig(mode=mode, hide_positive=0.5)
    triplets = TripletSampler(world, histories, sampling).draw(90, np.random.default_rng(0))
    batch = from_triplets(triplets, N_ITEMS)
    assert batch.n_profiles < len(triplets)  # some share a profile
    log = Interactions.build([0], [0], user_ids=["u"], item_ids=[str(i) for i in range(N_ITEMS)])
    config = TrainingConfig(
        optimizer="sgd", lr=0.1, l2=L2, epochs=1, validation="none", reduction=reduction
    )
    network, slow = small_network(), small_network()
    before = [each.detach().clone() for each in network.parameters()]

    train(network, OneBatch(batch), HeldOut(log, None, log), config, Runtime(device="cpu"))

    objective = slow_objective(slow, triplets, reduction)
    expected = torch.autograd.grad(objective, list(slow.parameters()))
    for old, new, gradient in zip(before, network.parameters(), expected, strict=True):
        torch.testing.assert_close((old - new.detach()) / 0.1, gradient, rtol=1e-9, atol=1e-9)


def test_pooling_has_the_gradient_of_its_differences() -> None:
    network = small_network()
    # An item twice, the first and the only item of profiles, and one that is nobody's.
    lengths = np.array([3, 1, 2])
    batch = _pooled([2, 2, 5, 7, 3, 2], lengths)
    encoded = torch.randn(N_ITEMS, 4, dtype=torch.double, requires_grad=True)

    assert torch.autograd.gradcheck(lambda rows: network.user_vectors(batch, rows), encoded)


def test_equal_maxima_share_one_gradient() -> None:
    network = small_network()
    batch = _pooled([0, 1], np.array([2]))
    encoded = torch.randn(1, 4, dtype=torch.double).repeat(N_ITEMS, 1).requires_grad_()

    (found,) = torch.autograd.grad(network.user_vectors(batch, encoded).sum(), encoded)

    # Moved together, two equal rows move the mean and the maximum as a single one would.
    single = encoded.detach()[:1].clone().requires_grad_()
    alone = network.user_vectors(_pooled([0], np.array([1])), single).sum()
    (expected,) = torch.autograd.grad(alone, single)
    torch.testing.assert_close(found.sum(dim=0), expected[0])


def test_an_empty_profile_gives_numbers_and_moves_no_item() -> None:
    network = small_network()
    batch = _pooled([2, 5], np.array([0, 2, 0]))
    encoded = torch.randn(N_ITEMS, 4, dtype=torch.double, requires_grad=True)

    users = network.user_vectors(batch, encoded)
    tower = list(network.user_tower.parameters())
    of_items, *of_tower = torch.autograd.grad((users[0] + users[2]).sum(), [encoded, *tower])

    assert users.isfinite().all()
    assert of_items.abs().max() == 0
    assert all(gradient.isfinite().all() for gradient in of_tower)


def test_hiding_the_positive_of_single_choices_leaves_no_profile_empty() -> None:
    # Everybody chose one work, so there is nothing beside it that a profile could be made of.
    histories = Histories(np.arange(4), np.array([0, 1, 2], dtype=np.int32))
    sampler = TripletSampler(
        World(N_ITEMS), histories, SamplingConfig(mode="random", hide_positive=1.0)
    )

    batch = from_triplets(sampler.draw(30, np.random.default_rng(0)), N_ITEMS)

    assert len(batch.rows) == 30
    assert batch.lengths.min() == 1


def _pooled(columns: list[int], lengths: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Batch:
    nothing = np.zeros(0, dtype=np.int64)
    return make_batch(
        items=np.arange(N_ITEMS),
        users=np.full(len(lengths), -1),
        profile=np.array(columns),
        lengths=lengths,
        rows=nothing,
        positive=nothing,
        negative=np.zeros((0, 1), dtype=np.int64),
    )
