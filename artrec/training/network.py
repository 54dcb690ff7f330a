"""What a model trained here must provide: encodings of items, and users made from them.

Every item that a batch touches is encoded once, however many triplets and profiles it is in; the
rest of the step gathers rows. A score is the inner product of a user and an item vector, so what is
trained is what is served.

Letters used in shapes: n items of a batch, P profiles, L profile entries, T score dimensions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from artrec.training.batches import Batch


class Network(nn.Module, ABC):
    """Two towers that meet in an inner product."""

    n_items: int
    """N, rows that `encode` accepts are 0 to N - 1."""
    items_at_once: int = 8192
    """Items that `encode` is given at once where nothing is trained; fewer for pictures."""

    def begin_epoch(self, epoch: int) -> None:
        """Called before every epoch of the training, which count from 0."""

    def blocks(self) -> tuple[Tensor, ...]:
        """All item rows, `items_at_once` in each block, on the device of the parameters."""
        device = next(self.parameters()).device
        return torch.split(torch.arange(self.n_items, device=device), self.items_at_once)

    @abstractmethod
    def encode(self, items: Tensor) -> Tensor:
        """(n,) item rows to (n, E): all that scores and profiles need of an item."""

    def item_vectors(self, encoded: Tensor) -> Tensor:
        """(n, E) encodings to (n, T) score vectors; the same unless a model says otherwise."""
        return encoded

    @abstractmethod
    def user_vectors(self, batch: Batch, encoded: Tensor) -> Tensor:
        """(P, T) of the batch's profiles; `encoded` are the batch's items, (n, E)."""

    def penalty(self, batch: Batch, encoded: Tensor) -> Tensor:
        """() what `TrainingConfig.l2` multiplies: half the squared norm of the weights, no biases.

        Models with tables per user or item overrule it, so that a row is penalised when it is used.
        """
        total = encoded.new_zeros(())
        for parameter in self.parameters():
            if parameter.ndim > 1 and parameter.requires_grad:
                total = total + parameter.square().sum()
        return total / 2
