"""CuratorNet: a user is what a small network makes of the pictures somebody chose.

Messina, Cartagena, Cerda-Mardini, del Rio & Parra, "CuratorNet: visually-aware recommendation of
art images", 2020, https://arxiv.org/abs/2009.04426. There are no parameters of users or items, so
new users and new works are served without training:

    h_i    = selu(W2 selu(W1 f_i + b1) + b2)                              D -> 200 -> 200
    u      = selu(W5 selu(W4 selu(W3 [mean h; max h] + b3) + b4) + b5)    400 -> 300 -> 300 -> 200
    s(u,i) = u . h_i

With D = 2048 these are 720,800 parameters. Trained by BPR on triplets of the sampling guidelines.

Letters used in shapes: N items, D feature dimensions, T = 200, B profiles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, Literal, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from artrec.errors import ShapeError
from artrec.models.base import require
from artrec.models.contract import Content, Floats, Profiles, Supports, TrainingData
from artrec.models.inputs import Inputs, Scaling, fit_inputs
from artrec.models.neural import NeuralModel, nested
from artrec.sampling import SamplingConfig
from artrec.serving import curatornet as head
from artrec.training.batches import Batch
from artrec.training.config import TrainingConfig
from artrec.training.network import Network


@dataclass(frozen=True, slots=True)
class CuratorNetConfig:
    """Settings of CuratorNet; the defaults are the published net, sampling and L2. The published
    code takes smaller steps: see docs/models/curatornet.md for its settings and the tutorial's."""

    item_layers: tuple[int, ...] = (200, 200)
    """Widths of the item tower; the last is T."""
    user_layers: tuple[int, ...] = (300, 300, 200)
    """Widths of the user tower; the last must be T too."""
    scaling: Scaling = "zscore"
    """How features are brought to scale: `zscore` as the paper's code, `raw` as the tutorial's."""
    input_dim: int = 256
    """Dimensions kept by the scalings `pca` and `whiten`."""
    init: Literal["xavier", "lecun"] = "xavier"
    """Initial weights: uniform as in the published code, or normal as SELU's theory asks for."""
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(lr=4e-3, l2=1e-4, batch=4096)
    )
    sampling: SamplingConfig = field(default_factory=SamplingConfig)

    def __post_init__(self) -> None:
        # A saved model holds lists and dicts.
        for name in ("item_layers", "user_layers"):
            widths = tuple(getattr(self, name))
            object.__setattr__(self, name, widths)
            fine = len(widths) > 0 and all(isinstance(each, int) and each > 0 for each in widths)
            require(fine, name, "widths above 0", widths)
        require(
            self.user_layers[-1] == self.item_layers[-1],
            "user_layers",
            f"{self.item_layers[-1]} wide at the end, as item_layers",
            self.user_layers,
        )
        require(self.input_dim > 0, "input_dim", "above 0", self.input_dim)
        require(self.init in ("xavier", "lecun"), "init", "xavier or lecun", self.init)
        object.__setattr__(self, "training", nested(TrainingConfig, self.training))
        object.__setattr__(self, "sampling", nested(SamplingConfig, self.sampling))
        training = self.training
        lonely = training.in_batch or (training.target_share == 1 and not training.uses_triplets)
        require(not lonely, "training", "one that leaves profiles to learn from", training)


class CuratorNetwork(Network):
    """The two towers."""

    features: Tensor

    def __init__(self, features: Floats, config: CuratorNetConfig) -> None:
        super().__init__()
        self.n_items = len(features)
        # Not part of the state: it is data, and would be copied into every checkpoint.
        self.register_buffer("features", torch.from_numpy(features), persistent=False)
        item_widths = (features.shape[1], *config.item_layers)
        user_widths = (2 * config.item_layers[-1], *config.user_layers)
        self.item_tower = _tower(item_widths, config.init)
        self.user_tower = _tower(user_widths, config.init)

    def encode(self, items: Tensor) -> Tensor:
        """(n,) to (n, T)."""
        vectors: Tensor = self.item_tower(self.features[items])
        return vectors

    def user_vectors(self, batch: Batch, encoded: Tensor) -> Tensor:
        """(P, T)"""
        offsets = batch.offsets[:-1]
        mean = functional.embedding_bag(batch.profile, encoded, offsets, mode="mean")
        largest = functional.embedding_bag(batch.profile, encoded, offsets, mode="max")
        vectors: Tensor = self.user_tower(torch.cat((mean, largest), dim=1))
        return vectors


