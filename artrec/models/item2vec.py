"""item2vec: items seen in the same visits get like vectors. Skip-gram with negative sampling.

Barkan & Koenigstein, "Item2vec: neural item embedding for collaborative filtering", MLSP 2016,
https://arxiv.org/abs/1603.04259; prod2vec of Grbovic et al., "E-commerce in your inbox: product
recommendations at scale", KDD 2015, https://arxiv.org/abs/1606.07154, with a `window`; negative
sampling and subsampling of Mikolov et al. 2013, https://arxiv.org/abs/1310.4546.

    maximise the mean over items i of a visit and other items j of it (within the window) of
        ln sigma(u_i . v_j) + sum over negatives k of ln sigma(-u_i . v_k)

Negatives are drawn in proportion to (occurrences)^3/4. An occurrence of an item with share f of all
is left out of an epoch with probability 1 - sqrt(rho / f). Vectors are u_i at unit length, so that
likeness is the cosine, as published; a visit is the mean of its items.

Letters used in shapes: N items, T dimensions, E events, B pairs of a batch, M negatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from artrec.data.interactions import IntArray
from artrec.data.sessions import GAP, Visits, learnable, visits_of
from artrec.models.base import VectorModel, require
from artrec.models.contract import Floats, Profiles, TrainingData
from artrec.training.device import choose_device
from artrec.training.distributed import Group
from artrec.training.epochs import Plan, run_epochs
from artrec.training.runtime import Runtime
from artrec.training.visit_batches import SPARSE_FROM, Negatives, training_key

_POWER: Final = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Item2VecConfig:
    """Settings of item2vec. Raises ConfigError for a value out of range."""

    dim: int = 64
    """T; published: 100 and 40 (item2vec), 300 (prod2vec)."""
    window: int | None = None
    """Items on either side that are context: None for the whole visit, whatever the order
    (item2vec), 5 as in prod2vec."""
    contexts: int = 5
    """Contexts drawn per occurrence and epoch, uniformly from its window; with all pairs long
    visits would count by the square of their length, which the published mean does not do."""
    negatives: int = 15
    """M; published: 15 (item2vec), 10 (prod2vec)."""
    rho: float = 1e-3
    """Subsampling of frequent items; published: 1e-5 and 1e-3. 0 keeps every occurrence."""
    batch: int = 1024
    """B, pairs per step."""
    lr: float = 0.1
    """Of Adagrad."""
    epochs: int = 20
    """As published."""
    gap: int = GAP
    """Seconds without an event that end a visit."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("dim", "contexts", "negatives", "batch", "epochs", "gap"):
            require(getattr(self, name) >= 1, name, "at least 1", getattr(self, name))
        require(self.window is None or self.window >= 1, "window", "at least 1", self.window)
        require(0 <= self.rho < 1, "rho", "at least 0 and below 1", self.rho)
        require(self.lr > 0, "lr", "above 0", self.lr)
        require(self.seed >= 0, "seed", "0 or more", self.seed)


@dataclass(frozen=True, eq=False)
class Item2Vec(VectorModel):
    """Unit vectors; zeros for items that no visit shows beside another."""

    name: ClassVar[str] = "item2vec"
    Config: ClassVar[type[Item2VecConfig]] = Item2VecConfig
    trains: ClassVar[bool] = True
    """`fit` takes a `Runtime`, takes long, and can be interrupted."""

    @classmethod
    def fit(
        cls,
        data: TrainingData,
        config: Item2VecConfig | None = None,
        *,
        runtime: Runtime | None = None,
    ) -> Self:
        """Cut the interactions into visits and train for all epochs; Ctrl-C ends it earlier.

        Raises:
            DataError: If no visit has two items.
            TrainingError: If the training diverges.
        """
        settings = config or Item2VecConfig()
        visits = learnable(visits_of(data.interactions, settings.gap))
        run = runtime or Runtime()
        device = choose_device(run.device, Group())
        trainer = _Trainer(visits, settings, device)
        plan = Plan(settings.epochs, settings.lr, settings.seed, key=training_key(visits, settings))
        run_epochs(trainer.network, trainer.optimizer, trainer.epoch, None, plan, run)
        vectors = trainer.network.targets.weight.detach().cpu().numpy()
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        unit[visits.item_counts == 0] = 0  # never trained
        return cls(settings, unit)

    def _user_vectors(self, profiles: Profiles) -> Floats:
        sums = np.add.reduceat(self.vectors[profiles.items], profiles.indptr[:-1], axis=0)
        return np.asarray(sums / profiles.lengths[:, None], dtype=np.float32)


