"""Settings of GRU4Rec, and those of its two papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self, get_args

from artrec.data.sessions import GAP
from artrec.models.base import require
from artrec.training.visit_losses import VisitLoss

Activation = Literal["linear", "tanh", "elu"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GRU4RecConfig:
    """Settings of GRU4Rec. Raises ConfigError for an unknown name or a value out of range."""

    hidden: int = 100
    """H, units of the GRU and dimensions of an item's vector."""
    embedding: int = 0
    """E, dimensions of a table of inputs of its own; 0 ties inputs to the vectors items are scored
    by ("constrained embedding"), which needs the fewest numbers and did best in later work."""
    loss: VisitLoss = "cross-entropy"
    activation: Activation = "linear"
    """Of the scores in the loss. All three rise, so the order of what is served is without it."""
    samples: int = 2048
    """Negatives drawn for each step beside the batch's other items, shared by its rows. If no more
    items than that are known, all of them are negatives instead, once each."""
    sample_alpha: float = 0.5
    """They are drawn in proportion to this power of how often an item occurs: 0 is uniform, 1 by
    popularity."""
    logq: bool = True
    """Of the cross entropy: take off the score of a negative the logarithm of how often it is
    expected in the step, as in `artrec.training.losses.softmax`, so that often drawn items are not
    pushed down for it; the papers do not. Nothing is taken off where all known items are
    negatives."""
    score_l2: float = 1.0
    """Of `bpr-max`: weight of its penalty on the scores of negatives."""
    dropout_inputs: float = 0.0
    dropout_hidden: float = 0.3
    """Of the state in scoring; what is carried to the next step is whole."""
    batch: int = 32
    """B, visits walked through side by side."""
    lr: float = 0.05
    """Of Adagrad."""
    epochs: int = 30
    """At most."""
    patience: int = 3
    """Epochs without a better validation after which training ends."""
    validation_share: float = 0.1
    """Share of the visits, the last ones to end, held out to choose the best epoch by MRR@20. 0
    holds out nothing and runs all epochs."""
    validation_events: int = 2000
    """At most so many events are validated at."""
    refit: bool = True
    """Train again on everything, for as many epochs as were best: the latest visits say most about
    the next."""
    gap: int = GAP
    """Seconds without an event that end a visit."""
    longest: int = 50
    """Only so many of the last items of a visit are looked at in scoring."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name, allowed in (("loss", get_args(VisitLoss)), ("activation", get_args(Activation))):
            value = getattr(self, name)
            require(value in allowed, name, f"one of {', '.join(allowed)}", value)
        counts = ("hidden", "batch", "epochs", "patience", "gap", "longest", "validation_events")
        for name in counts:
            require(getattr(self, name) >= 1, name, "at least 1", getattr(self, name))
        for name in ("embedding", "samples", "score_l2", "seed"):
            require(getattr(self, name) >= 0, name, "0 or more", getattr(self, name))
        for name in ("dropout_inputs", "dropout_hidden", "validation_share"):
            value = getattr(self, name)
            require(0 <= value < 1, name, "at least 0 and below 1", value)
        require(0 <= self.sample_alpha <= 2, "sample_alpha", "from 0 to 2", self.sample_alpha)
        require(self.lr > 0, "lr", "above 0", self.lr)
        require(
            self.samples > 0 or self.batch > 1,
            "samples",
            "at least 1 in batches of 1",
            self.samples,
        )

    @classmethod
    def iclr_2016(cls) -> Self:
        """Of Hidasi et al. 2016 for RSC15, as far as it goes: TOP1 on tanh scores, negatives of the
        batch only, inputs of their own."""
        return cls(
            loss="top1",
            activation="tanh",
            embedding=100,
            samples=0,
            batch=50,
            dropout_hidden=0.5,
            lr=0.01,
            epochs=10,
        )

    @classmethod
    def cikm_2018(cls) -> Self:
        """Of Hidasi & Karatzoglou 2018 and the authors' sample for RSC15: BPR-max on ELU scores,
        tied inputs, 2,048 uniform negatives."""
        return cls(
            loss="bpr-max",
            activation="elu",
            samples=2048,
            sample_alpha=0.0,
            score_l2=0.5,
            dropout_hidden=0.0,
            batch=32,
            lr=0.2,
            epochs=10,
        )
