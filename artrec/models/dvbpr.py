"""DVBPR: a network looks at the pictures themselves and learns what each user likes to see.

Kang, Fang, Wang & McAuley, "Visually-aware fashion recommendation and design with generative image
models", ICDM 2017, https://arxiv.org/abs/1711.02231. The network phi is trained end to end, from
pixels, to rank what was chosen above what was not:

    s(u, i) = t_u . phi(X_i)                        as in the authors' code
    s(u, i) = b_i + g_u . g_i + t_u . phi(X_i)      with `latent_dim` and `bias`

Users are rows of a table; somebody else is folded in (`artrec.serving.fold_in`). Items nobody chose
are scored by their looks, with the mean bias.

Letters used in shapes: M items, S side of a picture, K and G dimensions of phi and g.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch

from artrec.errors import ShapeError, UnsupportedError
from artrec.models.contract import Content, Floats, Pixels, Supports, TrainingData
from artrec.models.dvbpr_config import DVBPRConfig
from artrec.models.dvbpr_network import DVBPRNetwork, through_tower
from artrec.models.fold_in import FoldInModel, shared_fields
from artrec.models.picture_towers import Tower, build_tower
from artrec.training.network import Network


@dataclass(frozen=True, eq=False)
class DVBPR(FoldInModel):
    """A trained DVBPR."""

    name: ClassVar[str] = "dvbpr"
    Config: ClassVar[type[DVBPRConfig]] = DVBPRConfig
    uses_profiles: ClassVar[bool] = False

    parameters: Floats
    """All weights and statistics of the network, end to end; none without `keep_network`."""
    usual_bias: Floats
    """(1,) what an item nobody chose has in the place of b_i."""

    def __post_init__(self) -> None:
        FoldInModel.__post_init__(self)
        width = self.config.visual_dim + self.config.latent_dim + 1
        if self.vectors.shape[1] != width or self.usual_bias.shape != (1,):
            raise ShapeError(f"vectors of {self.vectors.shape} do not fit the settings.")

    @classmethod
    def _network(cls, data: TrainingData, config: DVBPRConfig) -> Network:
        pixels = _pixels(data.content, config)
        tower = build_tower(
            config.network,
            config.visual_dim,
            pixels.shape[1],
            pretrained=config.pretrained,
            weights=None if config.weights is None else Path(config.weights),
            stages=config.trained_stages,
        )
        return DVBPRNetwork(tower, pixels, data.interactions, config)

    @classmethod
    def _export(cls, network: Any, data: TrainingData, config: DVBPRConfig) -> Self:
        network.settle()
        size = _pixels(data.content, config).shape[1]
        parameters = np.zeros(0, dtype=np.float32)
        if config.keep_network:
            numbers = _numbers(network.tower).values()
            parameters = torch.cat([each.detach().flatten() for each in numbers]).numpy()
        settings: Any = replace(config, size=size)
        return cls(
            **shared_fields(network, data, settings),
            parameters=parameters,
            usual_bias=network.usual_bias().detach().numpy()[None],
        )

    @property
    def supports(self) -> Supports:
        """New items by their looks; an empty profile where there are biases to rank by."""
        return Supports(new_items=len(self.parameters) > 0, empty_profile=self.config.bias)

    def tower(self) -> Tower:
        """The trained network. Raises UnsupportedError if the model was saved without."""
        if not len(self.parameters):
            raise UnsupportedError(
                f"This {self.name} was kept without its network, so an item is known by who chose "
                f"it; fit it with keep_network to score new ones."
            )
        config = self.config
        tower = build_tower(
            config.network,
            config.visual_dim,
            config.size,
            pretrained=False,
            weights=None,
            stages=0,
        )
        numbers = _numbers(tower)
        sizes = [each.numel() for each in numbers.values()]
        if sum(sizes) != len(self.parameters):
            raise ShapeError("The parameters do not fit the network of the settings.")
        parts = torch.split(torch.from_numpy(np.array(self.parameters)), sizes)
        with torch.no_grad():
            for place, values in zip(numbers.values(), parts, strict=True):
                place.copy_(values.view_as(place))
        return tower

    def _new_vectors(self, content: Content) -> Floats:
        tower = self.tower()
        looks = through_tower(tower, _pixels(content, self.config))
        latent = np.zeros((len(looks), self.config.latent_dim), dtype=np.float32)
        bias = np.repeat(self.usual_bias[None], len(looks), axis=0)
        return np.concatenate((looks, latent, bias), axis=1, dtype=np.float32)


def _pixels(content: Content, config: DVBPRConfig) -> Pixels:
    """The pictures of a content. Raises ShapeError if there are none, or of another size."""
    if content.pixels is None:
        raise ShapeError(
            "DVBPR learns from pictures, not from features; give Content.pixels, for instance from "
            "artrec.data.pixels.open_pixels."
        )
    side = content.pixels.shape[1]
    if config.size is not None and side != config.size:
        raise ShapeError(
            f"The pictures are {side} x {side} pixels; this model takes {config.size} x "
            f"{config.size}."
        )
    return content.pixels


def _numbers(tower: Tower) -> dict[str, torch.Tensor]:
    """Everything a tower has learnt or was given, but the counters of its batch statistics."""
    return {name: value for name, value in tower.state_dict().items() if value.is_floating_point()}
