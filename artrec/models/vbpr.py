"""VBPR: matrix factorisation with a second set of factors that are read off the picture.

He & McAuley, "VBPR: visual Bayesian personalized ranking from implicit feedback", AAAI 2016,
https://arxiv.org/abs/1510.01784. Features f are frozen; E and b' are learned:

    s(u, i) = b_i + g_u . g_i + t_u . (E f_i) + b' . f_i

The global offset and the user's bias of the paper cancel in every comparison and are left out.
Works nobody chose are scored by their visual part, without a g_i. Users are rows of a table;
somebody else is folded in (`artrec.serving.fold_in`).

Letters used in shapes: D dimensions of the scaled features, V of E f_i, M items.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np

from artrec.errors import ShapeError
from artrec.models.base import require
from artrec.models.contract import Content, Floats, Supports, TrainingData
from artrec.models.fold_in import FoldInModel, shared_fields
from artrec.models.inputs import Inputs, Scaling, fit_inputs
from artrec.models.tables import TableConfig, TableNetwork
from artrec.training.config import TrainingConfig
from artrec.training.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class VBPRConfig(TableConfig):
    """Settings of VBPR."""

    visual_dim: int = 16
    """V, dimensions of t and E f."""
    scaling: Scaling = "pca"
    """How features are brought to scale, see `artrec.models.inputs`; published codes take them
    `raw`. `pca` keeps what is rare among pictures small, so that E can hardly memorise by it."""
    input_dim: int = 256
    """Dimensions kept by the scalings `pca` and `whiten`."""
    visual_l2: float = 1.0
    """Penalty of E and b', as a multiple of `training.l2`; the paper has 0."""
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            lr=1e-2, l2=0.03, batch=512, epochs=100, lr_patience=3, patience=12
        )
    )

    def __post_init__(self) -> None:
        TableConfig.__post_init__(self)
        require(self.visual_dim >= 1, "visual_dim", "at least 1", self.visual_dim)
        require(self.input_dim >= 1, "input_dim", "at least 1", self.input_dim)
        require(self.visual_l2 >= 0, "visual_l2", "0 or more", self.visual_l2)

    @classmethod
    def paper(cls) -> Self:
        """As published: 10 + 10 dimensions, raw features, SGD, E and b' without penalty.

        The penalty of the tables was chosen on validation data; choose `training.l2` likewise.
        """
        return cls(
            latent_dim=10,
            visual_dim=10,
            scaling="raw",
            visual_l2=0.0,
            training=TrainingConfig(optimizer="sgd", lr=5e-2, l2=1e-2, batch=64, epochs=100),
        )

    @classmethod
    def tutorial(cls) -> Self:
        """As the tutorial at IUI 2021 trains it: 200 + 100 dimensions, raw features, sums of
        losses, and weight decay on every parameter in the place of a penalty by use."""
        return cls(
            latent_dim=200,
            visual_dim=100,
            scaling="raw",
            init="xavier",
            training=TrainingConfig(
                reduction="sum", lr=1e-3, weight_decay=1e-4, batch=42_000, epochs=150
            ),
        )


@dataclass(frozen=True, eq=False)
class VBPR(FoldInModel):
    """A trained VBPR."""

    name: ClassVar[str] = "vbpr"
    Config: ClassVar[type[VBPRConfig]] = VBPRConfig

    input_mean: Floats
    input_weights: Floats
    projection: Floats
    """(D, V + 1) E, and b' as the last column."""
    usual_bias: Floats
    """(1,) mean b_i of the items somebody chose, which a new one is given."""

    def __post_init__(self) -> None:
        FoldInModel.__post_init__(self)
        width = self.config.visual_dim + 1
        if self.projection.shape != (self.input_weights.shape[-1], width):
            raise ShapeError(
                f"projection must be ({self.input_weights.shape[-1]}, {width}); it is "
                f"{self.projection.shape}."
            )
        if self.vectors.shape[1] != self.config.latent_dim + width:
            raise ShapeError(f"vectors of {self.vectors.shape} do not fit the settings.")

    @classmethod
    def _network(cls, data: TrainingData, config: VBPRConfig) -> Network:
        inputs = fit_inputs(data.content, config.scaling, dim=config.input_dim)
        return TableNetwork(
            data.interactions,
            config,
            features=inputs.apply(data.content),
            visual_dim=config.visual_dim,
            visual_l2=config.visual_l2,
        )

    @classmethod
    def _export(cls, network: Any, data: TrainingData, config: VBPRConfig) -> Self:
        inputs = fit_inputs(data.content, config.scaling, dim=config.input_dim)
        return cls(
            **shared_fields(network, data, config),
            input_mean=inputs.mean,
            input_weights=inputs.weights,
            projection=network.visual.detach().numpy(),
            usual_bias=network.mean_bias(network.chosen).detach().numpy()[None],
        )

    @property
    def supports(self) -> Supports:
        """Everyone, and new items by their looks."""
        return Supports(empty_profile=True, new_items=True)

    def _new_vectors(self, content: Content) -> Floats:
        inputs = Inputs(self.input_mean, self.input_weights)
        looks = inputs.apply(content) @ self.projection
        latent = np.zeros((len(looks), self.config.latent_dim), dtype=np.float32)
        looks[:, -1] += self.usual_bias
        return np.concatenate((latent, looks), axis=1)
