"""Settings of the blend and of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from artrec.errors import ConfigError
from artrec.models.base import require
from artrec.models.neural import NeuralModel, nested
from artrec.models.registry import model_class
from artrec.training.config import TrainingConfig

PARTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "visrank": {"top": 0, "scaling": "raw"},
    "factor-regression": {"factors": 32, "ridge_l2": 100.0, "keep_from": 1},
    "visual-popularity": {"l2": 1000.0},
    "popularity": {"log": True},
    "curatornet-plus": {},
    "vbpr": {},
}
"""Models that can be parts, with settings that suit them here."""


@dataclass(frozen=True, slots=True)
class BlendConfig:
    """Settings of the blend."""

    parts: tuple[str, ...] = tuple(PARTS)
    """Names of models, of `PARTS`."""
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Settings of parts by name, where they differ from `PARTS`."""
    input_dim: int = 256
    """Principal components that stand for the looks of a work in VisRank's part."""
    prior: float = 0.25
    """Weight of every part before anything is learned."""
    l2: float = 0.3
    """Ridge penalty on what the weights differ from that. Held-out items are few, and a handful of
    famous ones among them can make any part look better than it is."""
    validation: TrainingConfig = field(default_factory=lambda: TrainingConfig(validation_share=0.2))
    """What the weights are learned on: its `validation`, `validation_share`, `validation_users`
    and `seed` count; trained parts hold out the same kind once more for themselves."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))
        object.__setattr__(self, "validation", nested(TrainingConfig, self.validation))
        known = ", ".join(PARTS)
        require(len(self.parts) > 0, "parts", f"some of {known}", self.parts)
        require(len(set(self.parts)) == len(self.parts), "parts", "different models", self.parts)
        for name in (*self.parts, *self.settings):
            require(name in PARTS, "parts", f"some of {known}", name)
        require(self.input_dim > 0, "input_dim", "above 0", self.input_dim)
        require(self.prior >= 0, "prior", "0 or more", self.prior)
        require(self.l2 > 0, "l2", "above 0", self.l2)
        if self.validation.validation == "none":
            raise ConfigError("The weights need held-out choices; validation cannot be none.")
        for name in self.parts:  # not only once the parts before it have been trained
            self.part(name)

    def part(self, name: str) -> Any:
        """The settings of one part."""
        kind: Any = model_class(name)
        try:
            chosen = {**PARTS[name], **self.settings.get(name, {})}
            if issubclass(kind, NeuralModel):
                training = asdict(kind.Config().training) | dict(chosen.get("training", {}))
                training["validation"] = self.validation.validation
                chosen["training"] = training
            config = kind.Config(**chosen)
        except TypeError as error:
            raise ConfigError(f"Settings of the part {name!r}: {error}") from error
        if name == "visrank":  # any other aggregate is no inner product
            require(config.top == 0, "top of the part 'visrank'", "0, the average", config.top)
            require(not config.weights, "weights of the part 'visrank'", "left out", config.weights)
        return config
