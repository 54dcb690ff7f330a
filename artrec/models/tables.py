"""Networks that know users and items by a row of a table: BPR-MF, and VBPR with a visual part.

    s(u, i) = g_u . g_i + t_u . (E f_i) + b_i + b' . f_i

Without features only the first and the third term are there. Biases are one more coordinate: an
item is [g_i, E f_i, b_i + b' . f_i], a user [g_u, t_u, 1].

Letters used in shapes: U users, N items, D feature dimensions, K latent and V visual dimensions,
T = K + V + 1, n items of a batch, P profiles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from artrec.data import Interactions
from artrec.errors import ConfigError
from artrec.models.base import require
from artrec.models.contract import Floats
from artrec.models.neural import nested
from artrec.sampling import SamplingConfig
from artrec.sampling.config import Strategy, rules_of
from artrec.training.batches import Batch
from artrec.training.config import TrainingConfig
from artrec.training.network import Network

KnownUsers = Literal["trained", "fold-in"]
Init = Literal["normal", "xavier"]

_NOBODY = (Strategy.ONE_ITEM, Strategy.ONE_ITEM_SAME_ARTIST, Strategy.HYBRID_ONE_ITEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableConfig:
    """What the settings of these models have in common."""

    latent_dim: int = 16
    """K, dimensions of g."""
    init: Init = "normal"
    """Initial tables: normal with deviation .1 and biases of 0, or xavier uniform throughout."""
    bias_l2: float = 1.0
    """Penalty of an item's bias b_i, as a multiple of `training.l2`."""
    negative_l2: float = 1.0
    """Penalty of the negative item's factors, as a multiple of `training.l2`. The code of VBPR's
    author has .1, which the paper does not mention."""
    known_users: KnownUsers = "fold-in"
    """How `scorer` treats users of the training, whom it knows by id: by the vector they were
    `trained` to, whatever their history is by now, or by `fold-in` like everybody else."""
    fold_in_l2: float = 0.02
    """Weight of half the squared norm of a folded-in vector."""
    references: int = 512
    """Items, at most, that a profile is compared with when it is folded in."""
    training: TrainingConfig = field(default_factory=TrainingConfig)
    sampling: SamplingConfig = field(default_factory=lambda: SamplingConfig(mode="random"))

    def __post_init__(self) -> None:
        object.__setattr__(self, "training", nested(TrainingConfig, self.training))
        object.__setattr__(self, "sampling", nested(SamplingConfig, self.sampling))
        require(self.latent_dim >= 0, "latent_dim", "0 or more", self.latent_dim)
        for name, kind in (("init", Init), ("known_users", KnownUsers)):
            allowed = get_args(kind)
            value = getattr(self, name)
            require(value in allowed, name, f"one of {', '.join(allowed)}", value)
        for name in ("bias_l2", "negative_l2"):
            require(getattr(self, name) >= 0, name, "0 or more", getattr(self, name))
        require(self.fold_in_l2 > 0, "fold_in_l2", "above 0", self.fold_in_l2)
        require(self.references >= 1, "references", "at least 1", self.references)
        if self.training.uses_triplets:
            refuse_profiles_of_nobody(self.sampling)


def refuse_profiles_of_nobody(sampling: SamplingConfig) -> None:
    """Raise ConfigError for strategies from which a table of users cannot learn."""
    strange = [int(each) for each in _NOBODY if rules_of(sampling).shares.get(each)]
    if strange:
        raise ConfigError(
            f"This model knows users by id, so strategies {strange}, which draw profiles of "
            f"nobody, teach it nothing; set sampling.shares to REAL_USER_SHARES, or to others "
            f"without them."
        )


