"""What is held out of training to choose the best epoch: positives, never triples.

A triple of held-out validation reuses training positives, so its accuracy measures how well they
were memorised: published code reaches .98 there with a test AUC near chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from artrec.data import Interactions
from artrec.data.splits import Split, cold_start_items, leave_last_item
from artrec.errors import ConfigError, DataError
from artrec.evaluation import metrics
from artrec.evaluation.protocols import from_split
from artrec.evaluation.ranking import inner_product, rank
from artrec.evaluation.tasks import Task
from artrec.models.contract import Profiles
from artrec.training.batches import from_profiles
from artrec.training.config import TrainingConfig
from artrec.training.network import Network

Floats = NDArray[np.float32]

_ENTRIES_AT_ONCE = 200_000  # profile entries whose encodings are gathered at once


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Part of the interactions to train on, and a task made of the rest."""

    train: Interactions
    task: Task | None
    """None where nothing is held out."""
    history: Interactions


def hold_out(interactions: Interactions, config: TrainingConfig) -> HeldOut:
    """Split as the config says.

    Raises DataError if nobody would be left to validate on.
    """
    if config.validation == "none":
        return HeldOut(interactions, None, interactions)
    split = _split(interactions.deduplicated(keep="last"), config)
    candidates = None
    if config.validation == "cold-items":
        candidates = split.test.item_counts > 0
    try:
        task = from_split(split, name="validation", candidates=candidates)
    except DataError as error:
        raise DataError(
            f"Nothing can be held out to choose the best epoch: {error} "
            f'Set validation to "none" to train for a fixed number of epochs.'
        ) from error
    if len(task) > config.validation_users:
        rng = np.random.default_rng(config.seed)
        chosen = np.sort(rng.choice(len(task), config.validation_users, replace=False))
        task = task.take(chosen)
    return HeldOut(split.train, task, split.history)


def _split(interactions: Interactions, config: TrainingConfig) -> Split:
    if config.validation == "cold-items":
        return cold_start_items(interactions, share=config.validation_share, seed=config.seed)
    # Those with two items would be left with too little to learn from.
    return leave_last_item(interactions, at_least=3)


def measure(network: Network, held: HeldOut, metric: str) -> float:
    """Mean of one metric over the held-out task. Raises ConfigError for a metric not known."""
    if held.task is None:
        raise ConfigError("Nothing was held out to measure on.")
    encoded = encode_all(network)
    items = item_vectors(network, encoded)
    lists = Profiles(held.history.indptr, held.history.items).take(held.task.users)
    users = user_vectors(network, lists, held.task.users, encoded)
    task = replace(held.task, users=np.arange(len(held.task)))
    ranking = rank(inner_product(users, items), task)
    values = metrics.all_metrics(ranking.ranks, (20, 100), task.n_items)
    if metric not in values:
        raise ConfigError(
            f"validation_metric {metric!r} is unknown; choose of {', '.join(sorted(values))}."
        )
    return float(np.nanmean(values[metric]))


@torch.inference_mode()
def item_vectors(network: Network, encoded: Tensor | None = None) -> Floats:
    """(N, T) of the whole catalogue; `encoded` is what `encode_all` gave, if that was called."""
    if encoded is None:
        encoded = encode_all(network)
    return network.item_vectors(encoded).float().cpu().numpy()


@torch.inference_mode()
def encode_all(network: Network) -> Tensor:
    """(N, E) encodings of the whole catalogue, in blocks."""
    return torch.cat([network.encode(some) for some in network.blocks()])


@torch.inference_mode()
def user_vectors(
    network: Network,
    profiles: Profiles,
    users: NDArray[np.int64],
    encoded: Tensor | None = None,
) -> Floats:
    """(P, T) of profiles; `users` (P,) are user rows of the training, -1 for strangers, `encoded`
    as in `item_vectors`."""
    if encoded is None:
        encoded = encode_all(network)
    parts = []
    start = 0
    while start < len(profiles):
        limit = profiles.indptr[start] + _ENTRIES_AT_ONCE
        stop = max(start + 1, int(np.searchsorted(profiles.indptr, limit, side="right")) - 1)
        rows = np.arange(start, stop)
        batch = from_profiles(profiles.take(rows), users[rows], network.n_items)
        vectors = network.user_vectors(batch.to(encoded.device), encoded)
        parts.append(vectors.float().cpu().numpy())
        start = stop
    return np.concatenate(parts)
