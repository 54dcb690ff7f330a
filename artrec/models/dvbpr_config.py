"""Settings of DVBPR, and the two published sets of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from artrec.features.registry import BACKBONES
from artrec.models.base import require
from artrec.models.neural import nested
from artrec.models.picture_towers import PAPER_SIZE, PLAIN
from artrec.models.tables import KnownUsers, refuse_profiles_of_nobody
from artrec.sampling import SamplingConfig
from artrec.training.config import TrainingConfig

Init = Literal["normal", "paper", "tutorial"]
UserPenalty = Literal["rows", "norm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DVBPRConfig:
    """Settings of DVBPR. Raises ConfigError for an unknown name or a value out of range."""

    network: str = "small"
    """`cnn-f` (the authors'), `alexnet` (the tutorial's), `small` (for a CPU), or a backbone of
    `artrec.features.registry`, such as `resnet50`, with its weights."""
    size: int | None = None
    """Side of the pictures, in pixels, which `fit` then insists on; None takes them as they are.
    A fitted model says the one it was trained on."""
    visual_dim: int = 100
    """K, dimensions of t and phi(X). The authors' code has 100."""
    latent_dim: int = 0
    """Dimensions of g. The authors' code has none, the tutorial 100."""
    bias: bool = False
    """Whether items have a bias b_i. It is in the tutorial's formula, but in neither code."""
    weights: str | None = None
    """Folder or file of a backbone's weights; None looks in the hub's cache, then on the hub."""
    pretrained: bool = True
    """Whether a backbone begins with its weights; random ones serve as a control."""
    frozen_epochs: int = 3
    """Epochs in which only the layer on top of a backbone is trained. Its features are computed
    once and kept, so these epochs cost next to nothing."""
    trained_stages: int = 1
    """Last stages of a backbone that are trained after that; 0 never trains it."""
    init: Init = "normal"
    """Initial tables. `normal`: deviation .1. `paper`: t_u uniform in 0 to .01, g normal.
    `tutorial`: all uniform in 0 to 1."""
    cnn_l2: float = 10.0
    """Penalty of half the squared norm of the network's weights, biases left out; once per batch.
    The authors have .001, from random weights."""
    user_l2: float = 3.0
    """Penalty of t_u, per example. The authors have 1."""
    user_penalty: UserPenalty = "rows"
    """On half the squared norm of the `rows` of the examples' users, as the authors have it, or, as
    the tutorial's code, on the `norm` of the whole table, not squared."""
    latent_l2: float = 1.0
    """Penalty of half the squared norm of g_u per example, and of g_i and b_i per item of a
    batch."""
    keep_network: bool = True
    """Whether the fitted model keeps the network, so that new items can be scored."""
    known_users: KnownUsers = "trained"
    """How `scorer` treats users of the training, whom it knows by id: by the vector they were
    `trained` to, whatever their history is by now, or by `fold-in` like everybody else."""
    fold_in_l2: float = 0.2
    """Weight of half the squared norm of a folded-in vector."""
    references: int = 512
    """Items, at most, that a profile is compared with when it is folded in."""
    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            loss="sampled-softmax", in_batch=True, batch=256, sampled=64, lr=1e-3, l2=1.0, epochs=20
        )
    )
    """`l2` multiplies all penalties above; with `reduction` mean they are divided by the batch, as
    the loss is, so that the published numbers mean the same."""
    sampling: SamplingConfig = field(default_factory=lambda: SamplingConfig(mode="random"))
    """Of the triplet losses, unless negatives come from the batch."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "training", nested(TrainingConfig, self.training))
        object.__setattr__(self, "sampling", nested(SamplingConfig, self.sampling))
        choices: dict[str, tuple[str, ...]] = {
            "network": (*PLAIN, *BACKBONES),
            "init": get_args(Init),
            "user_penalty": get_args(UserPenalty),
            "known_users": get_args(KnownUsers),
        }
        for name, allowed in choices.items():
            value = getattr(self, name)
            require(value in allowed, name, f"one of {', '.join(allowed)}", value)
        for name in ("visual_dim", "references"):
            require(getattr(self, name) >= 1, name, "at least 1", getattr(self, name))
        for name in (
            "latent_dim",
            "frozen_epochs",
            "trained_stages",
            "cnn_l2",
            "user_l2",
            "latent_l2",
        ):
            require(getattr(self, name) >= 0, name, "0 or more", getattr(self, name))
        if self.training.uses_triplets and not self.training.in_batch:
            refuse_profiles_of_nobody(self.sampling)
        require(self.size is None or self.size >= 1, "size", "at least 1", self.size)
        require(self.fold_in_l2 > 0, "fold_in_l2", "above 0", self.fold_in_l2)

    @classmethod
    def paper(cls) -> DVBPRConfig:
        """What the authors' code does; it also squashes pictures to 224 x 224."""
        return cls(
            network="cnn-f",
            size=PAPER_SIZE,
            init="paper",
            cnn_l2=1e-3,
            user_l2=1.0,
            training=TrainingConfig(
                loss="bpr", reduction="sum", batch=128, lr=1e-4, l2=1.0, epochs=20
            ),
        )

    @classmethod
    def tutorial(cls) -> DVBPRConfig:
        """What the tutorial's code does, with its network, its tables and its penalty."""
        return cls(
            network="alexnet",
            size=PAPER_SIZE,
            latent_dim=100,
            init="tutorial",
            cnn_l2=0.0,
            user_l2=1.0,
            user_penalty="norm",
            latent_l2=0.0,
            training=TrainingConfig(
                loss="bpr", reduction="sum", batch=128, lr=1e-3, l2=1.0, weight_decay=1e-4, epochs=5
            ),
        )