@dataclass(frozen=True, eq=False)
class CuratorNet(NeuralModel):
    """A trained CuratorNet."""

    name: ClassVar[str] = "curatornet"
    Config: ClassVar[type[CuratorNetConfig]] = CuratorNetConfig

    input_mean: Floats
    input_weights: Floats
    parameters: Floats
    """All weights (in, out) and biases of the item tower, then the user tower, end to end."""

    def __post_init__(self) -> None:
        NeuralModel.__post_init__(self)
        if self.input_weights.ndim not in (1, 2) or len(self.input_weights) != len(self.input_mean):
            raise ShapeError("The mean and the weights of the inputs do not fit together.")
        self._layers()

    @classmethod
    def _network(cls, data: TrainingData, config: CuratorNetConfig) -> Network:
        inputs = fit_inputs(data.content, config.scaling, dim=config.input_dim)
        return CuratorNetwork(inputs.apply(data.content), config)

    @classmethod
    def _export(cls, network: Any, data: TrainingData, config: CuratorNetConfig) -> Self:
        inputs = fit_inputs(data.content, config.scaling, dim=config.input_dim)
        layers = [
            part
            for tower in (network.item_tower, network.user_tower)
            for layer in tower
            if isinstance(layer, nn.Linear)
            for part in (layer.weight.detach().numpy().T, layer.bias.detach().numpy())
        ]
        parameters = np.concatenate([part.ravel() for part in layers])
        empty = np.zeros((0, config.item_layers[-1]), dtype=np.float32)
        model = cls(config, empty, inputs.mean, inputs.weights, parameters)
        return model.with_items(data.content)

    @property
    def supports(self) -> Supports:
        """Scores new items, for everyone who chose something."""
        return Supports(new_items=True)

    @property
    def n_parameters(self) -> int:
        """Trained numbers."""
        return len(self.parameters)

    def user_layers(self) -> list[head.Layer]:
        """Weights (in, out) and bias of each layer of the user tower, for serving."""
        return self._layers()[len(self.config.item_layers) :]

    def _layers(self) -> list[head.Layer]:
        width = self.input_weights.shape[-1]
        dim = self.config.item_layers[-1]
        widths = [(width, *self.config.item_layers), (2 * dim, *self.config.user_layers)]
        layers: list[head.Layer] = []
        start = 0
        for tower in widths:
            for inner, outer in pairwise(tower):
                weights = self.parameters[start : start + inner * outer].reshape(inner, outer)
                start += inner * outer
                layers.append((weights, self.parameters[start : start + outer]))
                start += outer
        if start != len(self.parameters) or self.vectors.shape[1] != dim:
            raise ShapeError("The parameters do not fit the layers of the settings.")
        return layers

    def _new_vectors(self, content: Content) -> Floats:
        rows = Inputs(self.input_mean, self.input_weights).apply(content)
        return head.dense(rows, self._layers()[: len(self.config.item_layers)])

    def _user_vectors(self, profiles: Profiles) -> Floats:
        return head.user_vectors(self.vectors[profiles.items], profiles.indptr, self.user_layers())


def _tower(widths: tuple[int, ...], init: str) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inner, outer in pairwise(widths):
        layer = nn.Linear(inner, outer)
        if init == "lecun":
            nn.init.normal_(layer.weight, std=inner**-0.5)
        else:
            nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.SELU()]
    return nn.Sequential(*layers)
