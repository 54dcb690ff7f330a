"""The hidden state of a gated recurrent unit after the works of a visit. NumPy only.

    r = sigma(W_r x + U_r h + b_r + c_r)
    z = sigma(W_z x + U_z h + b_z + c_z)
    n = tanh(W_n x + b_n + r * (U_n h + c_n))
    h' = (1 - z) * n + z * h

Cho et al. 2014, https://arxiv.org/abs/1406.1078, with the reset gate after the product, as torch
computes it. Columns of the weights are in the order r, z, n.

Letters used in shapes: B visits, L events of all of them, E input and H hidden dimensions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Gates(NamedTuple):
    """The weights of the unit, float32."""

    input_weights: Floats
    """(E, 3H)"""
    hidden_weights: Floats
    """(H, 3H)"""
    input_bias: Floats
    """(3H,)"""
    hidden_bias: Floats
    """(3H,)"""


def user_vectors(rows: Floats, indptr: NDArray[np.int64], gates: Gates, longest: int) -> Floats:
    """(B, H + 1) hidden states after the visits, and a 1 that an item's bias is multiplied by.

    Args:
        rows: (L, E) inputs of the items, visit by visit, oldest first.
        indptr: (B + 1,) where each visit begins.
        gates: The unit.
        longest: Only so many of the last items of a visit count.
    """
    size = len(gates.hidden_weights)
    lengths = np.minimum(np.diff(indptr), longest)
    # Both biases of r and z only ever meet in a sum; that of n stays with its own product.
    bias = gates.input_bias.copy()
    bias[: 2 * size] += gates.hidden_bias[: 2 * size]
    inner = gates.hidden_bias[2 * size :]
    begins = np.cumsum(lengths) - lengths
    last = np.arange(lengths.sum()) + np.repeat(indptr[1:] - lengths - begins, lengths)
    inputs = rows[last] @ gates.input_weights + bias
    order = np.argsort(-lengths, kind="stable")  # longest first: who goes on is in front
    begins, lengths = begins[order], lengths[order]
    hidden = np.zeros((len(lengths), size), dtype=np.float32)
    for step in range(int(lengths.max(initial=0))):
        active = int(np.count_nonzero(lengths > step))
        state = hidden[:active]
        given, recurrent = inputs[begins[:active] + step], state @ gates.hidden_weights
        # sigma(x) = (1 + tanh(x / 2)) / 2, which cannot overflow.
        both = 0.5 + 0.5 * np.tanh(0.5 * (given[:, : 2 * size] + recurrent[:, : 2 * size]))
        new = np.tanh(given[:, 2 * size :] + both[:, :size] * (recurrent[:, 2 * size :] + inner))
        state += (1 - both[:, size:]) * (new - state)
    result = np.ones((len(lengths), size + 1), dtype=np.float32)
    result[order, :size] = hidden
    return result
