"""BPR-MF: matrix factorisation trained to rank what was chosen above what was not.

Rendle, Freudenthaler, Gantner & Schmidt-Thieme, "BPR: Bayesian personalized ranking from implicit
feedback", UAI 2009, https://arxiv.org/abs/1205.2618.

    s(u, i) = b_i + g_u . g_i
    minimise   sum over (u, i, j) of -ln sigma(s_ui - s_uj) + l2 / 2 |what the triple uses|²

Training keeps a row per user; profiles are folded in (`artrec.serving.fold_in`). Items nobody chose
have no factors, and one bias in common.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from artrec.models.base import require
from artrec.models.contract import TrainingData
from artrec.models.fold_in import FoldInModel, shared_fields
from artrec.models.tables import TableConfig, TableNetwork
from artrec.training.config import TrainingConfig
from artrec.training.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class BPRMFConfig(TableConfig):
    """Settings of BPR-MF."""

    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            lr=1e-2, l2=0.05, batch=512, epochs=100, lr_patience=3, patience=12
        )
    )

    def __post_init__(self) -> None:
        TableConfig.__post_init__(self)
        require(self.latent_dim >= 1, "latent_dim", "at least 1", self.latent_dim)


@dataclass(frozen=True, eq=False)
class BPRMF(FoldInModel):
    """A trained BPR-MF."""

    name: ClassVar[str] = "bpr-mf"
    Config: ClassVar[type[BPRMFConfig]] = BPRMFConfig

    @classmethod
    def _network(cls, data: TrainingData, config: BPRMFConfig) -> Network:
        return TableNetwork(data.interactions, config)

    @classmethod
    def _export(cls, network: Any, data: TrainingData, config: BPRMFConfig) -> Self:
        return cls(**shared_fields(network, data, config))
