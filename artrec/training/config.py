"""Every setting of a training that changes its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from artrec.errors import ConfigError

Loss = Literal["bpr", "margin", "warp", "softmax", "sampled-softmax"]
Validation = Literal["last-item", "cold-items", "none"]
Optimizer = Literal["adam", "adamw", "sgd"]
Reduction = Literal["mean", "sum"]
Targets = Literal["random", "latest"]

TRIPLET_LOSSES: tuple[Loss, ...] = ("bpr", "margin", "warp")
"""Losses over one preferred and one or more other items; the rest compare with many at once."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Settings of the loop. Raises ConfigError for an unknown name or a value out of range."""

    loss: Loss = "bpr"
    """`bpr` (Rendle et al. 2009), `margin` (hinge), `warp` (Weston et al. 2011), `softmax` over the
    whole catalogue, `sampled-softmax` over a part of it with logQ correction."""
    reduction: Reduction = "mean"
    """Over the examples of a batch. Published code often sums, which multiplies the learning rate
    against the L2 penalty."""
    margin: float = 1.0
    """By how much the positive must win in `margin` and `warp`, in units of the score."""
    negatives: int = 1
    """Negatives per example of the triplet losses. The first is drawn by the sampling guideline,
    more are drawn uniformly from what the user has not chosen."""
    sampled: int = 2048
    """Items drawn into each batch as negatives of `sampled-softmax`."""
    in_batch: bool = False
    """Batches are single choices and negatives are the batch's other items, plus `sampled` more;
    for models that know users by id and whose items are costly to encode. `batch` then counts
    choices, whatever the loss."""
    chosen_only: bool = True
    """Negatives of the softmax losses are items that somebody chose. Others have had no chance to
    be chosen, or wait to be recommended; as negatives they would only be pushed down."""
    target_share: float = 0.3
    """Share of a history that the softmax losses ask for, at least one item; the rest is the
    profile. 1 asks for everything and leaves no profile (models that know users by id)."""
    targets: Targets = "random"
    """Which part of the history that is: any, or the latest as at test time."""
    profile_cap: int | None = None
    """Longest profile of the softmax losses, a random part of the rest; None for no limit."""
    batch: int = 4096
    """Examples per step of the triplet losses; users per step of the softmax losses."""
    epochs: int = 50
    """At most."""
    epoch_examples: int | None = None
    """Examples after which an epoch ends and is validated. None: one per training event for
    triplets, every user once for softmax."""
    lr: float = 1e-3
    """Learning rate at the start."""
    lr_factor: float = 0.6
    """What the rate is multiplied by after `lr_patience` epochs without a better validation."""
    lr_patience: int = 2
    lr_min: float = 1e-6
    """Training ends when the rate would fall below."""
    optimizer: Optimizer = "adam"
    l2: float = 0.0
    """Factor of `Network.penalty`, half the squared norm of the weights unless a model says
    otherwise, added to the loss."""
    weight_decay: float = 0.0
    """Of the optimizer, on every parameter, biases included."""
    clip: float | None = None
    """Largest norm of the whole gradient."""
    patience: int = 8
    """Epochs without a better validation after which training ends."""
    validation: Validation = "last-item"
    """What is held out of training to choose the best epoch: each user's last item, or whole items
    with all that was chosen of them (the regime of one-of-a-kind works). `none` runs all epochs."""
    validation_share: float = 0.1
    """Share of the items held out by `cold-items`."""
    validation_users: int = 2000
    """At most so many users are validated."""
    validation_metric: str = "auc"
    """A name of `artrec.evaluation.metrics.all_metrics`; higher is better."""
    refit: bool = False
    """Train again on everything, held-out events included, for as many epochs as were best."""
    seed: int = 0

    def __post_init__(self) -> None:
        choices = {
            "loss": Loss,
            "reduction": Reduction,
            "optimizer": Optimizer,
            "validation": Validation,
            "targets": Targets,
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in get_args(allowed):
                known = ", ".join(get_args(allowed))
                raise ConfigError(f"{name} {getattr(self, name)!r} is unknown; choose of {known}.")
        for name in ("negatives", "sampled", "batch", "epochs", "validation_users"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1; it is {getattr(self, name)}.")
        for name in ("l2", "weight_decay", "patience", "lr_patience", "lr_min", "margin", "seed"):
            if not getattr(self, name) >= 0:  # so that NaN is refused too
                raise ConfigError(f"{name} must be 0 or more; it is {getattr(self, name)}.")
        for name in ("lr_factor", "validation_share"):
            if not 0 < getattr(self, name) < 1:
                raise ConfigError(
                    f"{name} must be above 0 and below 1; it is {getattr(self, name)}."
                )
        if not 0 < self.target_share <= 1:
            raise ConfigError(
                f"target_share must be above 0, at most 1; it is {self.target_share}."
            )
        for name in ("lr", "epoch_examples", "clip", "profile_cap"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ConfigError(f"{name} must be above 0; it is {value}.")

    @property
    def uses_triplets(self) -> bool:
        """Whether batches are triplets; otherwise they are users with several positives each."""
        return self.loss in TRIPLET_LOSSES
