"""The network of GRU4Rec and one epoch of its training.

Letters used in shapes: N items, E input and H hidden dimensions, B rows of a step, M negatives.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from artrec.data.interactions import IntArray
from artrec.data.sessions import Visits
from artrec.models.contract import Floats
from artrec.models.gru4rec_config import GRU4RecConfig
from artrec.serving.gru import Gates
from artrec.training.visit_batches import SPARSE_FROM, Negatives, session_parallel
from artrec.training.visit_losses import LOSSES, bpr_max


class GRU4RecNetwork(nn.Module):
    """A table of item vectors and biases, perhaps one of inputs, and a GRU."""

    def __init__(self, n_items: int, config: GRU4RecConfig) -> None:
        super().__init__()
        self.config = config
        sparse = n_items >= SPARSE_FROM
        self.items = nn.Embedding(n_items, config.hidden, sparse=sparse)
        self.biases = nn.Embedding(n_items, 1, sparse=sparse)
        self.inputs = nn.Embedding(n_items, config.embedding, sparse=sparse)
        self.cell = nn.GRUCell(config.embedding or config.hidden, config.hidden)
        for table in (self.items, self.inputs):
            bound = (6 / (n_items + max(table.embedding_dim, 1))) ** 0.5
            nn.init.uniform_(table.weight, -bound, bound)
        nn.init.zeros_(self.biases.weight)
        for name, values in self.cell.named_parameters():
            if name.startswith("bias"):
                nn.init.zeros_(values)
                continue
            for gate in values.chunk(3):  # each gate is a matrix of its own
                nn.init.xavier_uniform_(gate)

    def step(self, items: Tensor, hidden: Tensor) -> Tensor:
        """(B,) item rows and (B, H) states to the next states."""
        table = self.inputs if self.config.embedding else self.items
        inputs = functional.dropout(table(items), self.config.dropout_inputs, self.training)
        state: Tensor = self.cell(inputs, hidden)
        return state

    def gates(self) -> Gates:
        """The weights of the GRU, as what is served takes them."""
        state = {name: _numpy(value) for name, value in self.cell.named_parameters()}
        return Gates(
            np.ascontiguousarray(state["weight_ih"].T),
            np.ascontiguousarray(state["weight_hh"].T),
            state["bias_ih"],
            state["bias_hh"],
        )

    def tables(self, counts: IntArray) -> tuple[Floats, Floats]:
        """(N, H + 1) vectors with the bias last, and (N, E) inputs.

        Items that never occur in `counts` (N,) were not trained: they are zeros with the lowest of
        the trained biases, rather than noise.
        """
        known = counts > 0
        vectors = np.where(known[:, None], _numpy(self.items.weight), np.float32(0))
        biases = _numpy(self.biases.weight)
        biases = np.where(known[:, None], biases, biases[known].min(initial=0))
        inputs = np.where(known[:, None], _numpy(self.inputs.weight), np.float32(0))
        return np.concatenate((vectors, biases), axis=1), inputs


class Trainer:
    """Epochs over the same visits."""

    def __init__(
        self,
        network: GRU4RecNetwork,
        visits: Visits,
        config: GRU4RecConfig,
        device: torch.device,
    ) -> None:
        self.network, self.visits, self.config, self.device = network, visits, config, device
        self.negatives = Negatives(visits.item_counts, config.samples, config.sample_alpha)
        self.optimizer = torch.optim.Adagrad(network.parameters(), lr=config.lr)

    def epoch(self, rng: np.random.Generator) -> tuple[float, int]:
        """Mean loss, and how many next items were learned from."""
        lanes = session_parallel(self.visits, self.config.batch, rng)
        carried = torch.zeros(lanes.items.shape[1], self.config.hidden, device=self.device)
        total = torch.zeros((), device=self.device)
        count = 0
        for items, targets, begins in zip(lanes.items, lanes.targets, lanes.begins, strict=True):
            rows = np.flatnonzero(items >= 0)  # lanes run dry towards the end
            lane = self._on_device(rows)
            goes_on = self._on_device(~begins[rows])[:, None]
            # As published, the gradient goes through one step; the state is carried as a constant.
            hidden = self.network.step(self._on_device(items[rows]), carried[lane] * goes_on)
            carried[lane] = hidden.detach()
            loss = self._learn(hidden, targets[rows], rng)
            if loss is not None:
                total += loss * len(rows)
                count += len(rows)
        return float(total) / max(count, 1), count

    def _learn(self, hidden: Tensor, targets: IntArray, rng: np.random.Generator) -> Tensor | None:
        """One update; the mean loss, or None where a step has nothing to compare with."""
        config, negatives = self.config, self.negatives
        columns = negatives.all
        if columns is None:
            columns = np.concatenate((targets, negatives.draw(rng, (self.config.samples,))))
        real = columns != targets[:, None]  # also where another row asks for the same item
        if not real.any(axis=1).all():
            return None
        hidden = functional.dropout(hidden, config.dropout_hidden, self.network.training)
        positive, negative = self._scores(hidden, targets, columns)
        if config.loss == "cross-entropy" and config.logq and negatives.all is None:
            expected = negatives.expected(columns, len(targets) - 1)
            negative = negative - self._on_device(np.log(expected))
        values = self._loss(positive, negative, self._on_device(real))
        self.optimizer.zero_grad(set_to_none=True)
        loss = values.mean()
        torch.autograd.backward(loss)
        self.optimizer.step()
        return loss.detach()

    def _scores(
        self, hidden: Tensor, targets: IntArray, columns: IntArray
    ) -> tuple[Tensor, Tensor]:
        """(B,) of the next items and (B, M) of the columns."""
        network = self.network
        wanted, others = self._on_device(targets), self._on_device(columns)
        positive = (hidden * network.items(wanted)).sum(dim=1) + network.biases(wanted)[:, 0]
        negative = hidden @ network.items(others).T + network.biases(others)[:, 0]
        return positive, negative

    def _loss(self, positive: Tensor, negative: Tensor, real: Tensor) -> Tensor:
        """(B,)"""
        if self.config.activation == "tanh":
            positive, negative = positive.tanh(), negative.tanh()
        elif self.config.activation == "elu":
            positive, negative = (functional.elu(each, alpha=0.5) for each in (positive, negative))
        if self.config.loss == "bpr-max":
            return bpr_max(positive, negative, real, l2=self.config.score_l2)
        return LOSSES[self.config.loss](positive, negative, real)

    def _on_device(self, values: NDArray[Any]) -> Tensor:
        return torch.from_numpy(values).to(self.device)


def _numpy(values: Tensor) -> Floats:
    result: Floats = values.detach().float().cpu().numpy().copy()
    return result