class _Network(nn.Module):
    """u and v."""

    def __init__(self, n_items: int, dim: int) -> None:
        super().__init__()
        sparse = n_items >= SPARSE_FROM
        self.targets = nn.Embedding(n_items, dim, sparse=sparse)
        self.contexts = nn.Embedding(n_items, dim, sparse=sparse)
        nn.init.uniform_(self.targets.weight, -0.5 / dim, 0.5 / dim)
        nn.init.zeros_(self.contexts.weight)


class _Trainer:
    def __init__(self, visits: Visits, config: Item2VecConfig, device: torch.device) -> None:
        self.visits, self.config, self.device = visits, config, device
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.network = _Network(visits.n_items, config.dim).to(device)
        self.optimizer = torch.optim.Adagrad(self.network.parameters(), lr=config.lr)
        self.negatives = Negatives(visits.item_counts, config.negatives, _POWER)

    def epoch(self, rng: np.random.Generator) -> tuple[float, int]:
        """Mean loss, and number of pairs."""
        config = self.config
        targets, contexts = pairs(subsampled(self.visits, config.rho, rng), config, rng)
        order = rng.permutation(len(targets))
        total = 0.0
        for start in range(0, len(order), config.batch):
            rows = order[start : start + config.batch]
            drawn = self.negatives.draw(rng, (len(rows), config.negatives))
            loss = self._loss(targets[rows], contexts[rows], drawn)
            self.optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            self.optimizer.step()
            total += float(loss.detach())
        return total / max(len(order), 1), len(order)

    def _loss(self, targets: IntArray, contexts: IntArray, drawn: IntArray) -> Tensor:
        """() summed over the pairs; a negative that is the context itself counts for nothing."""
        other = torch.from_numpy(drawn != contexts[:, None]).to(self.device)
        target, context, negative = (
            torch.from_numpy(rows).to(self.device) for rows in (targets, contexts, drawn)
        )
        u = self.network.targets(target)
        wins = (u * self.network.contexts(context)).sum(dim=1)
        loses = torch.einsum("bt,bmt->bm", u, self.network.contexts(negative))
        return functional.softplus(-wins).sum() + (functional.softplus(loses) * other).sum()


def subsampled(visits: Visits, rho: float, rng: np.random.Generator) -> Visits:
    """The visits without occurrences of frequent items, at random. With `rho` 0 all are kept."""
    if not rho:
        return visits
    shares = visits.item_counts / len(visits.items)
    kept = np.sqrt(rho / np.maximum(shares, rho))
    return visits.select(rng.random(len(visits.items)) < kept[visits.items])


def pairs(
    visits: Visits, config: Item2VecConfig, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Items and contexts, (B,) each: for every event some others of its window."""
    begin = np.repeat(visits.indptr[:-1], visits.lengths)
    end = np.repeat(visits.indptr[1:], visits.lengths)
    here = np.arange(len(visits.items))
    if config.window is not None:
        begin, end = (
            np.maximum(begin, here - config.window),
            np.minimum(end, here + config.window + 1),
        )
    others = end - begin - 1
    some = np.repeat(np.flatnonzero(others > 0), config.contexts)
    drawn = begin[some] + (rng.random(len(some)) * others[some]).astype(np.int64)
    drawn += drawn >= some  # past the event itself
    targets, contexts = visits.items[some], visits.items[drawn]
    different = targets != contexts
    return targets[different], contexts[different]
