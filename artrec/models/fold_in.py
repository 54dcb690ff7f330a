"""What BPR-MF and VBPR share once they are trained: users known by id, and all others folded in.

Letters used in shapes: N items, T dimensions, M references, U users kept, B profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.errors import ShapeError
from artrec.models.contract import Floats, Ints, Profiles, Scorer, Supports, TrainingData
from artrec.models.neural import NeuralModel
from artrec.models.tables import TableConfig, TableNetwork
from artrec.serving import fold_in as head
from artrec.training.validation import item_vectors


@dataclass(frozen=True, eq=False)
class FoldInModel(NeuralModel):
    """Item vectors with the bias last, references to fold profiles in, and users known by id."""

    text: ClassVar[frozenset[str]] = frozenset({"user_ids"})

    references: Floats
    """(M, T) vectors of some items, drawn evenly as the negatives of BPR; a profile is fitted to
    beat them."""
    user_ids: NDArray[np.str_]
    """(U,) ids of the users of the training; none with `known_users` at fold-in."""
    users: Floats
    """(U, T) their vectors."""

    def __post_init__(self) -> None:
        NeuralModel.__post_init__(self)
        dim = self.vectors.shape[1]
        if self.references.shape[1:] != (dim,) or not len(self.references):
            raise ShapeError(f"references must be (M, {dim}); they are {self.references.shape}.")
        if self.users.shape != (len(self.user_ids), dim):
            raise ShapeError(
                f"users must be ({len(self.user_ids)}, {dim}); they are {self.users.shape}."
            )

    @property
    def supports(self) -> Supports:
        """Everyone; who chose nothing yet gets the biases."""
        return Supports(empty_profile=True)

    def scorer(self, history: Interactions) -> Scorer:
        """Users whose id was in the training by their trained vector if `known_users` says so, all
        others by folding in the profile they have in `history`."""
        folded = super().scorer(history)
        known = {name: row for row, name in enumerate(self.user_ids.tolist())}
        if not known:
            return folded
        table = np.array([known.get(name, -1) for name in history.user_ids], dtype=np.int64)

        def scores(users: Ints) -> Floats:
            rows = table[np.asarray(users, dtype=np.int64)]
            result = self.users[rows] @ self.vectors.T
            strangers = np.flatnonzero(rows < 0)
            if len(strangers):
                result[strangers] = folded(users[strangers])
            return result

        return scores

    def _user_vectors(self, profiles: Profiles) -> Floats:
        return head.user_vectors(
            self.vectors[profiles.items],
            profiles.indptr,
            head.References.of(self.references),
            l2=self.config.fold_in_l2,
        )


def shared_fields(network: TableNetwork, data: TrainingData, config: TableConfig) -> dict[str, Any]:
    """The fields of a `FoldInModel` from a trained network."""
    vectors = item_vectors(network.eval())
    rng = np.random.default_rng(config.training.seed)
    size = min(config.references, len(vectors))
    some = rng.choice(len(vectors), size=size, replace=False)
    kept = np.flatnonzero(network.seen & (config.known_users == "trained"))
    table = network.users.detach().numpy()[kept]
    return {
        "config": config,
        "vectors": vectors,
        "references": vectors[np.sort(some)],
        "user_ids": np.array([data.interactions.user_ids[row] for row in kept], dtype=np.str_),
        "users": np.concatenate((table, np.ones_like(table[:, :1])), axis=1),
    }
