"""Interactions as a SciPy matrix, for models that are linear algebra."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from artrec.data.interactions import Interactions


def to_matrix(interactions: Interactions) -> sparse.csr_array:
    """(U, N) float32 matrix with 1 where a user chose an item, however often."""
    matrix = sparse.csr_array(
        (
            np.ones(interactions.n_events, dtype=np.float32),
            (interactions.event_users, interactions.items),
        ),
        shape=(interactions.n_users, interactions.n_items),
    )
    matrix.data[:] = 1.0  # building from coordinates sums repeats
    return matrix
