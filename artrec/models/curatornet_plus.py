"""CuratorNet plus: CuratorNet's idea with today's training, and what collaboration knows on top.

Like CuratorNet (Messina et al. 2020, https://arxiv.org/abs/2009.04426) a user is made of the
pictures somebody chose, so new users and new works are served without training. It differs in what
our ablation found to help (docs/models/curatornet-plus.md):

    x_i    = principal components of the standardised features
    h_i    = unit(W x_i + e_i)
    s(u,i) = t unit(Σ_{j in P_u} h_j) . h_i + a . x_i + b_i

- W begins as the identity, so that training starts from VisRank by average and departs from
  it only where choices say so; both sides are unit vectors at a learned temperature t.
- e_i and b_i are residuals of items somebody chose. They are left out at random in training
  (after DropoutNet, Volkovs, Yu & Poutanen 2017,
  https://papers.nips.cc/paper/7081-dropoutnet-addressing-cold-start-in-recommender-systems), so
  that looks alone must do as well; a new work has none.
- The loss is a softmax over all items somebody chose, of targets that are not in the profile.

Letters used in shapes: N items, d input dimensions, n items of a batch, P profiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from artrec.errors import ShapeError
from artrec.models.base import require, same_rows
from artrec.models.contract import Content, Floats, Profiles, Supports, TrainingData
from artrec.models.inputs import Inputs, Scaling, fit_inputs
from artrec.models.neural import NeuralModel, nested
from artrec.sampling import SamplingConfig
from artrec.serving import towers
from artrec.training.batches import Batch
from artrec.training.config import TrainingConfig
from artrec.training.network import Network


def _training() -> TrainingConfig:
    return TrainingConfig(loss="softmax", batch=64, epochs=60, lr=1e-3, patience=6, lr_patience=3)


@dataclass(frozen=True, slots=True)
class CuratorNetPlusConfig:
    """Settings of CuratorNet plus."""

    scaling: Scaling = "pca"
    input_dim: int = 256
    """d, dimensions kept by the scalings `pca` and `whiten`."""
    residual: bool = True
    """Give items somebody chose a part of their own."""
    residual_dropout: float = 0.5
    """Probability that a step leaves an item's own part out."""
    two_sided: bool = False
    """A chosen item speaks for a user by other vectors than it is scored by, V and q instead of W
    and e: twice the parameters, and worse on our data."""
    appeal: bool = True
    """Learn how much a work appeals to everyone, from its looks."""
    normalise: bool = True
    """Unit vectors on both sides; otherwise inner products of what comes out."""
    temperature: float = 10.0
    """t to begin with."""
    training: TrainingConfig = field(default_factory=_training)
    sampling: SamplingConfig = field(default_factory=lambda: SamplingConfig(hide_positive=1.0))
    """Of the triplet losses."""

    def __post_init__(self) -> None:
        require(self.input_dim > 0, "input_dim", "above 0", self.input_dim)
        dropout = self.residual_dropout
        require(0 <= dropout < 1, "residual_dropout", "0 or more and below 1", dropout)
        require(self.temperature > 0, "temperature", "above 0", self.temperature)
        object.__setattr__(self, "training", nested(TrainingConfig, self.training))
        object.__setattr__(self, "sampling", nested(SamplingConfig, self.sampling))
        training = self.training
        lonely = training.in_batch or (training.target_share == 1 and not training.uses_triplets)
        require(not lonely, "training", "one that leaves profiles to learn from", training)


class PlusNetwork(Network):
    """Encodings are [h | a.x + b | k], so (n, 2d + 1)."""

    features: Tensor
    chosen: Tensor

    def __init__(self, features: Floats, counts: Any, config: CuratorNetPlusConfig) -> None:
        super().__init__()
        self.config = config
        self.n_items, self.dim = features.shape
        self.register_buffer("features", torch.from_numpy(features), persistent=False)
        chosen = torch.from_numpy((counts > 0).astype(np.float32))[:, None]
        self.register_buffer("chosen", chosen, persistent=False)
        self.item = _identity(self.dim)
        self.profile = _identity(self.dim) if config.two_sided else None
        self.appeal = nn.Linear(self.dim, 1)
        nn.init.zeros_(self.appeal.weight)
        nn.init.zeros_(self.appeal.bias)
        self.item_own = self.profile_own = self.bias = None
        if config.residual:
            self.item_own = _small(self.n_items, self.dim)
            self.profile_own = _small(self.n_items, self.dim) if config.two_sided else None
            self.bias = nn.Embedding(self.n_items, 1)
            nn.init.zeros_(self.bias.weight)
        self.log_temperature = nn.Parameter(torch.tensor(math.log(config.temperature)))

    def encode(self, items: Tensor) -> Tensor:
        """(n,) to (n, 2d + 1)."""
        features = self.features[items]
        # Rows about as long as those of the residuals, so that one learning rate suits both.
        inputs = features / math.sqrt(self.dim)
        scored = self.item(inputs)
        profile = scored if self.profile is None else self.profile(inputs)
        appeal = self.appeal(features) * float(self.config.appeal)
        if self.item_own is not None and self.bias is not None:
            kept = self._kept(items)
            own = self.item_own(items)
            other = own if self.profile_own is None else self.profile_own(items)
            scored, profile = scored + kept * own, profile + kept * other
            appeal = appeal + kept * self.bias(items)
        if self.config.normalise:
            scored, profile = functional.normalize(scored), functional.normalize(profile)
        return torch.cat((scored, appeal, profile), dim=1)

    def _kept(self, items: Tensor) -> Tensor:
        """(n, 1) whose own part counts in this step."""
        chosen = self.chosen[items]
        if not self.training:
            return chosen
        return chosen * (torch.rand_like(chosen) >= self.config.residual_dropout)

    def item_vectors(self, encoded: Tensor) -> Tensor:
        """(n, d + 1)"""
        return encoded[:, : self.dim + 1]

    def user_vectors(self, batch: Batch, encoded: Tensor) -> Tensor:
        """(P, d + 1)"""
        profile = encoded[:, self.dim + 1 :]
        users = functional.embedding_bag(batch.profile, profile, batch.offsets[:-1], mode="mean")
        if self.config.normalise:
            users = functional.normalize(users)
        ones = users.new_ones((len(users), 1))
        return torch.cat((users * self.log_temperature.exp(), ones), dim=1)