class TableNetwork(Network):
    """The tables, and the visual part where there are features."""

    features: Tensor
    chosen: Tensor

    def __init__(
        self,
        log: Interactions,
        config: TableConfig,
        *,
        features: Floats | None = None,
        visual_dim: int = 0,
        visual_l2: float = 0.0,
    ) -> None:
        super().__init__()
        self.n_items = log.n_items
        self.seen = log.user_counts > 0
        self.config = config
        self.visual_dim = visual_dim
        self.visual_l2 = visual_l2
        width = config.latent_dim + visual_dim
        self.users = nn.Parameter(torch.empty(log.n_users, width))
        self.items = nn.Parameter(torch.empty(log.n_items, config.latent_dim))
        self.biases = nn.Parameter(torch.zeros(log.n_items, 1))
        tables = [self.users, self.items]
        # Data, not state: what is no parameter would be copied into every checkpoint.
        chosen = torch.from_numpy(log.item_counts > 0)
        self.register_buffer("chosen", chosen[:, None], persistent=False)
        self.visual: nn.Parameter | None = None
        if features is not None:
            self.register_buffer("features", torch.from_numpy(features), persistent=False)
            # E and b' side by side: they always meet the same features.
            self.visual = nn.Parameter(torch.zeros(features.shape[1], visual_dim + 1))
        with torch.no_grad():
            _fill(tables, self.biases, self.visual, config.init)

    def encode(self, items: Tensor) -> Tensor:
        """(n,) to (n, T). Outside of training, items never chosen have no latent part, and the
        mean of what their biases became as negatives: the rest is noise."""
        latent, bias = self.items[items], self.biases[items]
        if not self.training:
            chosen = self.chosen[items]
            latent = latent * chosen
            bias = torch.where(chosen, bias, self.mean_bias(~self.chosen))
        if self.visual is None:
            return torch.cat((latent, bias), dim=1)
        looks = self.features[items] @ self.visual
        return torch.cat((latent, looks[:, :-1], bias + looks[:, -1:]), dim=1)

    def mean_bias(self, of: Tensor) -> Tensor:
        """() mean b_i where `of` (N, 1) is true, 0 where it never is."""
        return (self.biases * of).sum() / of.sum().clamp(min=1)

    def user_vectors(self, batch: Batch, encoded: Tensor) -> Tensor:
        """(P, T); zeros and a 1 for nobody in particular."""
        table = self.users[batch.users.clamp(min=0)] * (batch.users >= 0)[:, None]
        return torch.cat((table, table.new_ones(len(table), 1)), dim=1)

    def penalty(self, batch: Batch, encoded: Tensor) -> Tensor:
        """() half the squared norms of the rows that each example uses, reduced like the loss.

        Several negatives of an example share one weight. The softmax losses name no negatives, so
        there only users and positives are penalised.
        """
        config = self.config
        examples = len(batch.rows)
        by_user = torch.bincount(batch.rows, minlength=batch.n_profiles)
        positive = torch.bincount(batch.positive, minlength=len(batch.items))
        negative = torch.bincount(batch.negative.flatten(), minlength=len(batch.items))
        negative = negative / max(batch.negative.shape[1], 1)
        known = batch.users >= 0
        users = self.users[batch.users.clamp(min=0)].square().sum(dim=1)
        total = (users * by_user * known).sum()
        latent = self.items[batch.items].square().sum(dim=1)
        total = total + (latent * (positive + config.negative_l2 * negative)).sum()
        biases = self.biases[batch.items].square().sum(dim=1)
        total = total + config.bias_l2 * (biases * (positive + negative)).sum()
        if self.visual is not None and self.visual_l2:
            total = total + examples * self.visual_l2 * self.visual.square().sum()
        return total / 2 if config.training.reduction == "sum" else total / (2 * examples)


def _fill(
    tables: list[nn.Parameter], biases: nn.Parameter, visual: nn.Parameter | None, init: Init
) -> None:
    if init == "xavier":
        for table in (*tables, biases):
            nn.init.xavier_uniform_(table)
        if visual is not None:
            nn.init.xavier_uniform_(visual[:, :-1])
            nn.init.xavier_uniform_(visual[:, -1:])
        return
    for table in tables:
        nn.init.normal_(table, std=0.1)
    if visual is not None:
        # Inputs of variance 1 are projected to the scale of the tables.
        nn.init.normal_(visual[:, :-1], std=0.1 * len(visual) ** -0.5)
