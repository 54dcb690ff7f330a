"""Settings of ACF, and the modes that stand for published code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from artrec.errors import ConfigError
from artrec.models.base import require
from artrec.models.inputs import Scaling
from artrec.models.neural import nested
from artrec.sampling import SamplingConfig
from artrec.training.config import TrainingConfig

Items = Literal["table", "content"]
AddUser = Literal["raw", "projected"]
Strangers = Literal["mean", "zero"]
KnownUsers = Literal["trained", "as-strangers"]
Init = Literal["xavier", "kaiming"]


@dataclass(frozen=True, slots=True)
class ACFConfig:
    """Settings of ACF. Raises ConfigError for an unknown name or a value out of range."""

    dim: int = 128
    """T, of users and items."""
    attention: int = 128
    """H, hidden units of both attentions."""
    scaling: Scaling = "pca"
    """How parts of pictures are brought to scale, once, before training."""
    input_dim: int = 128
    """d at most, dimensions of a part kept by the scalings `pca` and `whiten`."""
    half: bool = False
    """Hold the reduced parts in half precision."""
    items: Items = "table"
    """`table`: v and p are trained per item, as published, so a new item has none. `content`: they
    are linear in the picture, and a new item has them at once."""
    residual: bool = False
    """With `content`: add a trained vector per item to v, zero for new ones."""
    tied: bool = False
    """One vector per item for both v and p, as the tutorial's code has it."""
    add_user: AddUser = "raw"
    """What is added to the attended profile: u as published, or W1u u as in the tutorial's code,
    which overwrites u."""
    strangers: Strangers = "mean"
    """Who somebody unknown is taken for: the mean of all users, or nobody, u = 0."""
    known_users: KnownUsers = "as-strangers"
    """How those who were trained on are scored: by their trained vector, or by their profile alone
    like everyone else."""
    user_dropout: float = 0.0
    """Probability that a training example takes its user for a stranger."""
    divide_by_dim: bool = False
    """Divide scores by T, as the tutorial's code does."""
    init: Init = "xavier"
    """Initial weights and vectors, both normal."""
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(lr=3e-3, l2=1e-2, batch=1024)
    )
    sampling: SamplingConfig = field(
        default_factory=lambda: SamplingConfig(mode="random", hide_positive=1.0)
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "training", nested(TrainingConfig, self.training))
        object.__setattr__(self, "sampling", nested(SamplingConfig, self.sampling))
        for name in ("dim", "attention", "input_dim"):
            require(getattr(self, name) > 0, name, "above 0", getattr(self, name))
        require(0 <= self.user_dropout <= 1, "user_dropout", "from 0 to 1", self.user_dropout)
        choices = {
            "items": Items,
            "add_user": AddUser,
            "strangers": Strangers,
            "known_users": KnownUsers,
            "init": Init,
        }
        for name, kind in choices.items():
            allowed = get_args(kind)
            value = getattr(self, name)
            require(value in allowed, name, f"one of {', '.join(allowed)}", value)
        if self.add_user == "projected" and self.attention != self.dim:
            raise ConfigError(
                f"add_user projected needs as many hidden units as dimensions; attention is "
                f"{self.attention}, dim {self.dim}."
            )
        if self.residual and self.items == "table":
            raise ConfigError("residual adds to content; set items to content, or residual off.")

    @property
    def tables(self) -> tuple[bool, bool]:
        """Whether v and p have a table of trained vectors each."""
        table = self.items == "table"
        return table or self.residual, table and not self.tied

    @property
    def divisor(self) -> int:
        """Of the scores."""
        return self.dim if self.divide_by_dim else 1


@dataclass(frozen=True, slots=True)
class ContentACFConfig(ACFConfig):
    """ACF whose items are made of their pictures, so that new ones can be scored. The defaults are
    for works nobody has chosen yet, and so is what chooses the best epoch."""

    items: Items = "content"
    user_dropout: float = 0.5
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            lr=1e-3, l2=1e-3, batch=1024, validation="cold-items"
        )
    )
    sampling: SamplingConfig = field(
        default_factory=lambda: SamplingConfig(mode="random", profile_cap=50, hide_positive=1.0)
    )


def tutorial() -> ACFConfig:
    """The ACF of the IUI 2021 tutorial's code, as far as it is a model: its loss is called WARP but
    is a constant times sigma(s_j - s_i + 1), and is replaced by BPR here (docs/models/acf.md)."""
    return ACFConfig(
        tied=True,
        add_user="projected",
        divide_by_dim=True,
        init="kaiming",
        training=TrainingConfig(
            lr=1e-3, weight_decay=1e-5, batch=128, epochs=10, validation="last-item"
        ),
        sampling=SamplingConfig(mode="random", profile_cap=10, hide_positive=1.0),
    )
