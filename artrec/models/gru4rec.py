"""GRU4Rec: what comes next in a visit, by a recurrent network over the visit so far.

Hidasi, Karatzoglou, Baltrunas & Tikk, "Session-based recommendations with recurrent neural
networks", ICLR 2016, https://arxiv.org/abs/1511.06939; losses and tied inputs of Hidasi &
Karatzoglou, "Recurrent neural networks with top-k gains for session-based recommendations", CIKM
2018, https://arxiv.org/abs/1706.03847.

    h_t = GRU(e_{i_t}, h_{t-1}),  h_0 = 0
    s(i | i_1 ... i_t) = h_t . w_i + b_i

A profile is the items of the current visit, oldest first; as in every recommender here an item
looked at again counts once, at its last place. `fit` cuts the interactions into visits itself.

Letters used in shapes: N items, E input and H hidden dimensions, B profiles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import torch

from artrec.data.interactions import BoolArray
from artrec.data.sessions import Visits, learnable, visits_of
from artrec.errors import DataError, ShapeError
from artrec.evaluation.next_item import next_items, ranks_of_next, reciprocal_rank
from artrec.evaluation.ranking import inner_product
from artrec.models.base import VectorModel, same_rows
from artrec.models.contract import Floats, Profiles, TrainingData
from artrec.models.gru4rec_config import GRU4RecConfig
from artrec.models.gru4rec_network import GRU4RecNetwork, Trainer
from artrec.models.profiles import profiles_of
from artrec.serving import gru
from artrec.serving.gru import Gates
from artrec.training.device import choose_device
from artrec.training.distributed import Group
from artrec.training.epochs import Plan, run_epochs
from artrec.training.runtime import Outcome, Runtime
from artrec.training.visit_batches import training_key

_CUTOFF = 20


@dataclass(frozen=True, eq=False)
class GRU4Rec(VectorModel):
    """A trained GRU4Rec. Vectors are [w_i, b_i], T = H + 1."""

    name: ClassVar[str] = "gru4rec"
    Config: ClassVar[type[GRU4RecConfig]] = GRU4RecConfig
    trains: ClassVar[bool] = True
    """`fit` takes a `Runtime`, takes long, and can be interrupted."""

    inputs: Floats
    """(N, E) inputs, or (N, 0) where they are the vectors."""
    input_weights: Floats
    """(E or H, 3H); this and the rest are those of `artrec.serving.gru.Gates`."""
    hidden_weights: Floats
    """(H, 3H)"""
    input_bias: Floats
    """(3H,)"""
    hidden_bias: Floats
    """(3H,)"""

    def __post_init__(self) -> None:
        VectorModel.__post_init__(self)
        same_rows(self.n_items, inputs=self.inputs)
        size, width = len(self.hidden_weights), self.inputs.shape[1] or self.vectors.shape[1] - 1
        shapes = [array.shape for array in self.gates]
        wanted = [(width, 3 * size), (size, 3 * size), (3 * size,), (3 * size,)]
        if shapes != wanted or self.vectors.shape[1] != size + 1:
            raise ShapeError(f"The weights of the GRU must be {wanted}; they are {shapes}.")

    @classmethod
    def fit(
        cls,
        data: TrainingData,
        config: GRU4RecConfig | None = None,
        *,
        runtime: Runtime | None = None,
    ) -> Self:
        """Train until the held-out visits are predicted no better; Ctrl-C keeps the best so far.

        The precision is float32 whatever the runtime says, and one process trains.

        Raises:
            ConfigError: If a setting is out of range.
            DataError: If no visit has two items, or none can be held out.
            TrainingError: If the training diverges.
        """
        settings = config or GRU4RecConfig()
        visits = visits_of(data.interactions, settings.gap)
        run = runtime or Runtime()
        held = _held_out(visits, settings)
        learnable(visits.take(~held))
        network, outcome = _train(visits.take(~held), visits.take(held), settings, run)
        counts = visits.take(~held).item_counts
        if settings.refit and held.any() and not outcome.interrupted:
            again = replace(settings, validation_share=0.0, epochs=max(outcome.best_epoch, 1))
            quiet = replace(run, folder=None, resume=False)
            refitted, outcome = _train(visits, None, again, quiet)
            if not outcome.interrupted:
                network, counts = refitted, visits.item_counts
        vectors, inputs = network.tables(counts)
        return cls(settings, vectors, inputs, *network.gates())

    @property
    def gates(self) -> Gates:
        """The GRU."""
        return Gates(self.input_weights, self.hidden_weights, self.input_bias, self.hidden_bias)

    def _user_vectors(self, profiles: Profiles) -> Floats:
        table = self.inputs if self.inputs.shape[1] else self.vectors[:, :-1]
        rows = table[profiles.items]
        return gru.user_vectors(rows, profiles.indptr, self.gates, self.config.longest)


def _held_out(visits: Visits, config: GRU4RecConfig) -> BoolArray:
    """(V,) the visits to validate on: those that ended last of those with two items."""
    held = np.zeros(len(visits), dtype=np.bool_)
    if config.validation_share:
        useful = np.flatnonzero(visits.lengths > 1)
        count = max(1, round(config.validation_share * len(useful)))
        held[useful[np.argsort(visits.ends[useful], kind="stable")[-count:]]] = True
    return held


def _train(
    visits: Visits, held: Visits | None, config: GRU4RecConfig, runtime: Runtime
) -> tuple[GRU4RecNetwork, Outcome]:
    device = choose_device(runtime.device, Group())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = GRU4RecNetwork(visits.n_items, config)
    network.to(device)
    trainer = Trainer(network, visits, config, device)
    measure = None if held is None or not len(held) else _measure(network, visits, held, config)
    plan = Plan(
        epochs=config.epochs,
        lr=config.lr,
        seed=config.seed,
        patience=config.patience,
        metric=f"mrr@{_CUTOFF}",
        key=training_key(visits, config),
    )
    outcome = run_epochs(network, trainer.optimizer, trainer.epoch, measure, plan, runtime)
    return network.cpu(), outcome


def _measure(
    network: GRU4RecNetwork, visits: Visits, held: Visits, config: GRU4RecConfig
) -> Callable[[], float]:
    """MRR of the next items of the held-out visits, by what would be served."""
    try:
        asked = next_items(held, known=visits.item_counts > 0)
    except DataError as error:
        raise DataError(
            f"Nothing can be held out to choose the best epoch: {error} Set validation_share to 0 "
            f"to train for a fixed number of epochs."
        ) from error
    if len(asked.events) > config.validation_events:
        rng = np.random.default_rng(config.seed)
        asked = asked.take(
            np.sort(rng.choice(len(asked.events), config.validation_events, replace=False))
        )
    profiles = profiles_of(asked.profiles(longest=config.longest))

    def measure() -> float:
        vectors, inputs = network.tables(visits.item_counts)
        users = GRU4Rec(config, vectors, inputs, *network.gates())._user_vectors(profiles)
        ranks = ranks_of_next(inner_product(users, vectors), asked)
        return float(reciprocal_rank(ranks, _CUTOFF).mean())

    return measure