@dataclass(frozen=True, eq=False)
class CuratorNetPlus(NeuralModel):
    """A trained CuratorNet plus."""

    name: ClassVar[str] = "curatornet-plus"
    Config: ClassVar[type[CuratorNetPlusConfig]] = CuratorNetPlusConfig

    profile_vectors: Floats
    """(N, d) what a chosen item says of a user."""
    input_mean: Floats
    input_weights: Floats
    item_weights: Floats
    """(d, d) W, transposed."""
    profile_weights: Floats
    """(d, d) V, transposed."""
    appeal: Floats
    """(d + 1,) a, and a constant."""
    temperature: Floats
    """(1,)"""

    def __post_init__(self) -> None:
        NeuralModel.__post_init__(self)
        if self.input_weights.ndim not in (1, 2) or len(self.input_weights) != len(self.input_mean):
            raise ShapeError("The mean and the weights of the inputs do not fit together.")
        dim = self.input_weights.shape[-1]
        same_rows(self.n_items, profile_vectors=self.profile_vectors)
        shapes = {
            "vectors": (self.n_items, dim + 1),
            "profile_vectors": (self.n_items, dim),
            "item_weights": (dim, dim),
            "profile_weights": (dim, dim),
            "appeal": (dim + 1,),
            "temperature": (1,),
        }
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ShapeError(f"{name} must be {shape}; it is {getattr(self, name).shape}.")

    @classmethod
    def _network(cls, data: TrainingData, config: CuratorNetPlusConfig) -> Network:
        inputs = fit_inputs(data.content, config.scaling, dim=config.input_dim)
        counts = data.interactions.item_counts
        return PlusNetwork(inputs.apply(data.content), counts, config)

    @classmethod
    def _export(cls, network: Any, data: TrainingData, config: CuratorNetPlusConfig) -> Self:
        inputs = fit_inputs(data.content, config.scaling, dim=config.input_dim)
        dim = network.dim
        with torch.inference_mode():
            encoded = network.encode(torch.arange(network.n_items)).numpy()
        scale = np.float32(dim**-0.5)
        item = network.item.weight.detach().numpy().T * scale
        profile = item
        if network.profile is not None:
            profile = network.profile.weight.detach().numpy().T * scale
        appeal = np.append(network.appeal.weight.detach().numpy(), network.appeal.bias.item())
        return cls(
            config,
            np.ascontiguousarray(encoded[:, : dim + 1]),
            np.ascontiguousarray(encoded[:, dim + 1 :]),
            inputs.mean,
            inputs.weights,
            item,
            profile,
            appeal.astype(np.float32) * np.float32(config.appeal),
            np.array([network.log_temperature.exp().item()], dtype=np.float32),
        )

    @property
    def supports(self) -> Supports:
        """Scores new items, for everyone who chose something."""
        return Supports(new_items=True)

    def with_items(self, content: Content) -> Self:
        """The model with new items appended; they count in profiles as well."""
        rows = self._inputs(content)
        return replace(
            self,
            vectors=np.concatenate((self.vectors, self._scored(rows))),
            profile_vectors=np.concatenate(
                (self.profile_vectors, self._unit(rows @ self.profile_weights))
            ),
        )

    def _new_vectors(self, content: Content) -> Floats:
        return self._scored(self._inputs(content))

    def _inputs(self, content: Content) -> Floats:
        return Inputs(self.input_mean, self.input_weights).apply(content)

    def _scored(self, rows: Floats) -> Floats:
        appeal = rows @ self.appeal[:-1, None] + self.appeal[-1]
        return np.concatenate((self._unit(rows @ self.item_weights), appeal), axis=1)

    def _unit(self, rows: Floats) -> Floats:
        return towers.unit(rows) if self.config.normalise else rows

    def _user_vectors(self, profiles: Profiles) -> Floats:
        chosen = self.profile_vectors[profiles.items]
        return towers.user_vectors(
            chosen, profiles.indptr, float(self.temperature[0]), normalise=self.config.normalise
        )


def _identity(dim: int) -> nn.Linear:
    layer = nn.Linear(dim, dim, bias=False)
    nn.init.eye_(layer.weight)
    return layer


def _small(rows: int, dim: int) -> nn.Embedding:
    table = nn.Embedding(rows, dim)
    nn.init.normal_(table.weight, std=0.01)
    return table
